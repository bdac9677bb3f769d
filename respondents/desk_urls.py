"""Addresses of the staff pages about people and fieldwork."""

from respondents import desk_views
from respondents.access import ACCESS
from surveys.access import guarded

app_name = "desk"

urlpatterns = guarded(
    ACCESS,
    [
        ("", desk_views.home, "home"),
        ("waves/<slug:slug>/", desk_views.wave, "wave"),
        ("waves/<slug:slug>/preview/<str:role>/", desk_views.preview, "preview"),
        ("waves/<slug:slug>/sample/", desk_views.sample, "sample"),
        ("waves/<slug:slug>/invitations/", desk_views.invitations, "invitations"),
    ],
)

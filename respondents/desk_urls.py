"""Addresses of the staff pages about people and fieldwork."""

from respondents import desk_views, preview_views
from respondents.access import ACCESS
from surveys.access import guarded

app_name = "desk"

urlpatterns = guarded(
    ACCESS,
    [
        ("", desk_views.home, "home"),
        ("waves/<slug:slug>/", desk_views.wave, "wave"),
        ("waves/<slug:slug>/preview/<str:role>/", preview_views.preview, "preview"),
        ("waves/<slug:slug>/paper/<str:role>/", preview_views.paper, "paper"),
        ("waves/<slug:slug>/sample/", desk_views.sample, "sample"),
        ("waves/<slug:slug>/contacts/", desk_views.contacts, "contacts"),
        ("waves/<slug:slug>/invitations/", desk_views.invitations, "invitations"),
    ],
)

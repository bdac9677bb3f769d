"""Addresses of the desk's pages about the questionnaire."""

from surveys.access import ACCESS, guarded
from surveys.views import questionnaire, running

app_name = "surveys"

urlpatterns = guarded(
    ACCESS,
    [
        ("new-wave/", questionnaire.upload, "upload"),
        ("waves/<slug:slug>/file/", questionnaire.file, "file"),
        ("waves/<slug:slug>/times/", running.times, "times"),
        ("waves/<slug:slug>/open/", running.open_now, "open"),
        ("waves/<slug:slug>/draft/", running.draft, "draft"),
        ("waves/<slug:slug>/closing/", running.closing, "closing"),
    ],
)

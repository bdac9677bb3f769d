"""Addresses of the staff pages about results."""

from django.urls import path

from results.access import ACCESS
from results.views import dry_running, exporting, own, questions, reading
from surveys.access import guarded

app_name = "results"

# Respondents come with their receipt alone.
OPEN = [path("mine/", own.own, name="own")]

urlpatterns = OPEN + guarded(
    ACCESS,
    [
        ("waves/<slug:slug>/results/", reading.dashboard, "dashboard"),
        ("waves/<slug:slug>/results/by/<slug:by>/", reading.dashboard, "break"),
        ("waves/<slug:slug>/dry-run/", dry_running.dry_run, "dry_run"),
        ("waves/<slug:slug>/results/comments/", reading.comments, "comments"),
        ("bank/<slug:survey>/<str:name>/", questions.question, "question"),
        ("waves/<slug:slug>/exports/", exporting.exports, "exports"),
        ("waves/<slug:slug>/exports/<slug:key>/", exporting.export, "export"),
        ("waves/<slug:slug>/exports/<slug:key>/checksum/", exporting.checksum, "checksum"),
        ("waves/<slug:slug>/exports/<slug:key>/answers/", exporting.export_answers, "export_answers"),
    ],
)

"""All addresses: staff pages, respondents' links and the two health checks."""

from django.urls import include, path

from barometer import health

urlpatterns = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("", include("barometer.accounts.urls")),
    path("", include("respondents.urls")),
    path("", include("respondents.desk_urls")),
    path("", include("surveys.urls")),
    path("", include("surveys.bank_urls")),
    path("", include("surveys.draft_urls")),
    path("", include("results.urls")),
]

"""The web application. An unsafe production does not start, and where nothing else runs the sweeps, a thread does."""

import os

from django.conf import settings
from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barometer.settings")

inside = get_wsgi_application()

from barometer import checks, encodings, sweeps  # noqa: E402 - the settings must be loaded

application = encodings.OnlyUtf8(inside)

checks.refuse_unsafe_production()
if settings.SWEEPS_RUN_BY == "thread":
    sweeps.Runner().start()

"""People with drafts that can be sent, made in an installation of its own; and what has become of them.

`python -m tests.torture.drafts WAVE --make 60` prints the links' tokens as JSON, without `--make` what the tables
hold.
"""

from __future__ import annotations

import argparse
import json
import os


def main() -> None:
    """Make, or else count."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("wave")
    parser.add_argument("--make", type=int)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barometer.settings")
    import django

    django.setup()
    print(json.dumps(_made(options.wave, options.make) if options.make else _counted(options.wave)))


def _made(slug: str, people: int) -> list[str]:
    from django.utils import timezone

    from tests import building
    from tests.torture.wave_of_all_types import running

    wave = running(slug=slug)
    return [building.begun(wave, {"GRIP": [2], "WAYS": [1]}, now=timezone.now()).token for _ in range(people)]


def _counted(slug: str) -> dict[str, int]:
    from respondents.models import Invitation, Response

    responses = Response.objects.filter(wave__slug=slug)
    return {
        "responses": responses.count(),
        "sent": responses.filter(sent__isnull=False).count(),
        "receipts": responses.exclude(receipt="").values("receipt").distinct().count(),
        "responded": Invitation.objects.filter(wave__slug=slug, responded=True).count(),
    }


if __name__ == "__main__":
    main()

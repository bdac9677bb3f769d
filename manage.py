#!/usr/bin/env python
"""Every command of Barometer: `python manage.py help` lists them."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError


def main() -> None:
    """Run the command. What whoever runs it can mend is told in a sentence, with exit status 1 or 2."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "barometer.settings")
    try:
        "".join(sys.argv).encode()
    except UnicodeEncodeError:
        _stop("An argument is not in UTF-8.", status=2)
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        _stop(f"The settings are wrong: {error}")
    except DatabaseError as error:
        if "--traceback" in sys.argv:
            raise
        words = " ".join(str(error).split())
        _stop(f"The database failed: {words}\nIs it there, and migrated (manage.py migrate)? --traceback says where.")


def _stop(why: str, *, status: int = 1) -> None:
    sys.stderr.write(f"{why}\n")
    sys.exit(status)


if __name__ == "__main__":
    main()

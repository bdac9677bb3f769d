"""Invitations on paper: one line for each person, with the code to type, for a mail merge.

Making it needs the wave's key, as sending mail does. The file opens surveys; whoever prints it keeps it as they keep
the mails, and destroys it after.
"""

from __future__ import annotations

import csv
import io

from django.utils.timezone import localtime

from respondents import keys
from respondents.codes import address_to_type, give_code
from respondents.invitations import issue_links
from surveys.models import Wave
from surveys.problems import Problem, Refused

COLUMNS = ("name", "role", "organisations", "address", "code", "closes")

_RISKY = tuple("=+-@\t\r\n＝＋－＠")


def merge_file(wave: Wave) -> str:
    """A CSV file with a line for everybody invited who has neither answered nor left.

    Raises Refused after the close.
    """
    if wave.is_closed:
        raise Refused(Problem("wave.state", f"{wave.slug} has closed; its codes open nothing any more"))
    issue_links(wave)
    key = keys.create_key(wave)
    waiting = wave.invitations.personal().filter(responded=False, revoked=False)
    out = io.StringIO()
    lines = csv.writer(out)
    lines.writerow(COLUMNS)
    closes = f"{localtime(wave.closes_at):%d %B %Y, %H:%M %Z}" if wave.closes_at else ""
    for each in (
        waiting.select_related("person").prefetch_related("places__organisation").order_by("person__name", "pk")
    ):
        names = "; ".join(place.organisation.name for place in each.places.all())
        name = each.person.name if each.person else ""
        cells = (name, wave.role_labels.get(each.role, each.role), names, address_to_type(), give_code(each, key=key))
        lines.writerow([*(_plain(cell) for cell in cells), closes])
    return out.getvalue()


def _plain(cell: str) -> str:
    """The cell with an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell.startswith(_RISKY) else cell

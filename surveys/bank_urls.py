"""Addresses of the question bank, and who may do what there. A question's own page is with the results."""

from __future__ import annotations

from surveys.access import EDITOR, READERS, Rule, guarded
from surveys.views import bank, bank_library

app_name = "bank"

EDITORS = frozenset({EDITOR})

ACCESS: dict[str, Rule] = {
    "search": {"GET": READERS},
    "library": {"GET": READERS},
    "scale": {"GET": EDITORS, "POST": EDITORS},
    "forget_scale": {"POST": EDITORS},
    "topic": {"POST": EDITORS},
    "retire": {"POST": EDITORS},
    "remove": {"GET": EDITORS, "POST": EDITORS},
    "merge": {"GET": EDITORS, "POST": EDITORS},
    "wording": {"GET": EDITORS, "POST": EDITORS},
}

urlpatterns = guarded(
    ACCESS,
    [
        ("bank/", bank.search, "search"),
        ("bank/<slug:survey>/scales/", bank_library.scales, "library"),
        ("bank/<slug:survey>/scales/new/", bank_library.scale, "scale"),
        ("bank/<slug:survey>/scales/forget/", bank_library.forget, "forget_scale"),
        ("bank/<slug:survey>/<str:name>/topic/", bank.put_on_topic, "topic"),
        ("bank/<slug:survey>/<str:name>/retire/", bank.retire, "retire"),
        ("bank/<slug:survey>/<str:name>/remove/", bank.remove, "remove"),
        ("bank/<slug:survey>/<str:name>/merge/", bank.merge, "merge"),
        ("bank/<slug:survey>/<str:name>/wording/", bank.wording, "wording"),
    ],
)

"""The closing rule: who may still save and send, by the state of the wave and the clock. Pure."""

from __future__ import annotations

from datetime import datetime, timedelta

GRACE = timedelta(minutes=15)
"""How long somebody who has begun may go on after the closing time; shown on every page."""

GRACE_MINUTES = int(GRACE.total_seconds() // 60)


def accepts(state: str, *, closes_at: datetime, clock: datetime, begun: bool) -> bool:
    """Whether an answer is taken at this moment.

    Anybody until `closes_at` while the wave is open; who has begun for `GRACE` longer. So a scheduler that is dead
    lets no late answer in, and one that is slow shuts out nobody who had started.
    """
    if state not in ("open", "closing"):
        return False
    if begun:
        return clock < closes_at + GRACE
    return state == "open" and clock < closes_at


def ends_at(closes_at: datetime, *, drafts: bool) -> datetime:
    """When a wave can be closed: at its closing time, or after the grace period when somebody has begun and not
    sent.
    """
    return closes_at + GRACE if drafts else closes_at

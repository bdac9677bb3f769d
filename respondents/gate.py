"""The gate between sending and closing: who sends holds it shared, who closes holds it alone.

PostgreSQL: transaction-level advisory locks, so that a closing waits for sendings under way and no sending starts
behind its back. SQLite: every transaction is IMMEDIATE and so alone already.
"""

from __future__ import annotations

from datetime import UTC, datetime

from django.db import connection

_SPACE = 0x4261726F
"""The first of the two lock numbers, so that no other use of advisory locks meets ours ("Baro")."""


def enter_gate(wave_id: int, *, alone: bool = False) -> None:
    """Wait for the wave's gate and hold it until the transaction ends; `alone` is the closer's way in.

    Must be called inside a transaction, before anything is read that the decision rests on.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("the gate is held by a transaction; there is none")
    if connection.vendor != "postgresql":
        return
    function = "pg_advisory_xact_lock" if alone else "pg_advisory_xact_lock_shared"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}(%s, %s)", [_SPACE, wave_id])


def enter_gate_of(token_hash: str) -> datetime:
    """Wait for the gate of the wave that this link belongs to, shared, and return the database's time after it.

    One statement, since every save takes it. A link that is unknown passes no gate: there is nothing behind it.
    """
    if connection.vendor != "postgresql":
        return database_clock()
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH gate AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(%s, wave_id::int)"
            " FROM respondents_invitation WHERE token_hash = %s)"
            " SELECT clock_timestamp() FROM (SELECT count(*) FROM gate) AS passed",
            [_SPACE, token_hash],
        )
        return cursor.fetchone()[0]


def database_clock() -> datetime:
    """The time by the database server's clock, not that of when the transaction began."""
    if connection.vendor != "postgresql":
        return datetime.now(UTC)
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0]

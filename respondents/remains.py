"""What deleting leaves on disk, and its removal: old versions of rows, sampled values, the order of writing.

PostgreSQL keeps deleted and changed rows until they are vacuumed, and longer while any transaction might still see
them; its planner keeps values it has sampled, even of a table that is empty now; and every row names the transaction
that wrote it. SQLite keeps old pages in its write-ahead log. None of this may outlive the wave (docs/decisions/0078).
"""

from __future__ import annotations

import logging

from django.db import OperationalError, connection, models, transaction
from django.db.backends.utils import CursorWrapper

log = logging.getLogger(__name__)

PATIENCE = 2.0
"""How many seconds others are waited for: whoever answers in another wave waits as long behind us."""

Tables = tuple[type[models.Model], ...]


def remove_remains(*tables: type[models.Model]) -> bool:
    """Leave nothing on disk of what was deleted from these tables, nor of the order in which their rows were changed.

    False when somebody is still reading, a copy of the database being made for instance: try again later. Raises
    RuntimeError inside a transaction, which could be undone.
    """
    with transaction.atomic(durable=True):
        pass
    if connection.in_atomic_block:
        return True  # only a test is inside a transaction here, and undoes it
    try:
        return _rewrite_tables(tables) if connection.vendor == "postgresql" else _rewrite_file()
    except OperationalError as error:
        log.warning("What was deleted cannot be wiped yet: %s", type(error.__cause__ or error).__name__)
        return False


def vacuum(*tables: type[models.Model]) -> None:
    """Drop deleted rows, and values sampled of them, where nobody waits for it; for single rows that go now and then.

    Nothing is done inside a transaction.
    """
    if connection.in_atomic_block:
        return
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"VACUUM (ANALYZE) {', '.join(_name(table) for table in tables)}")
    else:
        _checkpoint()


def _rewrite_tables(tables: Tables) -> bool:
    for table in tables:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = %s", [int(PATIENCE * 1000)])
            _order_by_key(cursor, table)
            _rewrite(cursor, table)
    return True


def _order_by_key(cursor: CursorWrapper, table: type[models.Model]) -> None:
    """Let the rows lie in the order of their random keys, not in that in which they were last changed."""
    key = connection.ops.quote_name(f"{table._meta.db_table}_pkey")
    cursor.execute(f"CLUSTER {_name(table)} USING {key}")


def _rewrite(cursor: CursorWrapper, table: type[models.Model]) -> None:
    """Write the rows that live into a new file as one transaction.

    Changing columns to the type they have does this whatever older transactions might still want to see, as VACUUM
    FULL does not, and makes the planner forget the values of each column that is named.
    """
    changes = []
    for field in table._meta.concrete_fields:
        if field.is_relation or isinstance(field, models.UUIDField):
            continue
        column, kind = connection.ops.quote_name(str(field.column)), field.db_type(connection)
        # Made anew from itself, so that the table has to be written again.
        anew = f" USING {column} || ''" if isinstance(field, models.CharField) else ""
        changes.append(f"ALTER COLUMN {column} TYPE {kind}{anew}")
    cursor.execute(f"ALTER TABLE {_name(table)} {', '.join(changes)}")


def _rewrite_file() -> bool:
    """Rewrite the whole file, and empty the log of old pages; False while somebody reads from the log."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM")
    return _checkpoint()


def _checkpoint() -> bool:
    """Write the log into the file and empty it; False while somebody reads from it. Who writes waits meanwhile."""
    with connection.cursor() as cursor:
        (usual,) = cursor.execute("PRAGMA busy_timeout").fetchone()
        cursor.execute(f"PRAGMA busy_timeout = {int(PATIENCE * 1000)}")
        try:
            busy, *_pages = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {usual}")
    return not busy


def _name(table: type[models.Model]) -> str:
    return connection.ops.quote_name(table._meta.db_table)

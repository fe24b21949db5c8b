"""The tables of the log, their revision, and how a database is brought up to it."""

from __future__ import annotations

import threading
from pathlib import Path

import sqlalchemy as sa

from core.errors import SuiteError

REVISIONS = ("0001", "0002")
"""The revisions this release knows, oldest first; the last is what it writes."""

CURRENT = REVISIONS[-1]
VERSION_TABLE = "audit_version"
"""Of its own name, because other programs in the same database may use Alembic too."""

_SEQ = sa.BigInteger().with_variant(sa.Integer, "sqlite")
_META = sa.MetaData()

LOG = sa.Table(
    "audit_log",
    _META,
    sa.Column("seq", _SEQ, primary_key=True, autoincrement=False),
    sa.Column("at", sa.Text),
    sa.Column("event", sa.Text),
    sa.Column("request_id", sa.Text),
    sa.Column("payload", sa.Text),
    sa.Column("previous", sa.Text),
    sa.Column("hash", sa.Text),
    sa.Column("version", sa.Integer),
    sa.Column("payload_hash", sa.Text),
    sa.Column("salt", sa.Text),
)
CHECKPOINTS = sa.Table(
    "audit_checkpoint",
    _META,
    sa.Column("seq", _SEQ, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.Text),
    sa.Column("removed", sa.BigInteger),
    sa.Column("at", sa.Text),
    sa.Column("digest", sa.Text),
)
PURGED = sa.Table(
    "audit_purged",
    _META,
    sa.Column("seq", _SEQ, primary_key=True, autoincrement=False),
    sa.Column("hash", sa.Text),
)
_VERSION = sa.Table(VERSION_TABLE, _META, sa.Column("version_num", sa.Text))
_FIRST = 7
"""Columns of the log at the first revision."""

_alembic = threading.Lock()  # Alembic's proxies are global to the process


def revision_of(connection: sa.Connection) -> str | None:
    """Return the revision of a database; ``None`` if it holds no log.

    Raises
    ------
    SuiteError
        If it was made by a newer release, or its table ``audit_log`` is not the suite's.
    """
    inspector = sa.inspect(connection)
    tables = set(inspector.get_table_names())
    if LOG.name not in tables:
        return None
    if VERSION_TABLE not in tables:
        found = {column["name"] for column in inspector.get_columns(LOG.name)}
        if found != {column.name for column in list(LOG.c)[:_FIRST]}:
            raise SuiteError(
                "The database holds a table audit_log that the suite did not make. "
                "Give the audit log a database or schema of its own."
            )
        return REVISIONS[0]
    revision = connection.execute(sa.select(_VERSION.c.version_num)).scalar()
    if revision not in REVISIONS:
        raise SuiteError(
            f"The audit database has revision {revision}, made by a newer release; this one knows "
            f"revisions up to {CURRENT}. Update the suite, or use another database."
        )
    return str(revision)


def columns_of(revision: str) -> list[sa.ColumnElement[object]]:
    """Return the columns of an entry as a database of this revision can give them."""
    columns: list[sa.ColumnElement[object]] = list(LOG.c)
    if revision == REVISIONS[0]:
        return [*columns[:_FIRST], sa.literal(1), sa.literal(""), sa.literal("")]
    return columns


def upgrade(connection: sa.Connection) -> tuple[str | None, str]:
    """Bring a database to the current revision, in the transaction that is open.

    The caller holds the lock that serialises writers; whoever comes second finds it done.

    Returns
    -------
    tuple of (str or None, str)
        The revision before and after; ``None`` where there was no log.
    """
    before = revision_of(connection)
    if before == CURRENT:
        return before, CURRENT
    from alembic import command
    from alembic.config import Config

    config = Config()
    folder = Path(__file__).parent / "migrations"
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes.update(connection=connection, version_table=VERSION_TABLE)
    with _alembic:
        if before is not None and not sa.inspect(connection).has_table(VERSION_TABLE):
            command.stamp(config, before)
        command.upgrade(config, CURRENT)
    return before, CURRENT

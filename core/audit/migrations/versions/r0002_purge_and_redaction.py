"""Entries of format 2, whose content can be erased, and the record of what was purged."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add what format 2 needs; entries that are there stay in format 1."""
    whole = sa.BigInteger().with_variant(sa.Integer, "sqlite")
    added = (
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        sa.Column("payload_hash", sa.Text, nullable=False, server_default=""),
        sa.Column("salt", sa.Text, nullable=False, server_default=""),
    )
    for column in added:
        op.add_column("audit_log", column)
    op.create_table(
        "audit_checkpoint",
        sa.Column("seq", whole, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.Text, nullable=False),
        sa.Column("removed", sa.BigInteger, nullable=False),
        sa.Column("at", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
    )
    op.create_table(
        "audit_purged",
        sa.Column("seq", whole, primary_key=True, autoincrement=False),
        sa.Column("hash", sa.Text, nullable=False),
    )

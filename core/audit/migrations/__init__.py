"""The steps by which the tables of the log came to be, run by Alembic."""

"""Alembic for the one database of the application, on either engine."""

from contextlib import contextmanager

from alembic import context
from flask import current_app

from app.web.db import Base, Instant


def render_item(kind, item, autogen_context):
    """Migrations name column types of SQLAlchemy only; ours may change after they were written."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Instant) else False


@contextmanager
def _foreign_keys_later(connection):
    """SQLite changes a table by replacing it, so what refers to it is checked at the end."""
    if connection.dialect.name != "sqlite":
        yield
        return
    connection.exec_driver_sql("PRAGMA foreign_keys=OFF")
    connection.rollback()
    yield
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    connection.exec_driver_sql("PRAGMA foreign_keys=ON")
    if broken:
        raise RuntimeError(f"after the migration, rows refer to what is not there: {broken[:5]}")


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection, _foreign_keys_later(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=False,
            transactional_ddl=True,  # on SQLite too: half a migration helps nobody
        )
        with context.begin_transaction():
            context.run_migrations()


run()

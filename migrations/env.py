"""Alembic for the one database of the application, on either engine."""

from alembic import context
from flask import current_app

from app.web.db import Base, Instant


def render_item(kind, item, autogen_context):
    """Migrations name column types of SQLAlchemy only; ours may change after they were written."""
    return "sa.BigInteger()" if kind == "type" and isinstance(item, Instant) else False


def run() -> None:
    engine = current_app.extensions["migrate"].db.engine
    with engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            render_item=render_item,
            compare_type=False,
        )
        with context.begin_transaction():
            context.run_migrations()


run()

"""Is the database's schema the one that this version of the program needs?"""

import click
import sqlalchemy as sa
from alembic.script import ScriptDirectory

from app.web import config
from app.web.db import db


def current() -> str | None:
    """The migration the database stands at; None: it is empty."""
    connection = db.session.connection()
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    version: str | None = db.session.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return version


def up_to_date() -> bool:
    return current() == ScriptDirectory(str(config.MIGRATIONS)).get_current_head()


def require() -> None:
    """For commands: say in words that the database is not ready, before a statement fails."""
    if not up_to_date():
        raise click.ClickException("数据库还没有建立，或与程序版本不一致。请先执行：flask db upgrade")

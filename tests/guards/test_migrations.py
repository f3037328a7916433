"""Migrations lead up, down and up again, to the very schema of the models."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_migrate import downgrade, upgrade

from app import create_app
from app.web.db import Base, db
from tests.conftest import settings


def _address(engine: str, folder: Path, request: pytest.FixtureRequest) -> str:
    """A database of this test's own."""
    if engine == "sqlite":
        return f"sqlite:///{folder / 'migrations.db'}"
    server = sa.make_url(request.getfixturevalue("postgres_url"))
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text("DROP DATABASE IF EXISTS migrations"))
        connection.execute(sa.text("CREATE DATABASE migrations"))
    admin.dispose()
    return server.set(database="migrations").render_as_string(hide_password=False)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_up_down_up_and_no_difference(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    app = create_app(settings(_address(engine, tmp_path, request), tmp_path))
    with app.app_context():
        upgrade()
        downgrade(revision="base")
        assert set(sa.inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade()
        with db.engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, Base.metadata) == []
        db.engine.dispose()

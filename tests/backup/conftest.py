"""A second, empty installation on the same engine, and the commands as an operator types them."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result
from flask import Flask

from app import create_app
from app.web.db import db, is_sqlite
from tests.conftest import Client, settings


def run(app: Flask, *words: object, typed: str = "") -> Result:
    with app.app_context():
        return app.test_cli_runner().invoke(args=[str(word) for word in words], input=typed)


def _database(name: str, folder: Path) -> str:
    """An empty one, on the engine of the application of the test."""
    if is_sqlite():
        return f"sqlite:///{folder / 'ganxun.db'}"
    server = db.engine.url
    admin = sa.create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(sa.text(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)"))
        connection.execute(sa.text(f"CREATE DATABASE {name}"))
    admin.dispose()
    return server.set(database=name).render_as_string(hide_password=False)


@pytest.fixture
def installation(app: Flask, tmp_path: Path) -> Iterator[Callable[..., Flask]]:
    """`installation(SETTING=…)`: another machine, with nothing on it."""
    made: list[Flask] = []

    def make(**more: Any) -> Flask:
        folder = tmp_path / f"machine{len(made)}"
        folder.mkdir()
        other = create_app(settings(_database(f"machine{len(made)}", folder), folder, **more))
        other.test_client_class = Client
        made.append(other)
        return other

    yield make
    for other in made:
        with other.app_context():
            db.session.remove()
            db.engine.dispose()

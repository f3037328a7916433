"""Both engines, always: every test that takes `app` runs on SQLite and on a real PostgreSQL."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask, g, has_app_context
from flask.testing import FlaskClient
from flask_migrate import upgrade

from app import create_app
from app.audit import anchors
from app.exams import papers
from app.people.models import Person
from app.web import clock
from app.web.db import Base, db
from tests import factories
from tests.audit.words import unlabelled
from tests.postgres import cluster

SEQUENCES = "SELECT count(setval(seqrelid::regclass, 1, false)) FROM pg_sequence"
LARGE = """
    SELECT oid::regclass::text FROM pg_class
    WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND pg_relation_size(oid) > 1000000
"""
START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)  # 09:00 in Beijing, a Monday


def settings(url: str, data_dir: Path, **more: Any) -> dict[str, Any]:
    return {
        "TESTING": True,
        "DEMO": False,
        "DATA_DIR": data_dir,
        "SECRET_KEY": "test-key-of-more-than-thirty-two-characters",
        "PUBLIC_URL": "http://127.0.0.1:8000",
        "SQLALCHEMY_DATABASE_URI": url,
        "WTF_CSRF_ENABLED": False,
        **more,
    }


class Client(FlaskClient):
    """Tests hold an application context; a request must not find what the one before left in it.

    Answers are read to their end, as a browser does, even where a test looks at the headers alone.
    """

    def open(self, *args: Any, **kwargs: Any) -> Any:
        kwargs.setdefault("buffered", True)
        if not has_app_context():  # a thread of its own
            return super().open(*args, **kwargs)
        g.__dict__.clear()
        answer = super().open(*args, **kwargs)
        db.session.expire_all()
        return answer


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    if given := os.environ.get("TEST_DATABASE_URL"):
        yield given.replace("postgresql://", "postgresql+psycopg://", 1)
        return
    if shutil.which("setpriv") is None:
        pytest.fail("setpriv (util-linux) is needed to run PostgreSQL as an unprivileged user")
    with cluster(durable=False) as made:  # emptied before every test
        yield made.url


@pytest.fixture(scope="session", params=["sqlite", "postgresql"])
def engine_app(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """One migrated application per engine for the whole run."""
    folder = tmp_path_factory.mktemp(request.param)
    url = (
        f"sqlite:///{folder / 'test.db'}"
        if request.param == "sqlite"
        else request.getfixturevalue("postgres_url")
    )
    made = create_app(settings(url, folder))
    made.test_client_class = Client
    with made.app_context():
        upgrade()
    yield made
    with made.app_context():
        db.engine.dispose()


@contextmanager
def unguarded() -> Iterator[None]:
    """Without the triggers that keep the audit log, as for someone who owns the database."""
    if db.engine.dialect.name != "sqlite":
        db.session.execute(sa.text("SET LOCAL session_replication_role = replica"))
        yield
        db.session.commit()
        return
    triggers = db.session.execute(
        sa.text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
    ).all()  # fmt: skip
    for name, _ in triggers:
        db.session.execute(sa.text(f"DROP TRIGGER {name}"))
    yield
    for _, statement in triggers:
        db.session.execute(sa.text(statement))
    db.session.commit()


@cache
def _tables() -> tuple[list[sa.Table], Any]:
    """Every table, those that refer to others first, and a statement that asks which hold anything."""
    tables = list(reversed(Base.metadata.sorted_tables))
    return tables, sa.select(*(sa.exists(sa.select(1).select_from(table)) for table in tables))


def empty() -> None:
    """Every table. Most are empty already, and to ask that costs less than to TRUNCATE them all."""
    tables, which = _tables()
    held = [t for t, holds in zip(tables, db.session.execute(which).one(), strict=True) if holds]
    lite = db.engine.dialect.name == "sqlite"
    guarded = not lite or any(table.name.startswith("audit_") for table in held)
    with unguarded() if guarded else nullcontext():
        for name in [] if lite else db.session.scalars(sa.text(LARGE)).all():
            db.session.execute(sa.text(f"TRUNCATE {name} CASCADE"))  # what is deleted stays in the file
        for table in held:
            db.session.execute(sa.delete(table))
        numbered = "DELETE FROM sqlite_sequence" if lite else SEQUENCES
        db.session.execute(sa.text(numbered))
        db.session.commit()


@pytest.fixture
def app(engine_app: Flask, request: pytest.FixtureRequest) -> Iterator[Flask]:
    """The application on an empty database, inside an application context.

    Whatever a test made the log say, the page can say in Chinese; some make up events of their own.
    """
    with engine_app.app_context():
        papers.forget()
        anchors.file().unlink(missing_ok=True)
        empty()
        yield engine_app
        db.session.rollback()
        if request.node.path.parent.name not in {"audit", "attack"}:
            assert unlabelled() == set()
    clock.set_source(None)


@pytest.fixture
def time() -> Iterator["Clock"]:
    """A clock that only the test moves."""
    ticking = Clock()
    clock.set_source(lambda: ticking.now)
    yield ticking
    clock.set_source(None)


class Clock:
    def __init__(self) -> None:
        self.now = START

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> Callable[[Person], FlaskClient]:
    """A client signed in as the person, without the form."""

    def make(person: Person) -> FlaskClient:
        made = app.test_client()
        with made.session_transaction() as cookie:
            cookie["_user_id"] = factories.session_for(person).id
        return made

    return make


class Queries:
    """Statements sent to the database while the block ran."""

    def __init__(self) -> None:
        self.statements: list[str] = []

    def __len__(self) -> int:
        return len(self.statements)


@pytest.fixture
def queries(app: Flask) -> Iterator[Queries]:
    """Counts statements from here on; clear `statements` to start anew."""
    seen = Queries()

    def note(conn: Any, cursor: Any, statement: str, *rest: Any) -> None:
        seen.statements.append(statement)

    sa.event.listen(sa.engine.Engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(sa.engine.Engine, "before_cursor_execute", note)

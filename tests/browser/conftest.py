"""A real Chromium against a live server on SQLite, in this process, so that tests can move its clock."""

import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import Browser, BrowserContext, sync_playwright
from werkzeug.serving import make_server

from app import create_app, demo
from app.people.models import Person
from app.web import clock, static
from app.web.db import db
from tests import factories
from tests.conftest import settings

PHONE = {"width": 375, "height": 750}
DESK = {"width": 1280, "height": 850}
PASSWORD = "walk-through-the-demo"


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application behind `PUBLIC_URL`; CSRF and cookies as in production."""
    folder: Path = tmp_path_factory.mktemp("browser")
    made = create_app(
        settings(f"sqlite:///{folder / 'test.db'}", folder, TESTING=False, WTF_CSRF_ENABLED=True)
    )
    with made.app_context():
        upgrade()
    static.build(made)
    http = make_server("127.0.0.1", 0, made, threaded=True)
    made.config["PUBLIC_URL"] = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, daemon=True)
    thread.start()
    yield made
    http.shutdown()
    thread.join()
    with made.app_context():
        db.engine.dispose()


@pytest.fixture(scope="session")
def school(server: Flask) -> Flask:
    """The demo school on that server."""
    server.config["DEMO_PASSWORD"] = PASSWORD
    with server.app_context():
        demo.reload(server)
    return server


@pytest.fixture
def live(server: Flask) -> Iterator[Flask]:
    """The server's application context, for making rows and looking at them."""
    with server.app_context():
        yield server
        db.session.rollback()
    clock.set_source(None)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield browser
        browser.close()


Browse = Callable[..., BrowserContext]


@pytest.fixture
def browse(live: Flask, chromium: Browser) -> Iterator[Browse]:
    """`browse(person, phone=True, script=True)`: a browser of its own, signed in."""
    opened: list[BrowserContext] = []

    def make(person: Person | None = None, *, phone: bool = True, script: bool = True) -> BrowserContext:
        context = chromium.new_context(
            base_url=live.config["PUBLIC_URL"], viewport=PHONE if phone else DESK, java_script_enabled=script,
            reduced_motion="reduce",
        )  # fmt: skip
        context.set_default_timeout(10_000)
        if person is not None:
            sign_in(live, context, person)
        opened.append(context)
        return context

    yield make
    for context in opened:
        context.close()


def sign_in(app: Flask, context: BrowserContext, person: Person) -> None:
    """Put the cookie of a fresh sign-in session into the browser."""
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    value = serializer.dumps({"_user_id": factories.session_for(person).id})
    name = app.config["SESSION_COOKIE_NAME"]
    context.add_cookies([{"name": name, "value": value, "url": app.config["PUBLIC_URL"]}])


def shift_clock(**by: float) -> None:
    """The server's clock runs ahead from here on."""
    ahead = timedelta(**by)
    system = clock._system
    clock.set_source(lambda: system() + ahead)

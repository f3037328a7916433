"""The headers of every answer, errors included, as a browser would meet them under HTTPS."""

import re
from collections.abc import Iterator
from http.cookies import SimpleCookie

import pytest
from flask import Flask

from app import create_app
from tests import factories
from tests.attack.bodies import everything
from tests.attack.routes import Route, reviewed
from tests.attack.things import things_for
from tests.attack.world import Visitor, World, build_world, client_of
from tests.conftest import Clock, settings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
# Not secret, the same for everybody, and large: a browser may keep them. The paper only for its holder.
_FOR_GOOD = "private, max-age=31536000, immutable"
KEPT = {"static": "no-cache", "exams_api.paper": _FOR_GOOD, "pictures.picture": _FOR_GOOD}


@pytest.fixture
def secure(app: Flask, time: Clock) -> Iterator[tuple[Flask, World]]:
    """The same database behind an application that is reached over HTTPS."""
    world = build_world(app, time)
    made = create_app(
        settings(
            app.config["SQLALCHEMY_DATABASE_URI"],
            app.config["DATA_DIR"],
            PUBLIC_URL="https://ganxun.example.cn",
        )
    )
    made.test_client_class = app.test_client_class
    everything(world)
    yield made, world


def _answers(app: Flask, world: World, visitor: Visitor) -> Iterator[tuple[Route, object]]:
    for route in reviewed():
        if "GET" in route.methods:
            thing = things_for(world, route.rule, route.endpoint, route.arguments)[0]
            yield route, visitor.get(route.url(thing.values), base_url="https://ganxun.example.cn")


def _without_nonce(policy: str) -> str:
    return re.sub(r" 'nonce-[\w-]{16}'", "", policy)


def _faults(answer, cache: str) -> list[str]:
    headers = answer.headers
    wanted = {
        "X-Content-Type-Options": "nosniff", "Cache-Control": cache, "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin", "Cross-Origin-Resource-Policy": "same-origin",
        "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    }  # fmt: skip
    found = [f"{name}: {headers.get(name)}" for name, value in wanted.items() if headers.get(name) != value]
    if _without_nonce(headers.get("Content-Security-Policy", "")) != POLICY:
        found.append(f"policy: {headers.get('Content-Security-Policy')}")
    found += [name for name in ("Server", "X-Powered-By", "Access-Control-Allow-Origin") if name in headers]
    kind = headers.get("Content-Type", "")
    if kind.startswith("text/") and "charset=utf-8" not in kind.lower():
        found.append(f"type: {kind}")
    return found


@pytest.mark.parametrize("engine_app", ["sqlite"], indirect=True)  # no database has a part in it
def test_every_answer_is_hardened(secure: tuple[Flask, World]) -> None:
    app, world = secure
    faults = {}
    for person in (world.caller, None):
        for route, answer in _answers(app, world, client_of(app, person)):
            cache = KEPT.get(route.endpoint, "no-store") if answer.status_code == 200 else "no-store"
            if found := _faults(answer, cache):
                faults[f"{route.endpoint} {answer.status_code}"] = found
    assert faults == {}


@pytest.mark.parametrize(
    ("url", "method", "status"),
    [("/nothing", "GET", 404), ("/healthz", "POST", 405), ("/manage/", "GET", 403), ("/?x=%00", "GET", 400)],
)
def test_errors_are_hardened_too(app: Flask, time: Clock, url: str, method: str, status: int) -> None:
    answer = client_of(app, factories.person()).open(url, method)
    assert answer.status_code == status
    missing = [fault for fault in _faults(answer, "no-store") if not fault.startswith("Strict-Transport")]
    assert missing == []


def test_the_cookie_is_the_browsers_alone(secure: tuple[Flask, World]) -> None:
    """`__Host-`: no other host may set it; Secure, HttpOnly, SameSite=Lax, the whole site."""
    app, _world = secure
    answer = app.test_client().get("/sign-in", base_url="https://ganxun.example.cn")
    cookies = SimpleCookie(answer.headers["Set-Cookie"])
    assert list(cookies) == [app.config["SESSION_COOKIE_NAME"]]
    [cookie] = cookies.values()
    assert cookie.key.startswith("__Host-") and cookie["path"] == "/" and cookie["domain"] == ""
    assert cookie["secure"] and cookie["httponly"] and cookie["samesite"] == "Lax" and not cookie["expires"]

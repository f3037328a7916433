"""Every request that changes something, sent from somewhere else: refused, and nothing has changed."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.attack import state
from tests.attack.bodies import Bodies, everything
from tests.attack.html import Page
from tests.attack.routes import Route, reviewed, unsafe
from tests.attack.things import Thing, things_for
from tests.attack.world import Visitor, World, build_world, client_of
from tests.conftest import Clock


@pytest.fixture
def guarded(app: Flask, time: Clock) -> Iterator[tuple[World, Visitor, Bodies]]:
    """CSRF protection as in production, and the forms that the pages held before it was on."""
    world = build_world(app, time)
    visitor = everything(world)
    bodies = Bodies(world, visitor)
    app.config["WTF_CSRF_ENABLED"] = True
    yield world, visitor, bodies
    app.config["WTF_CSRF_ENABLED"] = False


def unsafe_routes(world: World) -> Iterator[tuple[Route, str, Thing]]:
    for route in reviewed():
        for method in filter(unsafe, route.methods):
            thing = things_for(world, route.rule, route.endpoint, route.arguments)[0]
            yield route, method, thing


def _token(world: World) -> str:
    """A token that is good: for somebody else's session."""
    other = client_of(world.app, world.holders["same unit"].person)
    page = Page(other.get("/password").text)
    return next(e.attributes["value"] for e in page.elements if e.attributes.get("name") == "csrf_token")


def test_without_the_token_of_the_session_nothing_is_done(guarded: tuple[World, Visitor, Bodies]) -> None:
    world, visitor, bodies = guarded
    foreign = _token(world)
    before, faults, asked = state.read(), [], 0
    for route, method, thing in unsafe_routes(world):
        for token in (None, "", "x", foreign, foreign[:-2]):
            body = bodies.arguments(route)
            headers = {} if token is None else {"X-CSRFToken": token}
            if "data" in body and token is not None:
                body["data"] = body["data"] | {"csrf_token": token}
            answer = visitor.open(route.url(thing.values), method, headers=headers, **body)
            asked += 1
            if answer.status_code != 403:
                faults.append(f"{method} {route.endpoint} with {token!r} answers {answer.status_code}")
            elif route.wire and answer.json["reason"] != "csrf":
                faults.append(f"{route.endpoint} says {answer.json}")
    assert faults == [] and asked > 200
    assert state.differences(before, state.read()) == {}


@pytest.mark.parametrize("engine_app", ["sqlite"], indirect=True)  # no database has a part in it
def test_a_get_with_a_method_override_stays_a_get(guarded: tuple[World, Visitor, Bodies]) -> None:
    world, visitor, _bodies = guarded
    before = state.read()
    readable = {route.rule for route in reviewed() if "GET" in route.methods}
    for route, _method, thing in unsafe_routes(world):
        url = route.url(thing.values)
        for name in ("X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"):
            answer = visitor.get(url + "?_method=POST", headers={name: "POST"})
            assert answer.status_code in ({200, 302} if route.rule in readable else {404, 405}), url
    assert state.differences(before, state.read()) == {}

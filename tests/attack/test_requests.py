"""Requests that no browser would send: hosts, paths, sizes, types, and errors that must tell nothing."""

import io
import json
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from app.domain.access import Role
from tests import factories
from tests.attack import state
from tests.attack.bodies import Bodies, everything
from tests.attack.routes import reviewed, unsafe
from tests.attack.things import things_for
from tests.attack.world import Visitor, World, build_world, client_of
from tests.conftest import Clock

EVIL = "evil.example"


@pytest.fixture
def world(app: Flask, time: Clock) -> World:
    return build_world(app, time)


@pytest.fixture
def chief(app: Flask, time: Clock) -> Visitor:
    """Someone with every role on a school without anything else."""
    person = factories.person()
    for role in Role:
        factories.grant(person, role, person.unit)
    return client_of(app, person)


@pytest.fixture
def staff(world: World) -> Visitor:
    return everything(world)


@pytest.mark.parametrize("engine_app", ["sqlite"], indirect=True)  # no database has a part in it
def test_the_host_header_decides_no_address(world: World, staff: Visitor) -> None:
    games: list[dict[str, str]] = [
        {"Host": EVIL}, {"X-Forwarded-Host": EVIL}, {"X-Host": EVIL}, {"X-Original-Host": EVIL},
        {"Forwarded": f"host={EVIL};proto=https"}, {"X-Original-URL": f"//{EVIL}"},
        {"X-Rewrite-URL": f"//{EVIL}"}, {"X-Forwarded-Prefix": f"//{EVIL}"},
        {"Host": f"127.0.0.1:8000@{EVIL}"},
    ]  # fmt: skip
    faults = []
    for route in reviewed():
        if "GET" in route.methods:
            thing = things_for(world, route.rule, route.endpoint, route.arguments)[0]
            for headers in games[:5]:
                answer = staff.get(route.url(thing.values), headers=headers)
                if EVIL in f"{answer.headers}" or EVIL.encode() in answer.data:
                    faults.append((route.endpoint, headers))
    for headers in games:
        for path in (
            "/",
            "/manage",
            "//manage//people",
            "/manage/",
            f"/certificates/{world.holders['own'].certificate.id}",
        ):
            answer = staff.get(path, headers=headers)
            if EVIL in f"{answer.headers}" or EVIL in answer.text:
                faults.append((path, headers))
    assert faults == []


def test_an_untrusted_forwarded_address_is_not_believed(app: Flask, world: World, staff: Visitor) -> None:
    """No proxy is configured, so the address of the connection counts, in records and in limits."""
    data = {"username": "nobody", "password": "nope"}
    app.test_client().post("/sign-in", data=data, headers={"X-Forwarded-For": "10.9.8.7"})
    assert "10.9.8.7" not in repr(state.read())


@pytest.mark.parametrize(
    "path",
    [
        "/manage/../manage/people", "/./manage/people", "/%2e%2e/manage/people", "/manage%2fpeople",
        "/MANAGE/people", "/manage/people%00", "/manage/people;x=1", "/manage/people/.json",
        "/static/x/../../config.py", "/static/x/%2e%2e/%2e%2e/app/cli.py", "/static/x//etc/passwd",
        "/static/x/..%5c..%5ccli.py", "/.env", "/.git/config", "/static/x/css/", "/static/../secret.key",
        "/people_manage.people", "/console", "/debug",
    ],
)  # fmt: skip
def test_odd_paths_lead_nowhere(app: Flask, client: FlaskClient, path: str) -> None:
    answer = client.get(path)
    assert answer.status_code in {302, 308, 400, 404}
    assert "SECRET" not in answer.text and "import " not in answer.text and "root:" not in answer.text
    if answer.status_code in {302, 308}:
        assert answer.location.startswith(("/sign-in", "/manage/", "/static/x/etc/passwd"))


def test_too_much_is_refused(world: World, staff: Visitor) -> None:
    """Nine megabytes to every route that takes anything; what reads no body may ignore it."""
    before, faults = state.read(), []
    form = {"data": b"a=" + b"x" * 9_000_000, "content_type": "application/x-www-form-urlencoded"}
    wire = {"data": b'"' + b"x" * 9_000_000 + b'"', "content_type": "application/json"}
    for route in reviewed():
        if any(map(unsafe, route.methods)):
            thing = things_for(world, route.rule, route.endpoint, route.arguments)[0]
            answer = staff.post(route.url(thing.values), **(wire if route.wire else form))
            if answer.status_code != 413 and (not route.wire or answer.status_code > 400):
                faults.append((route.endpoint, answer.status_code))
    assert faults == []
    changed = state.differences(before, state.read())
    assert changed.keys() <= {"attempt", "slot_check", "takeover"}  # the wire's verbs without a body


def test_wrong_types_of_content_break_nothing(world: World, staff: Visitor) -> None:
    """JSON where a form is due, a form where JSON is due, and bodies that are neither: never an error."""
    bodies = Bodies(world, staff)
    before, faults = state.read(), []
    kinds: list[dict[str, Any]] = [
        {"data": b"<x/>", "content_type": "application/xml"},
        {"data": b"\xff\xfe\x00", "content_type": "text/plain"},
        {"data": b"--x\r\nbroken", "content_type": "multipart/form-data; boundary=x"},
        {"data": b"[" * 100_000, "content_type": "application/json"},
        {"data": b'{"a":1e999999}', "content_type": "application/json; charset=utf-7"},
    ]
    for route in reviewed():
        for _method in filter(unsafe, route.methods):
            thing = things_for(world, route.rule, route.endpoint, route.arguments)[0]
            swapped = bodies.arguments(route)
            fields = json.dumps(swapped.get("data", {}), default=str).encode()
            other = (
                {"data": swapped["json"] and {"epoch": "1"}} if route.wire
                else {"data": io.BytesIO(fields), "content_type": "application/json"}
            )  # fmt: skip
            for body in [*kinds, other]:
                answer = staff.post(route.url(thing.values), **body)
                if answer.status_code >= 500:
                    faults.append((route.endpoint, answer.status_code))
            after = state.read()
            state.restore(before, after)  # an empty form may act: what guards it is tried elsewhere
            before = {n: after[n] if n in state.APPEND_ONLY else rows for n, rows in before.items()}
    assert faults == []


CANARY = "canary-in-the-error"
SECRETS = ("Traceback", "sqlalchemy", "psycopg", "sqlite", "SELECT ", "/app/", ".py", "test-key-of",
           "werkzeug", "Granian", "Python/", CANARY)  # fmt: skip


def told(answer: Any) -> list[str]:
    """What of that an answer gives away. A signed cookie may spell any three letters by chance."""
    headers = [f"{name}: {value}" for name, value in answer.headers if name != "Set-Cookie"]
    return [word for word in SECRETS if word in "\n".join([*headers, answer.text])]


@pytest.mark.parametrize(
    "error",
    [RuntimeError(CANARY), KeyError(CANARY), RecursionError(CANARY),
     OperationalError(f"SELECT {CANARY}", {}, Exception(CANARY))],
)  # fmt: skip
@pytest.mark.parametrize("path", ["/me", "/csrf", "/manage/people"])
def test_an_error_tells_nothing(
    app: Flask, chief: Visitor, error: Exception, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    endpoint, _arguments = app.url_map.bind("").match(path)
    old = app.view_functions[endpoint]

    def fail(**_arguments: Any) -> None:
        raise error

    fail.__dict__.update(old.__dict__)  # what is declared on the route
    monkeypatch.setitem(app.view_functions, endpoint, fail)
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = chief.get(path)
    assert answer.status_code == (503 if isinstance(error, OperationalError) else 500)
    assert told(answer) == []


@pytest.mark.parametrize(
    ("url", "method", "status"),
    [("/no/such/page", "GET", 404), ("/exams/99999", "GET", 404), ("/healthz", "DELETE", 405),
     ("/sign-in?x=%00", "GET", 400), ("/attempts/1/responses", "POST", 400),
     ("/manage/people?page=x", "GET", 200)],
)  # fmt: skip
def test_refusals_tell_nothing(chief: Visitor, url: str, method: str, status: int) -> None:
    answer = chief.open(url, method)
    assert answer.status_code == status
    assert told(answer) == []


@pytest.mark.parametrize("engine_app", ["sqlite"], indirect=True)  # no database has a part in it
def test_methods_that_no_route_declares_do_nothing(world: World, staff: Visitor) -> None:
    before = state.read()
    declared: dict[str, set[str]] = {}
    for route in reviewed():
        declared.setdefault(route.rule, {"HEAD", "OPTIONS"}).update(route.methods)
    for route in reviewed():
        thing = things_for(world, route.rule, route.endpoint, route.arguments)[0]
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PROPFIND", "X"} - declared[
            route.rule
        ]:
            answer = staff.open(route.url(thing.values), method)
            assert answer.status_code in {404, 405}, f"{method} {route.rule}"
    assert state.differences(before, state.read()) == {}


def test_who_tries_what_is_not_theirs_is_in_the_log(app: Flask) -> None:
    learner = factories.person()
    with capture_logs() as lines:
        assert client_of(app, learner).get("/manage/people").status_code == 403
    assert lines == [
        {
            "event": "forbidden", "log_level": "warning", "path": "/manage/people", "action": "people_view",
            "person": learner.id,
        }
    ]  # fmt: skip

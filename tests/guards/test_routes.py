"""Every route: its reviewed permission, reads that write nothing, strangers turned away."""

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.cli import routes_table
from app.domain.access import SCHOOL_WIDE, Role
from app.people.models import Person
from tests import factories

TABLE = Path(__file__).with_name("routes.txt")


def _rows(app: Flask) -> list[list[str]]:
    return [line.split("  ") for line in routes_table(app)]


def _plain_gets(app: Flask) -> list[list[str]]:
    """Routes that a GET reaches without arguments."""
    return [row for row in _rows(app) if "GET" in row[1].split(",") and "<" not in row[0]]


def test_routes_are_those_of_the_reviewed_table(app: Flask) -> None:
    """After a change: `flask routes-table > tests/guards/routes.txt`, and read the difference."""
    assert routes_table(app) == TABLE.read_text(encoding="utf-8").splitlines()


@pytest.fixture
def everything(app: Flask, sign_in: Callable[[Person], FlaskClient]) -> FlaskClient:
    """Someone with every role on the root."""
    root = factories.unit()
    person = factories.person(unit=root)
    for role in Role:
        factories.grant(person, role, root)
    return sign_in(person)


def test_a_get_writes_nothing(app: Flask, everything: FlaskClient, queries) -> None:
    routes = _plain_gets(app)
    assert len(routes) > 20
    for rule, _methods, endpoint, _action in routes:
        queries.statements.clear()
        answer = everything.get(rule)
        assert answer.status_code < 400, f"{endpoint} answers {answer.status_code}"
        writes = [s for s in queries.statements if s.split()[0].upper() in {"INSERT", "UPDATE", "DELETE"}]
        assert writes == [], endpoint


def _example(rule: str) -> str:
    """The rule with something in place of its arguments."""
    while "<" in rule:
        before, _, rest = rule.partition("<")
        argument, _, after = rest.partition(">")
        rule = f"{before}{'1' if argument.startswith('int:') else 'x'}{after}"
    return rule


def test_the_anonymous_are_sent_to_sign_in_or_told_so(app: Flask, client: FlaskClient) -> None:
    for rule, methods, endpoint, action in _rows(app):
        if action == "public":
            continue
        for method in methods.split(","):
            answer = client.open(_example(rule), method=method)
            if endpoint.split(".")[0].endswith("_api"):
                assert answer.status_code == 401 and answer.json["reason"] == "sign_in", endpoint
            else:
                assert answer.status_code == 302, f"{method} {endpoint} answers {answer.status_code}"
                assert answer.location.startswith("/sign-in"), endpoint


def test_a_learner_without_a_role_reaches_no_back_office(
    app: Flask, sign_in: Callable[[Person], FlaskClient]
) -> None:
    client = sign_in(factories.person())
    for rule, methods, endpoint, action in _rows(app):
        if action in {"public", "learn"}:
            continue
        for method in methods.split(","):
            answer = client.open(_example(rule), method=method)
            assert answer.status_code == 403, f"{method} {endpoint} answers {answer.status_code}"


def test_every_role_on_a_unit_reaches_nothing_of_the_whole_school(
    app: Flask, sign_in: Callable[[Person], FlaskClient]
) -> None:
    town = factories.unit(parent=factories.unit())
    person = factories.person(unit=town)
    for role in Role:
        factories.grant(person, role, town)
    client = sign_in(person)
    routes = [row for row in _rows(app) if row[3] in SCHOOL_WIDE]
    assert len(routes) > 30
    for rule, methods, endpoint, _action in routes:
        for method in methods.split(","):
            answer = client.open(_example(rule), method=method)
            assert answer.status_code == 403, f"{method} {endpoint} answers {answer.status_code}"


def test_another_units_objects_are_nowhere(app: Flask, sign_in: Callable[[Person], FlaskClient]) -> None:
    """By id, as the admin of a sibling unit: 404 for a sibling's and for the parent's people and units."""
    root = factories.unit()
    town, other = factories.unit(parent=root), factories.unit(parent=root)
    admin = factories.person(unit=town)
    for role in Role:
        factories.grant(admin, role, town)
    grants = [factories.grant(factories.person(unit=u), Role.LIAISON, u) for u in (root, other)]
    client = sign_in(admin)
    for unit, grant in zip((root, other), grants, strict=True):
        for method, url in (
            ("GET", f"/manage/people/{grant.person_id}"), ("POST", f"/manage/people/{grant.person_id}/edit"),
            ("POST", f"/manage/people/{grant.person_id}/password"),
            ("POST", f"/manage/people/{grant.person_id}/sign-out"),
            ("POST", f"/manage/people/{grant.person_id}/second-factor/remove"),
            ("POST", f"/manage/roles/{grant.id}/revoke"),
            ("GET", f"/manage/units/{unit.id}"), ("POST", f"/manage/units/{unit.id}/edit"),
            ("POST", f"/manage/units/{unit.id}/move"), ("POST", f"/manage/units/{unit.id}/merge"),
            ("POST", f"/manage/units/{unit.id}/close"),
            ("GET", f"/manage/exams/1/people/{grant.person_id}"),
        ):  # fmt: skip
            assert client.open(url, method=method).status_code == 404, f"{method} {url}"


def test_manage_pages_all_need_more_than_learning(app: Flask) -> None:
    assert [row for row in _rows(app) if row[0].startswith("/manage") and row[3] in {"learn", "public"}] == []

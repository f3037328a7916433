"""Every route × every caller × objects in every place, against the reviewed table; writes by what they left.

The caller is one person of a town. A route whose arguments the world cannot fill fails, and so does a route
that changes nothing when it is allowed to: its refusals would prove nothing.
"""

from collections.abc import Iterator

import pytest
from flask import Flask

from app.domain.access import Role
from app.people.models import RoleGrant
from app.web.db import db
from tests import factories
from tests.attack import state
from tests.attack.bodies import Bodies, everything
from tests.attack.routes import Caller, Route, Verdict, judge, reviewed, unsafe, verdict
from tests.attack.things import missing_id, things_for
from tests.attack.world import Visitor, World, build_world, client_of
from tests.audit.words import unlabelled
from tests.conftest import Clock

# Answered, and yet nothing is written.
WRITES_NOTHING = {
    "exams_manage.reopen": "the candidate may see the answers already: tests/exams/test_reopening.py",
    "exams_manage.mark_next": "the caller holds an answer already, and gets the same again",
    "exams_manage.mark_skip": "as above: there is no other",
    "exams_manage.entries_sheet": "it only shows whom a list means",
    "exams_manage.entries_rank": "as above",
    "certificates.verify": "it only compares",
    "home.display": "a cookie of the device, nothing of ours",
    "people_manage.people_find": "only a number that finds somebody: tests/people/test_manage_people.py",
    "home.data_export": "one's own data, recorded nowhere",
    "home.data_withdraw": "nothing is asked here: tests/home/test_own_data.py",
    "people.sign_in_code": "only the step before opens it: tests/people/test_entering.py",
    "people.sign_in_password": "as above",
    "people.factor_offer": "everybody here has a second factor: tests/people/test_second_factor.py",
    "people.factor_confirm": "as above",
}


def callers(world: World) -> Iterator[Caller]:
    yield Caller(signed_in=False)
    yield Caller()
    for role in Role:
        yield Caller(True, role, world.town.path)
        yield Caller(True, role, world.root.path, of_the_school=True)


def visitor(world: World, caller: Caller) -> Visitor:
    """The caller's browser; of the roles tested, they hold this one alone."""
    db.session.query(RoleGrant).filter(RoleGrant.person_id == world.caller.id).delete()
    if caller.role is not None:
        factories.grant(world.caller, caller.role, world.root if caller.of_the_school else world.town)
    db.session.commit()
    return client_of(world.app, world.caller if caller.signed_in else None)


class Matrix:
    """Asks, compares, and puts back what an accepted request changed."""

    def __init__(self, world: World) -> None:
        self.world, self.faults, self.acted = world, list[str](), set[str]()
        self.bodies = Bodies(world, everything(world))
        self.things = {r: things_for(world, r.rule, r.endpoint, r.arguments) for r in reviewed()}

    def run(self, caller: Caller) -> None:
        browser = visitor(self.world, caller)
        self.before = state.read()
        for route in reviewed():
            for method in route.methods:
                self._ask(browser, caller, route, method)
        left = state.differences(self.before, state.read())
        if left:
            self.faults.append(f"{caller}: refused requests and reads changed {left}")

    def _ask(self, browser: Visitor, caller: Caller, route: Route, method: str) -> None:
        """What is refused before any object is looked at is asked once, on one engine, for no database has a
        part in it; what everyone may do with their own is asked of the learner alone."""
        things = self.things[route]
        if verdict(route, caller, things[0]) in {Verdict.SIGN_IN, Verdict.FORBIDDEN}:
            things = things[:1] if db.engine.dialect.name == "sqlite" else []
        elif caller.role is not None and route.action == "learn" and unsafe(method):
            things = [thing for thing in things if not thing.mine]
        for thing in things:
            expected = verdict(route, caller, thing)
            self._one(browser, caller, route, method, thing.values, thing.label, expected)
        opened = next((t for t in things if verdict(route, caller, t) is Verdict.OPEN), None)
        if opened is not None and (nowhere := missing_id(opened)) is not None:
            self._one(browser, caller, route, method, nowhere, "no such row", Verdict.HIDDEN)

    def _one(
        self, browser: Visitor, caller: Caller, route: Route, method: str, values: dict, label: str,
        expected: Verdict,
    ) -> None:  # fmt: skip
        body = self.bodies.arguments(route) if unsafe(method) else {}
        answer = browser.open(route.url(values), method, **body)
        found = judge(answer, route)
        if found != expected:
            self.faults.append(
                f"{caller}: {method} {route.endpoint} of {label or 'the school'} {found} "
                f"({answer.status_code}), expected: {expected}"
            )
        if unsafe(method) and Verdict.OPEN in (expected, found):
            self._put_back(route)

    def _put_back(self, route: Route) -> None:
        after = state.read()
        if state.differences(self.before, after):
            self.acted.add(route.endpoint)
            state.restore(self.before, after)
            self.before = {
                name: after[name] if name in state.APPEND_ONLY else rows for name, rows in self.before.items()
            }


@pytest.mark.slow
def test_everyone_reaches_what_the_reviewed_table_says_and_nothing_else(app: Flask, time: Clock) -> None:
    matrix = Matrix(build_world(app, time))
    for caller in callers(matrix.world):
        matrix.run(caller)
    assert matrix.faults == [], "\n".join(matrix.faults[:20])
    assert unlabelled() == set(), "what the log says of it is all in Chinese"
    writing = {route.endpoint for route in reviewed() if any(map(unsafe, route.methods))}
    assert writing - matrix.acted == WRITES_NOTHING.keys()

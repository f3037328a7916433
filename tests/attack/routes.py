"""The reviewed table, and what it says about each caller: worked out here anew, not asked of the gate."""

import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from app.domain.access import ROLE_ACTIONS, SCHOOL_WIDE, Action, Role
from tests.attack.things import Thing

TABLE = Path(__file__).parents[1] / "guards" / "routes.txt"
_ARGUMENT = re.compile(r"<(?:[^:<>]+:)?([^<>]+)>")
SAFE = {"GET", "HEAD", "OPTIONS"}


@dataclass(frozen=True)
class Route:
    rule: str
    methods: tuple[str, ...]
    endpoint: str
    action: str

    @property
    def arguments(self) -> tuple[str, ...]:
        return tuple(_ARGUMENT.findall(self.rule))

    @property
    def wire(self) -> bool:
        """Speaks JSON and never redirects to a page."""
        return self.endpoint.split(".")[0].endswith("_api")

    def url(self, values: dict[str, object]) -> str:
        return _ARGUMENT.sub(lambda found: str(values[found[1]]), self.rule)


@cache
def reviewed() -> tuple[Route, ...]:
    rows = (line.split("  ") for line in TABLE.read_text(encoding="utf-8").splitlines())
    return tuple(Route(rule, tuple(methods.split(",")), end, action) for rule, methods, end, action in rows)


def unsafe(method: str) -> bool:
    return method not in SAFE


@dataclass(frozen=True)
class Caller:
    """Nobody (`signed_in` False), a learner (`role` None), or one role on one unit."""

    signed_in: bool = True
    role: Role | None = None
    unit_path: str = ""
    of_the_school: bool = False  # the unit is the root of the tree

    def __str__(self) -> str:
        if not self.signed_in:
            return "anonymous"
        return f"{self.role} on the {'school' if self.of_the_school else 'town'}" if self.role else "learner"


class Verdict(StrEnum):
    SIGN_IN = "must sign in"
    FORBIDDEN = "may not do this"
    HIDDEN = "finds nothing there"
    OPEN = "is answered"


# Pages of a learner that staff may see for the people of their units.
ALSO_FOR = {
    "certificates.certificate": Action.CERTIFICATE_VIEW,
    "certificates.document": Action.CERTIFICATE_VIEW,
    "certificates.picture": Action.CERTIFICATE_VIEW,
}


def may(caller: Caller, action: Action) -> bool:
    """On the caller's unit and below it; what is school-wide, only with the whole school."""
    if caller.role is None or action not in ROLE_ACTIONS[caller.role]:
        return False
    return action not in SCHOOL_WIDE or caller.of_the_school


def verdict(route: Route, caller: Caller, thing: Thing) -> Verdict:
    """What the reviewed table, the roles and the units say."""
    if route.action == "public":
        return Verdict.OPEN
    if not caller.signed_in:
        return Verdict.SIGN_IN
    action = Action(route.action)
    if action is Action.LEARN:
        other = ALSO_FOR.get(route.endpoint)
        seen = other is not None and may(caller, other) and (thing.path or "").startswith(caller.unit_path)
        return Verdict.OPEN if thing.mine or seen else Verdict.HIDDEN
    if not may(caller, action):
        return Verdict.FORBIDDEN
    if thing.private and not thing.mine:
        return Verdict.HIDDEN
    if not (thing.path is None or thing.path.startswith(caller.unit_path)):
        return Verdict.HIDDEN
    # Whoever could change or let in the holder of a role would hold it too.
    serves = thing.serves or (thing.mine and "person_id" in thing.values)
    keeps_records = action is Action.PEOPLE_EDIT and not may(caller, Action.SIGN_IN_EDIT)
    return Verdict.FORBIDDEN if serves and keeps_records else Verdict.OPEN


# An answer that lies before another grader: the page says so and shows nothing of it.
TAKEN = {"exams_manage.mark", "exams_manage.mark_give", "exams_manage.mark_skip"}


def judge(answer: Any, route: Route) -> Verdict | str:
    """The verdict that the answer amounts to, or what is wrong with it."""
    status, headers = answer.status_code, answer.headers
    location: str = headers.get("Location", "")
    if route.endpoint == "people.sign_out" and "Clear-Site-Data" in headers:
        return Verdict.OPEN  # it leads to the sign-in page when it worked
    if route.action == "public" and status < 400:
        return Verdict.OPEN  # a later step of signing in leads back to the first
    if status == 401 or (status == 302 and location.startswith("/sign-in")):
        return Verdict.SIGN_IN if (status == 401) == route.wire else f"{status} from the wrong face"
    if status == 403:
        return Verdict.FORBIDDEN
    if status == 404 or (status == 409 and route.endpoint in TAKEN):
        return Verdict.HIDDEN
    return Verdict.OPEN if status < 400 or status in {400, 409, 410} else f"answers {status}"

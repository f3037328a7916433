"""Who may do what: roles, the actions each allows, and the unit subtree a grant covers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Action(StrEnum):
    """What a route does. A route names exactly one; `ROLE_ACTIONS` says who may."""

    LEARN = "learn"
    MANAGE = "manage"
    PEOPLE_VIEW = "people_view"
    PEOPLE_EDIT = "people_edit"
    ROLE_GRANT = "role_grant"
    BANK_VIEW = "bank_view"
    BANK_EDIT = "bank_edit"
    COURSE_EDIT = "course_edit"
    EXAM_VIEW = "exam_view"
    EXAM_EDIT = "exam_edit"
    EXAM_RUN = "exam_run"
    MARK = "mark"
    SCORE_VIEW = "score_view"
    CERTIFICATE_VIEW = "certificate_view"
    CERTIFICATE_EDIT = "certificate_edit"
    AUDIT_VIEW = "audit_view"
    SETTINGS_EDIT = "settings_edit"


class Role(StrEnum):
    LEARNER = "learner"
    AUTHOR = "author"
    ADMIN = "admin"
    GRADER = "grader"
    LIAISON = "liaison"
    AUDITOR = "auditor"


_A = Action
ROLE_ACTIONS: dict[Role, frozenset[Action]] = {
    Role.LEARNER: frozenset({_A.LEARN}),
    Role.AUTHOR: frozenset({_A.MANAGE, _A.BANK_VIEW, _A.BANK_EDIT, _A.COURSE_EDIT}),
    Role.ADMIN: frozenset(
        {
            _A.MANAGE, _A.PEOPLE_VIEW, _A.PEOPLE_EDIT, _A.ROLE_GRANT, _A.BANK_VIEW, _A.BANK_EDIT,
            _A.COURSE_EDIT, _A.EXAM_VIEW, _A.EXAM_EDIT, _A.EXAM_RUN, _A.SCORE_VIEW,
            _A.CERTIFICATE_VIEW, _A.CERTIFICATE_EDIT, _A.SETTINGS_EDIT,
        }
    ),
    Role.GRADER: frozenset({_A.MANAGE, _A.MARK}),
    Role.LIAISON: frozenset(
        {_A.MANAGE, _A.PEOPLE_VIEW, _A.EXAM_VIEW, _A.SCORE_VIEW, _A.CERTIFICATE_VIEW}
    ),
    Role.AUDITOR: frozenset({_A.MANAGE, _A.AUDIT_VIEW}),
}  # fmt: skip


# What these touch has no unit: the bank, courses, exams, settings and the record of acts are the school's.
# To see the bank is to see every key: not for the admin of a unit who sits the school's exams.
SCHOOL_WIDE = frozenset(
    {_A.BANK_VIEW, _A.BANK_EDIT, _A.COURSE_EDIT, _A.EXAM_EDIT, _A.SETTINGS_EDIT, _A.AUDIT_VIEW}
)


@dataclass(frozen=True)
class Grant:
    """A role on a unit and everything below it. `unit_path` is the unit's materialised path, "/1/12/"."""

    role: Role
    unit_path: str
    ends_at: datetime | None = None


def scope(grants: Iterable[Grant], action: Action, now: datetime) -> tuple[str, ...]:
    """The unit paths on which `action` is allowed now; empty means not at all.

    A school-wide action needs a grant on a whole tree.
    Everyone is a learner on their own data, so LEARN needs no grant and is not asked here.
    """
    paths = {
        g.unit_path
        for g in grants
        if action in ROLE_ACTIONS[g.role] and (g.ends_at is None or now < g.ends_at)
    }
    if action in SCHOOL_WIDE:
        paths = {p for p in paths if p.count("/") == 2}
    return tuple(sorted(p for p in paths if not any(p != q and p.startswith(q) for q in paths)))


def covers(paths: Iterable[str], unit_path: str) -> bool:
    """Does one of the subtrees in `paths` hold the unit?"""
    return any(unit_path.startswith(p) for p in paths)

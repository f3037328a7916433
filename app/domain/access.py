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
    PEOPLE_ERASE = "people_erase"
    UNIT_EDIT = "unit_edit"
    SIGN_IN_EDIT = "sign_in_edit"
    ROLE_GRANT = "role_grant"
    BANK_VIEW = "bank_view"
    BANK_EDIT = "bank_edit"
    BANK_REVIEW = "bank_review"
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
    SYSTEM_VIEW = "system_view"


class Role(StrEnum):
    LEARNER = "learner"
    AUTHOR = "author"
    REVIEWER = "reviewer"
    ADMIN = "admin"
    GRADER = "grader"
    INVIGILATOR = "invigilator"
    LIAISON = "liaison"
    SYSTEM = "system"
    SECURITY = "security"
    AUDITOR = "auditor"


_A = Action
ROLE_ACTIONS: dict[Role, frozenset[Action]] = {
    Role.LEARNER: frozenset({_A.LEARN}),
    Role.AUTHOR: frozenset({_A.MANAGE, _A.BANK_VIEW, _A.BANK_EDIT, _A.COURSE_EDIT}),
    Role.REVIEWER: frozenset({_A.MANAGE, _A.BANK_VIEW, _A.BANK_REVIEW}),
    Role.ADMIN: frozenset(
        {
            _A.MANAGE, _A.PEOPLE_VIEW, _A.PEOPLE_EDIT, _A.PEOPLE_ERASE, _A.UNIT_EDIT, _A.SIGN_IN_EDIT,
            _A.ROLE_GRANT, _A.BANK_VIEW, _A.BANK_EDIT, _A.BANK_REVIEW, _A.COURSE_EDIT, _A.EXAM_VIEW,
            _A.EXAM_EDIT, _A.EXAM_RUN, _A.SCORE_VIEW, _A.CERTIFICATE_VIEW, _A.CERTIFICATE_EDIT,
            _A.SETTINGS_EDIT, _A.SYSTEM_VIEW,
        }
    ),
    Role.GRADER: frozenset({_A.MANAGE, _A.MARK}),
    Role.INVIGILATOR: frozenset({_A.MANAGE, _A.EXAM_VIEW, _A.EXAM_RUN}),
    Role.LIAISON: frozenset(
        {_A.MANAGE, _A.PEOPLE_VIEW, _A.PEOPLE_EDIT, _A.EXAM_VIEW, _A.SCORE_VIEW, _A.CERTIFICATE_VIEW}
    ),
    Role.SYSTEM: frozenset({_A.MANAGE, _A.SETTINGS_EDIT, _A.SYSTEM_VIEW}),
    Role.SECURITY: frozenset({_A.MANAGE, _A.PEOPLE_VIEW, _A.SIGN_IN_EDIT, _A.ROLE_GRANT}),
    Role.AUDITOR: frozenset({_A.MANAGE, _A.AUDIT_VIEW}),
}  # fmt: skip

# 三员: system, security and audit administration. Held apart (`apart`), nobody has two of them, or one
# and the school's, and the school's admin leaves to them what is theirs.
OFFICERS = (Role.SYSTEM, Role.SECURITY, Role.AUDITOR)
_ONE_OF = (*OFFICERS, Role.ADMIN)
_LEFT_TO_OFFICERS = frozenset({_A.ROLE_GRANT, _A.SETTINGS_EDIT, _A.SYSTEM_VIEW})

# What these touch has no unit: the bank, courses, exams, settings and the record of acts are the school's.
# To see the bank is to see every key: not for the admin of a unit who sits the school's exams.
SCHOOL_WIDE = frozenset(
    {
        _A.BANK_VIEW, _A.BANK_EDIT, _A.BANK_REVIEW, _A.COURSE_EDIT, _A.EXAM_EDIT, _A.SETTINGS_EDIT,
        _A.SYSTEM_VIEW, _A.AUDIT_VIEW,
    }
)  # fmt: skip


@dataclass(frozen=True)
class Grant:
    """A role on a unit and everything below it. `unit_path` is the unit's materialised path, "/1/12/"."""

    role: Role
    unit_path: str
    ends_at: datetime | None = None

    def holds(self, now: datetime) -> bool:
        return self.ends_at is None or now < self.ends_at


def actions(role: Role, apart: bool = False) -> frozenset[Action]:
    """What the role allows, on every unit that it is granted for."""
    return ROLE_ACTIONS[role] - (_LEFT_TO_OFFICERS if apart and role is Role.ADMIN else frozenset())


def roles_with(action: Action, apart: bool = False) -> tuple[Role, ...]:
    return tuple(role for role in Role if action in actions(role, apart))


def is_root(unit_path: str) -> bool:
    return unit_path.count("/") == 2


def allowed_on(role: Role, unit_path: str, apart: bool = False) -> frozenset[Action]:
    """What a grant of the role on this unit gives: school-wide actions only on a whole tree."""
    given = actions(role, apart)
    return given if is_root(unit_path) else given - SCHOOL_WIDE


def is_empty(role: Role, unit_path: str) -> bool:
    """Would a grant of the role on this unit give nothing but the way into the back office?"""
    return allowed_on(role, unit_path) <= {Action.MANAGE}


def scope(grants: Iterable[Grant], action: Action, now: datetime, *, apart: bool = False) -> tuple[str, ...]:
    """The unit paths on which `action` is allowed now; empty means not at all.

    Everyone is a learner on their own data, so LEARN needs no grant and is not asked here.
    """
    paths = {g.unit_path for g in grants if g.holds(now) and action in allowed_on(g.role, g.unit_path, apart)}
    return tuple(sorted(p for p in paths if not any(p != q and p.startswith(q) for q in paths)))


def covers(paths: Iterable[str], unit_path: str) -> bool:
    """Does one of the subtrees in `paths` hold the unit?"""
    return any(unit_path.startswith(p) for p in paths)


def excluded_by(held: Iterable[Role], wanted: Role, *, apart: bool) -> Role | None:
    """The role among those held beside which `wanted` may not be held; None: it may."""
    if not apart or wanted not in _ONE_OF:
        return None
    return next((role for role in held if role in _ONE_OF and role is not wanted), None)


def may_reset(caller: Iterable[Role], owner: Iterable[Role], *, apart: bool) -> bool:
    """May someone with these roles let the owner of an account in anew?

    Whoever resets an officer's password could act as that officer, so it is for the security officer.
    """
    return not apart or Role.SECURITY in caller or not any(role in OFFICERS for role in owner)

"""Roles, actions, subtrees and ends as tables."""

from datetime import UTC, datetime, timedelta

import pytest

from app.domain.access import (
    OFFICERS,
    ROLE_ACTIONS,
    SCHOOL_WIDE,
    Action,
    Grant,
    Role,
    actions,
    allowed_on,
    covers,
    excluded_by,
    is_empty,
    may_reset,
    roles_with,
    scope,
)

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
A, R = Action, Role

TABLE = {
    R.LEARNER: "learn",
    R.AUTHOR: "manage bank_view bank_edit course_edit",
    R.REVIEWER: "manage bank_view bank_review",
    R.ADMIN: (
        "manage people_view people_edit people_erase unit_edit sign_in_edit role_grant bank_view bank_edit"
        " bank_review course_edit exam_view exam_edit exam_run score_view certificate_view certificate_edit"
        " settings_edit system_view"
    ),
    R.GRADER: "manage mark",
    R.INVIGILATOR: "manage exam_view exam_run",
    R.LIAISON: "manage people_view people_edit exam_view score_view certificate_view",
    R.SYSTEM: "manage settings_edit system_view",
    R.SECURITY: "manage people_view sign_in_edit role_grant",
    R.AUDITOR: "manage audit_view",
}


def test_the_table_is_the_reviewed_one() -> None:
    assert {role: set(given) for role, given in ROLE_ACTIONS.items()} == {
        role: set(words.split()) for role, words in TABLE.items()
    }


def test_every_action_belongs_to_a_role() -> None:
    assert set().union(*ROLE_ACTIONS.values()) == set(Action)


def test_held_apart_the_admin_leaves_to_the_officers_what_is_theirs() -> None:
    assert actions(R.ADMIN) - actions(R.ADMIN, apart=True) == {A.ROLE_GRANT, A.SETTINGS_EDIT, A.SYSTEM_VIEW}
    for role in Role:
        if role is not R.ADMIN:
            assert actions(role, apart=True) == actions(role)
    assert roles_with(A.ROLE_GRANT) == (R.ADMIN, R.SECURITY)
    assert roles_with(A.ROLE_GRANT, apart=True) == (R.SECURITY,)
    assert roles_with(A.AUDIT_VIEW, apart=True) == (R.AUDITOR,)


def test_officers_share_nothing_but_the_way_in() -> None:
    for one in OFFICERS:
        for other in OFFICERS:
            if one is not other:
                assert actions(one) & actions(other) == {A.MANAGE}


@pytest.mark.parametrize(
    ("grants", "action", "expected"),
    [
        ([], A.PEOPLE_VIEW, ()),
        ([Grant(R.ADMIN, "/1/")], A.PEOPLE_VIEW, ("/1/",)),
        ([Grant(R.ADMIN, "/1/2/"), Grant(R.ADMIN, "/1/")], A.PEOPLE_EDIT, ("/1/",)),
        ([Grant(R.ADMIN, "/1/2/"), Grant(R.LIAISON, "/1/20/")], A.PEOPLE_VIEW, ("/1/2/", "/1/20/")),
        ([Grant(R.ADMIN, "/1/2/"), Grant(R.LIAISON, "/1/20/")], A.UNIT_EDIT, ("/1/2/",)),
        ([Grant(R.ADMIN, "/1/2/")], A.BANK_VIEW, ()),
        ([Grant(R.ADMIN, "/1/2/"), Grant(R.AUTHOR, "/1/")], A.BANK_VIEW, ("/1/",)),
        ([Grant(R.ADMIN, "/1/", NOW)], A.PEOPLE_VIEW, ()),
        ([Grant(R.ADMIN, "/1/", NOW + timedelta(microseconds=1))], A.PEOPLE_VIEW, ("/1/",)),
    ],
)
def test_scope(grants: list[Grant], action: Action, expected: tuple[str, ...]) -> None:
    assert scope(grants, action, NOW) == expected


def test_scope_follows_the_separation() -> None:
    admin = [Grant(R.ADMIN, "/1/")]
    assert scope(admin, A.ROLE_GRANT, NOW) == ("/1/",)
    assert scope(admin, A.ROLE_GRANT, NOW, apart=True) == ()
    assert scope(admin, A.PEOPLE_EDIT, NOW, apart=True) == ("/1/",)


@pytest.mark.parametrize(
    ("paths", "path", "held"),
    [(["/1/2/"], "/1/2/", True), (["/1/2/"], "/1/2/3/", True), (["/1/2/"], "/1/20/", False),
     (["/1/2/"], "/1/", False), ([], "/1/", False), (["/3/", "/1/"], "/1/9/", True)],
)  # fmt: skip
def test_covers(paths: list[str], path: str, held: bool) -> None:
    assert covers(paths, path) is held


@pytest.mark.parametrize("role", list(Role))
def test_below_the_top_a_grant_gives_nothing_of_the_whole_school(role: Role) -> None:
    assert allowed_on(role, "/1/") == ROLE_ACTIONS[role]
    assert allowed_on(role, "/1/2/") == ROLE_ACTIONS[role] - SCHOOL_WIDE


def test_roles_that_mean_nothing_below_the_top() -> None:
    assert {role for role in Role if is_empty(role, "/1/2/")} == {R.AUTHOR, R.REVIEWER, R.SYSTEM, R.AUDITOR}
    assert not any(is_empty(role, "/1/") for role in Role)


FOUR = (R.ADMIN, R.SYSTEM, R.SECURITY, R.AUDITOR)


@pytest.mark.parametrize("held", list(Role))
@pytest.mark.parametrize("wanted", list(Role))
def test_held_apart_nobody_has_two_of_the_four(held: Role, wanted: Role) -> None:
    forbidden = held in FOUR and wanted in FOUR and held is not wanted
    assert excluded_by([R.GRADER, held], wanted, apart=True) == (held if forbidden else None)
    assert excluded_by([R.GRADER, held], wanted, apart=False) is None


@pytest.mark.parametrize(
    ("caller", "owner", "apart", "may"),
    [
        ({R.ADMIN}, {R.LEARNER}, True, True),
        ({R.ADMIN}, {R.ADMIN}, True, True),
        ({R.ADMIN}, {R.AUDITOR}, False, True),
        ({R.ADMIN}, {R.AUDITOR}, True, False),
        ({R.ADMIN}, {R.SYSTEM, R.AUTHOR}, True, False),
        ({R.SECURITY}, {R.SECURITY}, True, True),
        ({R.SECURITY}, {R.ADMIN}, True, True),
    ],
)
def test_an_officers_account_is_reset_by_the_security_officer(
    caller: set[Role], owner: set[Role], apart: bool, may: bool
) -> None:
    assert may_reset(caller, owner, apart=apart) is may

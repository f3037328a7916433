"""A key was wrong: one proposes, the effect is seen, another approves, and every score follows."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.audit.models import AuditEvent
from app.bank.models import AnswerKey, Comment
from app.domain.access import Role
from app.domain.questions import Kind
from app.domain.regrading import Remedy
from app.exams import attempts, moves, papers, queries, regrading, remedies, scoring
from app.exams.models import Attempt, Exam, Score
from app.exams.regrading import Refused
from app.exams.result_models import Regrade
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.conftest import Clock
from tests.exams import build
from tests.exams.conftest import Candidate

Sitting = Callable[..., Candidate]


def staff(role: Role = Role.ADMIN) -> Person:
    person = factories.person()
    factories.grant(person, role, person.unit)
    return person


def proposed(exam: Exam, slot: int, remedy: Remedy, key: Any, by: Person, time: Clock) -> Regrade:
    assert exam.paper_id is not None
    question = papers.slots(exam.paper_id)[slot].question
    made = regrading.propose(exam, question, remedy, key, "原答案有误", by.id, time.now)
    db.session.commit()
    return made


def approved(made: Regrade, by: Person, time: Clock) -> None:
    regrading.decide(made, True, "属实", by.id, time.now)
    db.session.commit()
    assert regrading.apply_approved() == 1


def regraded(exam: Exam, slot: int, remedy: Remedy, key: Any, time: Clock) -> Regrade:
    made = proposed(exam, slot, remedy, key, staff(), time)
    approved(made, staff(), time)
    return made


def versions(attempt_id: int) -> list[tuple[int, int, int, bool, str]]:
    rows = db.session.scalars(
        sa.select(Score).where(Score.attempt_id == attempt_id).order_by(Score.version)
    ).all()
    return [(row.version, row.points, row.full, row.passed, row.reason) for row in rows]


def answered(me: Candidate, *values: Any) -> Candidate:
    items = [(slot, 1, value) for slot, value in enumerate(values, 1) if value is not None]
    assert me.submit(*items).status_code == 200
    return me


def test_a_corrected_key_moves_scores_both_ways_and_keeps_the_old(sitting: Sitting, time: Clock) -> None:
    right = answered(sitting(single=2), "b", "b")
    wrong, silent = (answered(sitting(exam=right.exam), *values) for values in (("c", "b"), (None, "b")))
    made = regraded(right.exam, 1, Remedy.KEY, "c", time)
    assert versions(right.attempt) == [(1, 40, 40, True, "first"), (2, 20, 40, False, "regrade")]
    assert versions(wrong.attempt) == [(1, 20, 40, False, "first"), (2, 40, 40, True, "regrade")]
    assert versions(silent.attempt) == [(1, 20, 40, False, "first")]
    assert db.session.get_one(Score, (wrong.attempt, 2)).regrade_id == made.id
    assert db.session.scalars(sa.select(AnswerKey.key)).all() == ["b", "b"]


def test_a_void_question_is_in_neither_sum_nor_full_score(sitting: Sitting, time: Clock) -> None:
    first = answered(sitting(single=5), "b", "b", "a", "a", "b")
    other = answered(sitting(exam=first.exam), "b", "b", "a", "a", "a")
    regraded(first.exam, 3, Remedy.VOID, None, time)
    assert versions(first.attempt)[-1] == (2, 60, 80, True, "regrade")
    assert versions(other.attempt)[-1] == (2, 40, 80, False, "regrade")
    assert "3" not in queries.latest_scores([first.attempt])[first.attempt].detail


def test_everybody_gets_the_points_and_the_next_decision_replaces_the_former(
    sitting: Sitting, time: Clock
) -> None:
    me = answered(sitting(single=2), "a", None)
    regraded(me.exam, 1, Remedy.ALL, None, time)
    assert versions(me.attempt)[-1] == (2, 20, 40, False, "regrade")
    regraded(me.exam, 1, Remedy.VOID, None, time)
    assert versions(me.attempt)[-1] == (3, 0, 20, False, "regrade")
    regraded(me.exam, 1, Remedy.ACCEPT, ["a", "d"], time)
    assert versions(me.attempt)[-1] == (4, 20, 40, False, "regrade")


def test_who_hands_in_later_is_scored_by_the_decision(sitting: Sitting, time: Clock) -> None:
    early = answered(sitting(single=2), "c", "b")
    late = sitting(exam=early.exam)
    made = proposed(early.exam, 1, Remedy.ACCEPT, ["c"], staff(), time)
    regrading.decide(made, True, "属实", staff().id, time.now)
    db.session.commit()
    answered(late, "c", "b")
    regrading.apply_approved()
    assert versions(late.attempt) == [(1, 40, 40, True, "first")]
    assert versions(early.attempt)[-1] == (2, 40, 40, True, "regrade")


def test_a_minimum_shrinks_with_what_does_not_count(sitting: Sitting, time: Clock) -> None:
    me = sitting(single=4, judge=6)
    me.exam.minimums = [{"sections": ["single"], "points": 60}]
    db.session.commit()
    answered(me, "b", "b", "a", "a", *[True] * 6)
    assert versions(me.attempt) == [(1, 160, 200, False, "first")]
    regraded(me.exam, 3, Remedy.VOID, None, time)
    assert versions(me.attempt)[-1] == (2, 160, 180, False, "regrade")  # 45 of 60, and has 40
    regraded(me.exam, 4, Remedy.VOID, None, time)
    assert versions(me.attempt)[-1] == (3, 160, 160, True, "regrade")


def test_nobody_approves_what_they_proposed_and_nothing_is_decided_twice(
    sitting: Sitting, time: Clock
) -> None:
    me, one, two = sitting(single=2), staff(), staff()
    made = proposed(me.exam, 1, Remedy.ALL, None, one, time)
    with pytest.raises(Refused, match="另一位"):
        regrading.decide(made, True, "属实", one.id, time.now)
    with pytest.raises(Refused, match="等待审定"):
        proposed(me.exam, 1, Remedy.VOID, None, two, time)
    regrading.decide(made, True, "属实", two.id, time.now)
    with pytest.raises(Refused, match="已经审定过"):
        regrading.decide(made, False, "再想想", two.id, time.now)
    db.session.commit()
    other = proposed(me.exam, 2, Remedy.VOID, None, one, time)
    with pytest.raises(Refused, match="正在按先前的更正"):
        regrading.decide(other, True, "属实", two.id, time.now)
    regrading.apply_approved()
    regrading.decide(other, True, "属实", two.id, time.now)


def test_the_bank_is_told_and_every_step_is_on_record(sitting: Sitting, time: Clock) -> None:
    me = answered(sitting(single=1), "a")
    regraded(me.exam, 1, Remedy.KEY, "a", time)
    assert "答案有问题" in db.session.scalars(sa.select(Comment.text)).one()
    acts = db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert acts == ["regrade.create", "regrade.approve", "question.comment"]


def test_a_declined_proposal_changes_nothing(sitting: Sitting, time: Clock) -> None:
    me = answered(sitting(single=1), "a")
    made = proposed(me.exam, 1, Remedy.KEY, "a", staff(), time)
    regrading.decide(made, False, "原答案没有错", staff().id, time.now)
    db.session.commit()
    assert regrading.apply_approved() == 0 and len(versions(me.attempt)) == 1
    assert remedies.in_force(me.exam.id) == {}


def test_a_preview_writes_nothing_and_says_what_then_comes_true(sitting: Sitting, time: Clock) -> None:
    me = answered(sitting(single=2), "c", "b")
    made = proposed(me.exam, 1, Remedy.ACCEPT, ["c"], staff(), time)
    (foreseen,) = moves.of(made)
    assert (foreseen.before.points, foreseen.after.points, foreseen.gained) == (20, 40, True)
    assert len(versions(me.attempt)) == 1
    approved(made, staff(), time)
    now = queries.latest_scores([me.attempt])[me.attempt]
    assert (now.points, now.full, now.passed, now.detail) == (*foreseen.after[:3], foreseen.detail)


# Any sequence of decisions.

COUNTS = {"single": 2, "multiple": 2, "judge": 1, "blanks": 1}
GIVEN: dict[Kind, list[Any]] = {
    Kind.SINGLE: ["b", "c", None], Kind.MULTIPLE: [["a", "c"], ["a"], ["b"], None],
    Kind.JUDGE: [True, False, None], Kind.BLANKS: [["党中央", "团结"], ["中央", "团结"], None],
}  # fmt: skip
KEYS: dict[Kind, list[Any]] = {
    Kind.SINGLE: ["a", "c"], Kind.MULTIPLE: [["a"], ["b", "d"]], Kind.JUDGE: [False],
    Kind.BLANKS: [[["中央"], ["团结"]]],
}  # fmt: skip


def _decisions(kinds: dict[int, Kind]) -> st.SearchStrategy[list[tuple[int, Remedy, Any]]]:
    def of_slot(slot: int) -> st.SearchStrategy[tuple[int, Remedy, Any]]:
        key = st.sampled_from(KEYS[kinds[slot]])
        return st.one_of(
            st.tuples(st.just(slot), st.sampled_from([Remedy.VOID, Remedy.ALL]), st.none()),
            st.tuples(st.just(slot), st.just(Remedy.KEY), key),
            st.tuples(st.just(slot), st.just(Remedy.ACCEPT), st.lists(key, min_size=1, max_size=2)),
        )

    return st.lists(st.sampled_from(sorted(kinds)).flatmap(of_slot), min_size=1, max_size=6)


def test_any_sequence_of_decisions_scores_as_from_scratch(app: Flask, time: Clock) -> None:
    exam = build.exam(time.now, attempts=None, **COUNTS)  # type: ignore[arg-type]
    assert exam.paper_id is not None
    kinds = {n: slot.kind for n, slot in papers.slots(exam.paper_id).items()}
    sat = _sat(exam, kinds, time)
    one, two = staff(), staff()

    @settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
    @given(_decisions(kinds))
    def same(sequence: list[tuple[int, Remedy, Any]]) -> None:
        for slot, remedy, key in sequence:
            approved(proposed(exam, slot, remedy, key, one, time), two, time)
        scores = queries.latest_scores(sat)
        for attempt_id in sat:
            attempt, now = db.session.get_one(Attempt, attempt_id), scores[attempt_id]
            fresh = scoring.computed(attempt, scoring.current_responses(attempt_id))
            assert (now.points, now.full, now.passed, now.pending) == fresh.settled
            assert now.detail == fresh.detail

    same()


def _sat(exam: Exam, kinds: dict[int, Kind], time: Clock) -> list[int]:
    """Four people, each with other answers."""
    made = []
    for turn in range(4):
        person = factories.person()
        attempt, _new = attempts.start(exam, person.id, time.now)
        db.session.commit()
        for slot, kind in kinds.items():
            given_values = GIVEN[kind]
            build.answer(attempt.id, slot, given_values[(turn + slot) % len(given_values)], time.now)
        attempts.force_close(attempt.id, time.now)
        db.session.commit()
        made.append(attempt.id)
    return made


@pytest.fixture
def two(app: Flask, sign_in: Callable[[Person], FlaskClient]) -> tuple[FlaskClient, FlaskClient]:
    return sign_in(staff()), sign_in(staff())


def test_from_the_question_to_the_new_score_on_the_pages(
    sitting: Sitting, two: tuple[FlaskClient, FlaskClient]
) -> None:
    me, (one, other) = answered(sitting(single=2), "c", "b"), two
    path = f"/manage/exams/{me.exam.id}"
    assert "没有更正" in one.get(f"{path}/regrades").text
    new = f"{path}/forms/1/slots/1/regrade"
    assert new in one.get(f"{path}/paper").text
    assert "请填写这道题里有的选项字母" not in one.get(new).text
    assert "选项字母" in one.post(new, data={"remedy": "accept", "key": "Z", "reason": "也对"}).text
    assert "请写明理由" in one.post(new, data={"remedy": "all", "key": "", "reason": ""}).text
    answer = one.post(new, data={"remedy": "accept", "key": "C", "reason": "C 项也对"})
    page = one.get(answer.location).text
    assert "另有答案也对" in page and "<b>C</b>" in page and "过线" in page and "撤回" in page
    decide = f"{answer.location}/decide"
    own = one.post(decide, data={"decision": "approve", "answer": "属实"})
    assert "由另一位管理员审定" in own.text
    assert "已有一项更正" in other.post(new, data={"remedy": "void", "key": "", "reason": "重复"}).text
    assert "请写明理由" in other.post(decide, data={"decision": "approve", "answer": ""}).text
    done = other.post(decide, data={"decision": "approve", "answer": "属实"}, follow_redirects=True).text
    assert "正在重新评分" in done and 'http-equiv="refresh"' in done
    assert regrading.apply_approved() == 1
    page = other.get(answer.location).text
    assert "变动的成绩（1）" in page and me.person.name in page and 'http-equiv="refresh"' not in page
    assert "已重新评分" in one.get(f"{path}/regrades").text
    assert "<strong>4</strong> 分" in me.client.get(f"/attempts/{me.attempt}/result").text

"""Many at once, over threads and real connections: uniqueness lives in the database."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.domain.regrading import Remedy
from app.exams import jobs, papers, queries, regrading, scoring
from app.exams.models import Attempt, Exam, Response, Score
from app.exams.result_models import Regrade
from app.web.db import db
from tests import factories
from tests.conftest import Clock
from tests.exams import build
from tests.exams.conftest import Candidate
from tests.exams.graders import Marker
from tests.soak import times

Sitting = Callable[..., Candidate]
MANY = times(12, 100)


def together(app: Flask, me: Candidate, jobs: list[tuple[str, Any]]) -> list[Any]:
    """Send all requests at the same moment, each from a thread with a client and a context of its own."""
    barrier = threading.Barrier(len(jobs))
    cookie = me.client.get_cookie("ganxun")
    assert cookie is not None

    def send(job: tuple[str, Any]) -> Any:
        path, body = job
        client = app.test_client()
        client.set_cookie("ganxun", cookie.value)
        barrier.wait()
        return client.post(path, json=body)

    db.session.rollback()
    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(send, jobs))


def test_parallel_starts_make_one_attempt(app: Flask, sitting: Sitting) -> None:
    me = sitting(started=False)
    answers = together(app, me, [(f"/exams/{me.exam.id}/attempts", None)] * MANY)
    assert Counter(a.status_code for a in answers) == {201: 1, 200: MANY - 1}
    assert len({a.json["attempt"] for a in answers}) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 1


def test_parallel_submits_make_one_score_and_one_receipt(app: Flask, sitting: Sitting) -> None:
    me = sitting()
    me.save((1, 1, "b"))
    body = {"epoch": me.epoch, "responses": []}
    answers = together(app, me, [(f"/attempts/{me.attempt}/submit", body)] * MANY)
    assert {a.status_code for a in answers} == {200}
    assert len({a.json["receipt"] for a in answers}) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Score)) == 1


def test_a_save_against_a_submit_is_in_the_score_or_refused(
    app: Flask, sitting: Sitting, time: Clock
) -> None:
    exam = build.exam(time.now, single=4)
    for _ in range(times(40, 2500)):
        me = sitting(exam=exam)
        save, submit = f"/attempts/{me.attempt}/responses", f"/attempts/{me.attempt}/submit"
        jobs = [
            (save, {"epoch": 1, "responses": [{"slot": n, "seq": n, "value": "b"}]}) for n in (1, 2, 3, 4)
        ]
        answers = together(app, me, [*jobs, (submit, {"epoch": 1, "responses": []})])
        accepted = {n for n, a in zip((1, 2, 3, 4), answers[:4], strict=True) if a.status_code == 200}
        assert {a.status_code for a in answers[:4]} <= {200, 410} and answers[4].status_code == 200
        assert {slot for slot, *_ in me.journal()} == accepted
        points = db.session.scalar(sa.select(Score.points).where(Score.attempt_id == me.attempt))
        assert points == 20 * len(accepted)


def test_two_sweepers_close_each_attempt_once(app: Flask, sitting: Sitting, time: Clock) -> None:
    exam = build.exam(time.now, minutes=45, single=1)
    many = [sitting(exam=exam) for _ in range(times(10, 200))]
    time.advance(minutes=46)
    barrier = threading.Barrier(2)

    def sweep(_n: int) -> int:
        with app.app_context():
            barrier.wait()
            return jobs.sweep()

    db.session.rollback()
    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(sweep, range(2))) == len(many)
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Score)) == len(many)


def test_parallel_takeovers_have_epochs_of_their_own(app: Flask, sitting: Sitting) -> None:
    me = sitting()
    answers = together(app, me, [(f"/attempts/{me.attempt}/takeover", None)] * 10)
    assert sorted(a.json["epoch"] for a in answers) == list(range(2, 12))


def test_parallel_saves_of_one_page_are_all_kept(app: Flask, sitting: Sitting) -> None:
    me = sitting()
    path = f"/attempts/{me.attempt}/responses"
    jobs = [
        (path, {"epoch": 1, "responses": [{"slot": 1, "seq": n, "value": "abcd"[n % 4]}]})
        for n in range(1, 21)
    ]
    assert {a.status_code for a in together(app, me, jobs)} == {200}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Response)) == 20
    assert scoring.current_responses(me.attempt)[1].seq == 20


def test_hand_ins_against_the_approval_of_a_regrade_are_scored_by_it(
    app: Flask, sitting: Sitting, time: Clock
) -> None:
    """Whether they come before, during or after it: all scores are as from scratch."""
    for _ in range(4):
        exam = build.exam(time.now, single=2)
        us = [sitting(exam=exam) for _ in range(6)]
        for me in us[:2]:
            me.submit((1, 1, "c"), (2, 1, "b"))
        made, decider = _proposed(exam, time), factories.person().id
        db.session.rollback()
        submits = [partial(me.submit, (1, 1, "c"), (2, 1, "b")) for me in us[2:]]
        _at_once(app, [*submits, partial(_approve, made.id, decider, time)])
        db.session.rollback()
        assert regrading.apply_approved() == 0
        scores = queries.latest_scores([me.attempt for me in us])
        assert [scores[me.attempt].points for me in us] == [40] * 6


def test_a_last_mark_against_a_regrade_leaves_nothing_pending(
    app: Flask, written: Callable[..., list[Candidate]], marker: Callable[..., Marker], time: Clock
) -> None:
    for _ in range(4):
        us = written(3)
        grader = marker(us[0].exam)
        grader.next()
        grader.give("1", "1")
        grader.give("1", "1")
        made, decider = _proposed(us[0].exam, time), factories.person().id
        db.session.rollback()
        _at_once(app, [partial(grader.give, "1", "1"), partial(_approve, made.id, decider, time)])
        db.session.rollback()
        scores = queries.latest_scores([me.attempt for me in us])
        assert [(one.points, one.pending) for one in scores.values()] == [(20, 0)] * 3


def _proposed(exam: Exam, time: Clock) -> Regrade:
    """That c is right in the first slot, not b."""
    question = papers.slots(exam.paper_id or 0)[1].question
    made = regrading.propose(exam, question, Remedy.KEY, "c", "原答案有误", factories.person().id, time.now)
    db.session.commit()
    return made


def _approve(regrade_id: int, by: int, time: Clock) -> None:
    regrading.decide(db.session.get_one(Regrade, regrade_id), True, "属实", by, time.now)
    db.session.commit()
    regrading.apply_approved()


def _at_once(app: Flask, jobs: list[Callable[[], Any]]) -> None:
    barrier = threading.Barrier(len(jobs))

    def run(job: Callable[[], Any]) -> Any:
        with app.app_context():
            barrier.wait()
            return job()

    with ThreadPoolExecutor(len(jobs)) as pool:
        list(pool.map(run, jobs))

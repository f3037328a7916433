"""Many at once, over threads and real connections: uniqueness lives in the database."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.exams import scoring
from app.exams.models import Attempt, Response, Score
from app.web.db import db
from tests.conftest import Clock
from tests.exams import build
from tests.exams.conftest import Candidate

Sitting = Callable[..., Candidate]


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
    answers = together(app, me, [(f"/exams/{me.exam.id}/attempts", None)] * 12)
    assert Counter(a.status_code for a in answers) == {201: 1, 200: 11}
    assert len({a.json["attempt"] for a in answers}) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 1


def test_parallel_submits_make_one_score_and_one_receipt(app: Flask, sitting: Sitting) -> None:
    me = sitting()
    me.save((1, 1, "b"))
    body = {"epoch": me.epoch, "responses": []}
    answers = together(app, me, [(f"/attempts/{me.attempt}/submit", body)] * 12)
    assert {a.status_code for a in answers} == {200}
    assert len({a.json["receipt"] for a in answers}) == 1
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Score)) == 1


def test_a_save_against_a_submit_is_in_the_score_or_refused(
    app: Flask, sitting: Sitting, time: Clock
) -> None:
    for _ in range(15):
        me = sitting(exam=build.exam(time.now, single=4))
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

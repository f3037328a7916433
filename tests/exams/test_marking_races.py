"""Marking by many at once, in any order: no mark lost, none doubled, and scores that follow from them."""

import random
import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.domain.marking import LAPSE, verdict
from app.exams import graders, grading, marking, queries
from app.exams.marking import Given, Key
from app.exams.models import Attempt, Exam
from app.exams.result_models import Grader, Mark
from app.web.db import db
from tests import factories
from tests.conftest import Clock
from tests.exams import build
from tests.exams.conftest import Candidate
from tests.exams.graders import Marker, marks, scores

Sitting = Callable[..., Candidate]


def _at_once(app: Flask, jobs: list[tuple[FlaskClient, str, dict[str, Any]]]) -> list[Any]:
    barrier = threading.Barrier(len(jobs))

    def send(job: tuple[FlaskClient, str, dict[str, Any]]) -> Any:
        client, path, data = job
        cookie, own = client.get_cookie("ganxun"), app.test_client()
        assert cookie is not None
        own.set_cookie("ganxun", cookie.value)
        barrier.wait()
        return own.post(path, data=data)

    db.session.rollback()
    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(send, jobs))


def test_parallel_claims_never_give_two_the_same(
    app: Flask, written: Callable[..., list[Candidate]], marker: Callable[..., Marker]
) -> None:
    exam = written(6, percent=100)[0].exam
    who = [marker(exam) for _ in range(4)]
    url = f"/manage/exams/marking/{exam.id}/{who[0].key.version_id}/0"
    for _ in range(3):
        answers = _at_once(app, [(one.client, url, {}) for one in who for _tab in range(3)])
        assert {a.status_code for a in answers} == {302}
    held = db.session.execute(
        sa.select(Mark.attempt_id, Mark.grader_id).where(Mark.grader_id.is_not(None))
    ).all()
    assert len(held) == len(set(held)), "nobody has both rounds of one answer"
    assert len(held) <= 12 and {one.person.id for one in who} == {grader for _, grader in held}


def test_parallel_marks_are_neither_lost_nor_doubled(
    app: Flask, written: Callable[..., list[Candidate]], marker: Callable[..., Marker], time: Clock
) -> None:
    """Every answer by two graders, each from three tabs that differ: one of the three stands, and the score
    follows from what stands."""
    found = written(4, percent=100, difference=20)
    who = [marker(found[0].exam) for _ in range(2)]
    for one in who:
        one.next()
    for _ in range(4):
        jobs = [
            (one.client, f"/manage/exams/marking/answers/{one.code}",
             {"parts-0": part, "parts-1": "0", "seen": "0"})
            for one in who for part in ("0", "0.5", "1")
        ]  # fmt: skip
        answers = _at_once(app, jobs)
        codes = Counter(a.status_code for a in answers)
        assert codes[302] == 2 and codes[409] == 4, codes
        for one in who:
            one.next()
    assert all(points is not None for _, points in marks()) and len(marks()) == 8
    assert set(db.session.scalars(sa.select(Mark.revision))) == {1}
    for me in found:
        given = [m.points for m in db.session.scalars(sa.select(Mark).where(Mark.attempt_id == me.attempt))]
        assert scores(me.attempt)[1:] == [(2, 20 + (sum(given) + 1) // 2, 0, "marked")]


def test_a_hand_in_and_its_marks_from_many_sides_come_to_one_score(
    app: Flask, written: Callable[..., list[Candidate]], marker: Callable[..., Marker], sitting: Sitting,
    time: Clock,
) -> None:  # fmt: skip
    exam = build.exam(time.now, attempts=None, short=3)
    me = sitting(exam=exam)
    me.submit((1, 1, "甲"), (2, 2, "乙"), (3, 3, "丙"))
    keys = list(grading.asked(exam.id))
    who = [marker(exam) for _ in keys]
    for one, key in zip(who, keys, strict=True):
        one.key = key
        assert one.next()
    jobs = [
        (
            one.client,
            f"/manage/exams/marking/answers/{one.code}",
            {"parts-0": "1", "parts-1": "0.5", "seen": 0},
        )
        for one in who
    ]
    assert {a.status_code for a in _at_once(app, jobs)} == {302}
    assert scores(me.attempt) == [(1, 0, 3, "first"), (2, 45, 0, "marked")]


# ---- In any order


@dataclass
class Room:
    """Graders at one question; the last two arbitrate. `held`: the pages that lie open before each, with
    what each showed. `given`: by mark, what stands because somebody was told so."""

    exam: Exam
    key: Key
    graders: list[Grader]
    time: Clock
    held: list[tuple[int, int, int]] = field(default_factory=list)  # grader, mark, revision
    given: dict[int, tuple[int, int]] = field(default_factory=dict)  # grader, points

    def claim(self, who: int, _points: int) -> None:
        grader = self.graders[who]
        found = marking.claim(grader, self.key, self.time.now)
        if found is not None and (page := (grader.person_id, found.id, found.revision)) not in self.held:
            self.held.append(page)

    def give(self, which: int, points: int) -> None:
        """On any page that was ever opened, however stale."""
        if not self.held:
            return
        person, mark_id, seen = self.held[-1 - which % len(self.held)]
        mark = db.session.get_one(Mark, mark_id)
        try:
            marking.give(mark, person, seen, Given((points, 0), ""), self.time.now)
        except marking.Refused:
            return
        assert mark.revision in (seen, seen + 1), "no newer mark was written over"
        self.given[mark_id] = (person, points)

    def skip(self, who: int, _points: int) -> None:
        grader = self.graders[who]
        mine = sa.select(Mark.code).where(Mark.grader_id == grader.person_id, Mark.at.is_(None))
        marking.claim(grader, self.key, self.time.now, db.session.scalar(mine.limit(1)) or "")

    def wait(self, _who: int, _points: int) -> None:
        self.time.advance(seconds=LAPSE.total_seconds() + 1)

    def again(self, which: int, _points: int) -> None:
        ids = db.session.scalars(sa.select(Attempt.id).where(Attempt.exam_id == self.exam.id)).all()
        marking.order_again(db.session.get_one(Attempt, ids[which % len(ids)]), 1, "复核")

    def holds(self) -> None:
        """What must be true after every act."""
        db.session.expire_all()
        rows = db.session.scalars(
            sa.select(Mark).join(Attempt).where(Attempt.exam_id == self.exam.id).order_by(Mark.id)
        ).all()
        stands = {mark.id: (mark.grader_id, mark.points) for mark in rows if mark.at is not None}
        assert stands == self.given, "what somebody was told is kept is kept, and nothing else"
        owners = [(mark.attempt_id, mark.grader_id) for mark in rows if mark.grader_id is not None]
        assert len(owners) == len(set(owners)), "nobody has two rounds of one answer"
        by_attempt: dict[int, dict[int, int | None]] = {}
        for mark in rows:
            assert mark.grader_id != mark.attempt.person_id
            by_attempt.setdefault(mark.attempt_id, {})[mark.round] = mark.points
        latest = queries.latest_scores(by_attempt)
        for attempt_id, rounds in by_attempt.items():
            come_to = verdict(rounds, self.exam.mark_difference)
            assert latest[attempt_id].points == (come_to.points or 0)
            assert latest[attempt_id].pending == (come_to.points is None)
            assert (3 in rounds) >= come_to.arbitrate


@pytest.fixture
def room(sitting: Sitting, time: Clock) -> Room:
    exam = build.exam(time.now, hours=200, attempts=None, short=1)
    exam.second_mark_percent, exam.mark_difference = 100, 5
    found = [sitting(exam=exam) for _ in range(2)]
    for me in found:
        me.submit((1, 1, "答案"))
    people = [found[0].person, *(factories.person() for _ in range(5))]  # a candidate is among them
    for n, person in enumerate(people):
        graders.name(exam, person, [], arbitrates=n > 3)
    db.session.commit()
    return Room(exam, next(iter(grading.asked(exam.id))), list(graders.of_exam(exam.id)), time)


ACTS = ("claim", "claim", "claim", "give", "give", "give", "give", "skip", "wait", "again")


@pytest.mark.parametrize("engine_app", ["sqlite"], indirect=True)  # one after the other: no engine has a part
@pytest.mark.parametrize("seed", range(6))
def test_in_whatever_order_graders_act_no_mark_is_lost_or_doubled(room: Room, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    for _ in range(60):
        getattr(room, chance.choice(ACTS))(chance.randrange(6), chance.choice((0, 5, 10)))
        db.session.commit()
        room.holds()

"""A state machine drives the real core against a model small enough to be believed."""

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.exams import attempts, epochs, jobs, reopening, saving, service
from app.exams.epochs import Origin
from app.exams.models import Attempt, Exam, Response, Score
from app.exams.reopening import Refusal
from app.exams.saving import Conflict, parse
from app.web import clock
from app.web.db import db
from tests import factories
from tests.conftest import START, empty
from tests.exams import build
from tests.soak import times

LIMIT, GRACE = timedelta(minutes=45), timedelta(seconds=30)
KINDS = {"single": 1, "order": 1, "match": 1, "recite": 1}
# By slot, answers and the tenths that they earn (tests.exams.build.KEYS): any client may send any of them.
EARNS: dict[int, list[tuple[Any, int]]] = {
    1: [("a", 0), ("b", 20), ("z", 0)],
    2: [(["c", "a", "d", "b"], 20), (["c", "a", "", ""], 0), (["c"] * 5, 0)],
    3: [(["b", "d"], 20), (["b", "b"], 10), (["", "z"], 0)],
    4: [("加入中国共产党，\n党的纲领", 20), ("党的纲领", 10), ('"],[4,9,9,null', 0)],
}
answers = st.sampled_from(
    [(slot, value) for slot, known in EARNS.items() for value in (None, *(value for value, _ in known))]
)


class ExamMachine(RuleBasedStateMachine):
    """Model: the accepted answers by (slot, epoch, seq), the epoch, the deadline, closed or not."""

    @initialize()
    def begin(self) -> None:
        db.session.rollback()
        empty()
        self.now = START
        clock.set_source(lambda: self.now)
        exam = build.exam(START, minutes=45, hours=3, release="score", **KINDS)
        person = factories.person()
        service.assign(exam, person=person)
        attempt, _ = attempts.start(exam, person.id, START)
        db.session.commit()
        self.attempt, self.exam_id, self.person_id = attempt.id, exam.id, person.id
        self.session = factories.session_for(person).id
        self.paper = attempt.paper_id
        self.epoch, self.seq, self.deadline = 0, 0, START + LIMIT
        self.journal: dict[tuple[int, int, int], Any] = {}
        self.closed: attempts.Closed | None = None
        self.scores = 0

    @rule()
    def take_over(self) -> None:
        epoch = epochs.take_over(self.attempt, self.person_id, Origin(self.session), self.now)
        db.session.commit()
        if self.closed:
            assert epoch is None
        else:
            self.epoch += 1
            assert epoch == self.epoch

    def open_now(self) -> bool:
        return self.closed is None and self.now <= self.deadline + GRACE

    def send(self, epoch: int, slot: int, seq: int, value: Any) -> None:
        _, items = parse({"epoch": epoch, "responses": [{"slot": slot, "seq": seq, "value": value}]})
        key = (slot, epoch, seq)
        try:
            acked = saving.save(self.attempt, self.session, epoch, items, self.now)
        except Conflict:
            assert key in self.journal and self.journal[key] != value
            return
        accepted = self.open_now() and epoch == self.epoch
        assert (acked is not None) == accepted
        if accepted:
            assert key not in self.journal or self.journal[key] == value
            assert acked.slots == {slot: seq} and acked.deadline == saving.to_micros(self.deadline)
            self.journal[key] = value

    @precondition(lambda self: self.epoch > 0)
    @rule(answer=answers)
    def save(self, answer: tuple[int, Any]) -> None:
        slot, value = answer
        self.seq += 1
        self.send(self.epoch, slot, self.seq, value)

    @precondition(lambda self: self.journal)
    @rule(data=st.data())
    def replay(self, data: st.DataObject) -> None:
        """An old request again, the same or (a faulty client) with another value."""
        slot, epoch, seq = data.draw(st.sampled_from(sorted(self.journal)))
        same = data.draw(st.booleans())
        value = data.draw(st.sampled_from([None, *(value for value, _ in EARNS[slot])]))
        self.send(epoch, slot, seq, self.journal[slot, epoch, seq] if same else value)

    @precondition(lambda self: self.epoch > 0 and self.seq > 1)
    @rule(answer=answers, back=st.integers(1, 5))
    def reordered(self, answer: tuple[int, Any], back: int) -> None:
        """A request of this page that was overtaken by newer ones."""
        slot, value = answer
        seq = max(1, self.seq - back)
        self.send(self.epoch, slot, seq, self.journal.get((slot, self.epoch, seq), value))

    @precondition(lambda self: self.epoch > 1)
    @rule(answer=answers)
    def old_page(self, answer: tuple[int, Any]) -> None:
        slot, value = answer
        self.seq += 1
        self.send(self.epoch - 1, slot, self.seq, value)

    @rule(seconds=st.sampled_from([1, 29, 30, 31, 600, 1500, -3600, 3600]))
    def clock_moves(self, seconds: int) -> None:
        """Forward, or a jump: the server's clock may be set back."""
        self.now = max(START, self.now + timedelta(seconds=seconds))

    @rule(exact=st.sampled_from([timedelta(0), GRACE, GRACE + timedelta(microseconds=1)]))
    def to_the_border(self, exact: timedelta) -> None:
        self.now = self.deadline + exact

    @rule(minutes=st.integers(1, 15))
    def extend(self, minutes: int) -> None:
        given = attempts.add_minutes(self.attempt, minutes, self.now)
        db.session.commit()
        assert given == self.open_now()
        if given:
            self.deadline += timedelta(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        overdue = self.closed is None and self.now > self.deadline + GRACE
        assert jobs.sweep() == (1 if overdue else 0)
        if overdue:
            self._closed_at(self.deadline)

    @precondition(lambda self: self.epoch > 0)
    @rule(answer=answers, current=st.booleans())
    def submit(self, answer: tuple[int, Any], current: bool) -> None:
        slot, value = answer
        self.seq += 1
        epoch = self.epoch if current else max(self.epoch - 1, 1)
        _, items = parse(
            {"epoch": max(epoch, 1), "responses": [{"slot": slot, "seq": self.seq, "value": value}]}
        )
        try:
            closed = attempts.submit(
                self.attempt, self.person_id, Origin(self.session), epoch, items, self.now
            )
            db.session.commit()
        except attempts.Refused as refused:
            db.session.rollback()
            assert self.closed is None
            expected = "closed" if not self.open_now() else "epoch"
            assert refused.reason == expected and (expected == "closed" or epoch != self.epoch)
            return
        if self.closed:
            assert closed == self.closed
            return
        assert self.open_now() and epoch == self.epoch
        self.journal[slot, epoch, self.seq] = value
        self._closed_at(self.now)
        assert closed == self.closed

    def _closed_at(self, moment: Any) -> None:
        row = db.session.get_one(Attempt, self.attempt, populate_existing=True)
        assert row.submitted_at == moment
        self.closed = attempts.Closed(row.receipt or "", moment)
        self.scores += 1

    @rule(minutes=st.integers(1, 90))
    def reopen(self, minutes: int) -> None:
        """Everything that was answered is there, and the clock runs from now on or as it ran."""
        refusal = reopening.reopen(self.attempt, minutes, self.now)
        db.session.commit()
        if self.closed is None:
            assert refusal is Refusal.OPEN
            return
        assert refusal is None
        self.closed, self.scores = None, self.scores + 1
        while self.deadline < self.now + timedelta(minutes=minutes):
            self.deadline += timedelta(minutes=1)

    @rule()
    def start_again(self) -> None:
        """The only attempt stays the only one."""
        exam = db.session.get_one(Exam, self.exam_id)
        was_overdue = self.closed is None and self.now > self.deadline + GRACE
        try:
            attempt, made = attempts.start(exam, self.person_id, self.now)
            db.session.commit()
            assert attempt.id == self.attempt and not made
        except attempts.CannotStart:
            db.session.commit()
            assert self.closed or was_overdue
        if was_overdue:
            self._closed_at(self.deadline)

    @invariant()
    def the_journal_is_the_model(self) -> None:
        if not hasattr(self, "journal"):
            return
        db.session.rollback()
        rows = db.session.execute(
            sa.select(Response.slot, Response.epoch, Response.seq, Response.value).where(
                Response.attempt_id == self.attempt
            )
        )
        assert {(r.slot, r.epoch, r.seq): json.loads(r.value) for r in rows} == self.journal
        attempt = db.session.get_one(Attempt, self.attempt, populate_existing=True)
        assert attempt.paper_id == self.paper and attempt.epoch == self.epoch
        assert (attempt.submitted_at is None) == (self.closed is None)

    @invariant()
    def the_score_is_what_the_model_says(self) -> None:
        if not hasattr(self, "journal"):
            return
        rows = sa.select(Score).where(Score.attempt_id == self.attempt).order_by(Score.version)
        scores = db.session.scalars(rows).all()
        assert [score.version for score in scores] == list(range(1, self.scores + 1))
        if self.closed is not None:
            last = {slot: self.journal[slot, e, q] for slot, e, q in sorted(self.journal)}
            assert scores[-1].pending == 0 and scores[-1].points == sum(
                points for slot, given in last.items() for value, points in EARNS[slot] if value == given
            )
        elif scores:
            assert scores[-1].pending == len(KINDS) and not scores[-1].passed

    def teardown(self) -> None:
        db.session.rollback()


@pytest.mark.slow
def test_the_core_follows_the_model(app: Flask) -> None:
    run_state_machine_as_test(
        ExamMachine,
        settings=settings(
            max_examples=times(40, 2000),
            stateful_step_count=50,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )

"""Closing: derived from the clock, written down by whoever comes first, once."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from app.domain.attempts import AttemptClock, ExamClock, deadline
from app.exams import attempts, jobs, saving
from app.exams.models import Attempt, Response, Score
from app.web.db import db, to_micros
from tests.conftest import START, Clock
from tests.exams import build
from tests.exams.conftest import Candidate

Sitting = Callable[..., Candidate]


def test_the_sweeper_closes_at_the_deadline_and_scores_what_was_saved(sitting: Sitting, time: Clock) -> None:
    me = sitting()
    me.save((1, 1, "b"))
    time.advance(minutes=45, seconds=30)
    assert jobs.sweep() == 0  # grace
    time.advance(seconds=1)
    state = me.client.get(f"/attempts/{me.attempt}").json
    assert state["phase"] == "overdue"
    assert jobs.sweep() == 1 and jobs.sweep() == 0
    attempt = db.session.get_one(Attempt, me.attempt)
    assert attempt.submitted_at == START + timedelta(minutes=45) and attempt.closed_by == "deadline"
    assert db.session.scalars(sa.select(Score.points)).one() == 20
    assert me.submit().json["receipt"] == attempt.receipt


def test_poisoned_attempts_delay_nobody(
    sitting: Sitting, time: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Among others, and a whole batch of them; they are tried again with every sweep."""
    monkeypatch.setattr(jobs, "_BATCH", 2)
    candidates = [sitting() for _ in range(5)]
    poisoned = [candidates[n] for n in (0, 1, 3)]
    for one in poisoned:
        one.save((1, 1, "b"))
    theirs = Response.attempt_id.in_([one.attempt for one in poisoned])
    db.session.execute(sa.update(Response).where(theirs).values(value="{"))
    db.session.commit()
    time.advance(hours=1)
    assert jobs.sweep() == 2 and jobs.sweep() == 0
    open_still = db.session.scalars(sa.select(Attempt.id).where(Attempt.submitted_at.is_(None))).all()
    assert set(open_still) == {one.attempt for one in poisoned}
    db.session.execute(sa.update(Response).values(value='"b"'))
    db.session.commit()
    assert jobs.sweep() == 3


def test_starting_again_closes_the_attempt_that_ran_out(sitting: Sitting, time: Clock) -> None:
    me = sitting(attempts=2, hours=5)
    first = me.attempt
    time.advance(hours=1)
    assert me.start().status_code == 201 and me.attempt != first
    assert db.session.get_one(Attempt, first).closed_by == "deadline"


def test_more_minutes_move_the_deadline(sitting: Sitting, time: Clock) -> None:
    me = sitting()
    time.advance(minutes=44)
    assert attempts.add_minutes(me.attempt, 10, time.now)
    db.session.commit()
    time.advance(minutes=10)
    assert me.save((1, 1, "b")).json["remaining_ms"] == 60_000
    time.advance(minutes=2)
    assert not attempts.add_minutes(me.attempt, 10, time.now)  # never reopens what ran out


def test_forced_hand_in_counts_to_the_deadline_at_most(sitting: Sitting, time: Clock) -> None:
    me = sitting()
    time.advance(minutes=50)
    closed = attempts.force_close(me.attempt, time.now)
    assert closed.submitted_at == START + timedelta(minutes=45)
    assert attempts.force_close(me.attempt, time.now) == closed


@given(
    started=st.integers(-10, 300), minutes=st.integers(1, 200), closes=st.integers(0, 400),
    extra=st.integers(0, 60), own=st.none() | st.integers(0, 400),
)  # fmt: skip
def test_the_statement_and_the_domain_agree_on_the_deadline(
    started: int, minutes: int, closes: int, extra: int, own: int | None
) -> None:
    at = [START + timedelta(minutes=m) for m in (started, closes)]
    until = None if own is None else START + timedelta(minutes=own)
    clock = ExamClock(START, at[1], timedelta(minutes=minutes))
    expected = deadline(clock, AttemptClock(at[0], timedelta(minutes=extra), None, until))
    row = f"SELECT {saving.DEADLINE} FROM (SELECT :started AS started_at, :extra AS extra_minutes, :own AS closes_at) a, (SELECT :minutes AS minutes, :closes AS closes_at) e"  # noqa: E501
    with sa.create_engine("sqlite://").connect() as connection:
        found = connection.scalar(
            sa.text(row),
            {
                "started": to_micros(at[0]),
                "extra": extra,
                "minutes": minutes,
                "closes": to_micros(at[1]),
                "own": until and to_micros(until),
            },  # fmt: skip
        )
    assert expected is not None and found == to_micros(expected)


def test_overdue_on_the_engine_itself(sitting: Sitting, time: Clock) -> None:
    """The same border on the real engine: one microsecond past grace."""
    me = sitting(exam=build.exam(time.now, minutes=90, hours=2))
    time.advance(minutes=90, seconds=30)
    assert list(jobs.overdue(time.now)) == []
    time.advance(microseconds=1)
    assert list(jobs.overdue(time.now)) == [me.attempt]


def test_an_open_trial_gives_way_to_the_real_attempt(sitting: Sitting, time: Clock) -> None:
    me = sitting(started=False)
    trial, _ = attempts.start(me.exam, me.person.id, time.now, trial=True)
    db.session.commit()
    assert me.start().status_code == 201 and me.attempt != trial.id
    assert db.session.get_one(Attempt, trial.id).closed_by == "staff"
    assert not db.session.get_one(Attempt, me.attempt).trial

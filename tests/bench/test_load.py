"""`make load` in small: the server as it runs, candidates over sockets, and a judge that misses nothing."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from app import create_app
from app.exams.models import Attempt, Response, Score
from app.web.db import db
from bench.load import judge, plan, report, trial
from tests.conftest import settings

MANY = 40


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[plan.Plan, dict[str, Any], Path]:
    """A whole exam of some seconds on SQLite."""
    folder = tmp_path_factory.mktemp("load")
    made = plan.Plan("sqlite", MANY, 2, plan.of("sqlite", MANY, 8).steps, real=False)
    return made, trial.run(made, folder), folder


@pytest.fixture
def after(small: tuple[plan.Plan, dict[str, Any], Path]) -> Iterator[dict[str, Any]]:
    """What the candidates were told, in the database as they left it; what a test does there is undone."""
    _, told, folder = small
    app = create_app(settings(f"sqlite:///{folder / 'ganxun.db'}", folder))
    with app.app_context():
        yield told
        db.session.rollback()
        db.engine.dispose()


def test_a_small_county_sits_its_exam(small: tuple[plan.Plan, dict[str, Any], Path]) -> None:
    made, told, _ = small
    found = report.figures(made, told)
    assert (found["faults"], found["given_up"], found["refusals"]) == ([], [], {})
    assert found["receipts"] == MANY and found["acknowledged"] > 0
    many = dict.fromkeys(("door", "sign-in", "start", "page", "takeover", "save", "submit"), 0)
    for what, one in found["asked"].items():
        many[what.rsplit(": ", 1)[1]] += one["requests"]
    assert many.pop("save") == found["acknowledged"]
    assert many == {"door": 6, "sign-in": 6, "start": MANY, "page": MANY, "takeover": MANY, "submit": MANY}
    assert "kept: every acknowledged answer" in report.words(found)


def test_the_judge_misses_no_answer(after: dict[str, Any]) -> None:
    attempt, slot, epoch, seq, _ = after["acked"][-1]
    journal = sa.delete(Response).where(Response.attempt_id == attempt, Response.slot == slot)
    db.session.execute(journal.where(Response.epoch == epoch, Response.seq == seq))
    found = judge.faults(after, after["exam"])
    assert f"lost: attempt {attempt}, slot, epoch and seq {(slot, epoch, seq)}" in found


def test_the_judge_misses_no_change(after: dict[str, Any]) -> None:
    attempt, slot, epoch, seq, value = after["acked"][0]
    key = (
        Response.attempt_id == attempt,
        Response.slot == slot,
        Response.epoch == epoch,
        Response.seq == seq,
    )
    db.session.execute(sa.update(Response).where(*key).values(value='"z"'))
    found = judge.faults(after, after["exam"])
    said = f"changed: attempt {attempt}, {(slot, epoch, seq)}: {value!r} was acknowledged, 'z' is there"
    assert said in found


def test_the_judge_adds_up_every_score(after: dict[str, Any]) -> None:
    attempt = after["acked"][0][0]
    score = db.session.get_one(Score, (attempt, 1))
    was = score.points
    score.points += 10
    db.session.flush()
    said = f"score: attempt {attempt} has {was + 10}, its journal earns {was}"
    assert judge.faults(after, after["exam"]) == [said]


def test_the_judge_knows_who_has_no_receipt_and_whose_is_another(after: dict[str, Any]) -> None:
    none, other = list(after["receipts"])[:2]
    told = after | {"receipts": {k: v for k, v in after["receipts"].items() if k != none}}
    db.session.get_one(Attempt, int(other)).receipt = "AAAA"
    db.session.flush()
    found = judge.faults(told, after["exam"])
    said = f"receipt: attempt {other} holds AAAA, not {after['receipts'][other]}"
    assert sorted(found) == sorted([f"open: attempt {none} got no receipt", said])


def test_the_judge_knows_an_attempt_that_is_gone(after: dict[str, Any]) -> None:
    told = after | {"receipts": after["receipts"] | {"999999": "AAAA"}}
    assert judge.faults(told, after["exam"]) == ["no attempt 999999"]


def test_what_is_wrong_is_said_aloud(small: tuple[plan.Plan, dict[str, Any], Path]) -> None:
    made, told, _ = small
    bad = told | {"faults": ["lost: one"], "refused": {"every 27 s: save 503": 2, "start: start 429": 1}}
    found = report.figures(made, bad)
    assert (found["server_errors"], found["refused"]) == (2, 3)
    assert "FAULT lost: one" in report.words(found)
    assert sum(line.startswith("BROKEN") for line in report.verdict(found)) >= 2

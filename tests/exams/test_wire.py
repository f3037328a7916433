"""The wire, on both engines: what every client may rely on (docs/exam-protocol.md)."""

from collections.abc import Callable
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from app.exams.models import Attempt, Score
from app.people.models import SignInSession
from app.web.db import db, is_sqlite
from tests import factories
from tests.conftest import Clock, Queries
from tests.exams import build
from tests.exams.conftest import Candidate

Sitting = Callable[..., Candidate]
# The paper of build.exam: 1, 2 single · 3 multiple · 4 judge · 5 blanks


def test_start_gives_the_state_and_a_second_start_the_same_attempt(sitting: Sitting) -> None:
    me = sitting(started=False)
    first, again = me.start(), me.start()
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["attempt"] == again.json["attempt"]
    assert first.json["phase"] == "open" and first.json["remaining_ms"] == 45 * 60_000
    assert sorted(slot for slot, _ in first.json["order"]) == [1, 2, 3, 4, 5]
    assert first.json["responses"] == {} and first.json["saved_ms_ago"] is None


def test_save_is_acknowledged_and_durable(sitting: Sitting) -> None:
    me = sitting()
    answer = me.save((1, 1, "b"), (3, 2, ["a", "c"]), (4, 3, False), (5, 4, ["甲", "乙"]))
    assert answer.status_code == 200
    assert answer.json == {"acked": {"1": 1, "3": 2, "4": 3, "5": 4}, "remaining_ms": 45 * 60_000}
    assert me.journal() == [
        (1, 1, 1, '"b"'),
        (3, 1, 2, '["a","c"]'),
        (4, 1, 3, "false"),
        (5, 1, 4, '["甲","乙"]'),
    ]


def test_save_is_one_round_trip(sitting: Sitting, queries: Queries, monkeypatch: pytest.MonkeyPatch) -> None:
    """Counted at the driver: the save does not go through SQLAlchemy's execution."""
    me = sitting()
    me.save((1, 1, "a"))
    sent: list[str] = []
    execute = psycopg.Cursor.execute

    def counting(self: Any, query: Any, *args: Any, **more: Any) -> Any:
        sent.append(str(query))
        return execute(self, query, *args, **more)

    monkeypatch.setattr(psycopg.Cursor, "execute", counting)
    if is_sqlite():
        raw = db.engine.raw_connection()  # the pool's last in is the next out: the save takes it
        raw.driver_connection.set_trace_callback(sent.append)
        raw.close()
    queries.statements.clear()
    assert me.save((1, 2, "b")).status_code == 200
    assert queries.statements == []
    data = [s for s in sent if s not in {"BEGIN IMMEDIATE", "COMMIT"}]
    assert len(data) == 1 and "INSERT INTO response" in data[0]


def test_replay_is_acknowledged_again_and_writes_nothing_new(sitting: Sitting) -> None:
    me = sitting()
    assert me.save((1, 1, "b")).json["acked"] == me.save((1, 1, "b")).json["acked"] == {"1": 1}
    assert len(me.journal()) == 1


def test_the_highest_seq_wins_whatever_the_order_of_arrival(sitting: Sitting) -> None:
    me = sitting()
    me.save((1, 5, "c"))
    assert me.save((1, 2, "a")).status_code == 200
    state = me.client.get(f"/attempts/{me.attempt}").json
    assert state["responses"]["1"] == {"epoch": 1, "seq": 5, "value": "c"}


def test_any_text_comes_back_as_it_was_sent(sitting: Sitting) -> None:
    """The journal is read as one text: nothing that an answer holds may end it."""
    me, odd = sitting(), ['"],[5,9,9,"甲",1', '\\"\n，,]\u2028😀']
    me.save((1, 2**52, "b"), (5, 1, odd))
    kept = me.client.get(f"/attempts/{me.attempt}").json["responses"]
    assert kept["5"] == {"epoch": 1, "seq": 1, "value": odd} and kept["1"]["seq"] == 2**52


def test_null_clears(sitting: Sitting) -> None:
    me = sitting()
    me.save((1, 1, "b"))
    me.save((1, 2, None))
    assert me.client.get(f"/attempts/{me.attempt}").json["responses"]["1"]["value"] is None


def test_same_key_with_another_value_is_refused_whole(sitting: Sitting) -> None:
    me = sitting()
    me.save((1, 1, "b"))
    answer = me.save((2, 2, "a"), (1, 1, "c"))
    assert answer.status_code == 409 and answer.json["reason"] == "value"
    assert me.journal() == [(1, 1, 1, '"b"')]


@pytest.mark.parametrize(
    "items", [[(6, 1, "a")], [(1, 1, "b"), (99, 2, "a")], [(1, 1, True)], [(3, 1, "a")], [(4, 1, ["a"])]]
)
def test_a_slot_the_paper_lacks_or_a_misfit_is_refused_whole(sitting: Sitting, items: list) -> None:
    me = sitting()
    answer = me.save(*items)
    assert answer.status_code == 400 and answer.json["reason"] == "slot"
    assert me.journal() == [] and me.unapplied() == []


@pytest.mark.parametrize(
    "body",
    [
        None, [], {}, {"epoch": 1}, {"epoch": "1", "responses": []}, {"epoch": 1, "responses": []},
        {"epoch": 1, "responses": [{"slot": 1, "seq": 1}]},
        {"epoch": 1, "responses": [{"slot": 0, "seq": 1, "value": "a"}]},
        {"epoch": 1, "responses": [{"slot": 1, "seq": 0, "value": "a"}]},
        {"epoch": 1, "responses": [{"slot": True, "seq": 1, "value": "a"}]},
        {"epoch": 1, "responses": [{"slot": 1, "seq": 2**60, "value": "a"}]},
        {"epoch": 1, "responses": [{"slot": 1, "seq": 1, "value": 3}]},
        {"epoch": 1, "responses": [{"slot": 1, "seq": 1, "value": {"a": 1}}]},
        {"epoch": 1, "responses": [{"slot": 1, "seq": 1, "value": "\x00"}]},
        {"epoch": 1, "responses": [{"slot": 1, "seq": 1, "value": "a"}] * 2},
        {"epoch": 1, "responses": [{"slot": 1, "seq": n, "value": "a"} for n in range(1, 300)]},
    ],
)  # fmt: skip
def test_malformed_saves_get_400_with_the_reason(sitting: Sitting, body: object) -> None:
    me = sitting()
    answer = me.client.post(f"/attempts/{me.attempt}/responses", json=body)
    assert answer.status_code == 400 and answer.json["reason"] == "malformed" and answer.json["message"]
    assert me.journal() == []


def test_a_foreign_attempt_is_not_there(sitting: Sitting) -> None:
    me, other = sitting(), sitting()
    other.attempt = me.attempt
    assert other.save((1, 1, "b")).status_code == 404
    assert other.submit((1, 1, "b")).status_code == 404
    assert other.take_over().status_code == 404
    assert other.client.get(f"/attempts/{me.attempt}").status_code == 404
    assert me.journal() == [] and me.unapplied() == []


def test_an_exam_one_is_not_assigned_to_is_not_there(sitting: Sitting, sign_in) -> None:
    me = sitting()
    stranger = sign_in(factories.person())
    assert stranger.post(f"/exams/{me.exam.id}/attempts").status_code == 404


def test_without_signing_in_401_and_never_a_redirect(sitting: Sitting) -> None:
    me = sitting()
    nobody = me.client.application.test_client()
    for path in (f"/exams/{me.exam.id}/attempts", f"/attempts/{me.attempt}/responses"):
        answer = nobody.post(path, json={})
        assert answer.status_code == 401 and answer.json["reason"] == "sign_in"


def test_a_revoked_session_saves_nothing(sitting: Sitting, time: Clock) -> None:
    me = sitting()
    db.session.execute(sa.update(SignInSession).values(revoked_at=time.now))
    db.session.commit()
    assert me.save((1, 1, "b")).status_code == 401
    assert me.journal() == []


def test_takeover_shuts_the_old_page_out_but_keeps_what_it_sent(sitting: Sitting) -> None:
    me = sitting()
    me.save((1, 1, "a"))
    me.take_over()
    assert me.epoch == 2
    answer = me.save((2, 2, "b"), epoch=1)
    assert answer.status_code == 409 and answer.json["reason"] == "epoch"
    assert me.unapplied() == [(2, 2, '"b"', "epoch")]
    me.save((1, 1, "c"))
    assert me.client.get(f"/attempts/{me.attempt}").json["responses"] == {
        "1": {"epoch": 2, "seq": 1, "value": "c"}
    }


def test_saves_are_welcome_to_the_last_moment_of_grace(sitting: Sitting, time: Clock) -> None:
    me = sitting()
    time.advance(minutes=45, seconds=30)
    answer = me.save((1, 1, "b"))
    assert answer.status_code == 200 and answer.json["remaining_ms"] == 0
    time.advance(microseconds=1)
    late = me.save((2, 2, "b"))
    assert late.status_code == 410 and late.json["reason"] == "closed"
    assert me.unapplied() == [(2, 2, '"b"', "late")] and len(me.journal()) == 1


def test_the_closing_time_cuts_a_late_start_short(sitting: Sitting, time: Clock) -> None:
    me = sitting(hours=0.5)
    assert me.client.get(f"/attempts/{me.attempt}").json["remaining_ms"] == 30 * 60_000


def test_submit_saves_closes_scores_and_gives_the_same_receipt_again(sitting: Sitting, time: Clock) -> None:
    me = sitting()
    me.save((1, 1, "b"), (2, 2, "a"))
    time.advance(minutes=5)
    first = me.submit((3, 3, ["a"]), (4, 4, True), (5, 5, ["党中央", "团 结。"]))
    assert first.status_code == 200 and len(first.json["receipt"]) == 19
    time.advance(minutes=5)
    assert me.submit(epoch=77).json == first.json == me.submit((1, 9, "c")).json
    score = db.session.scalars(sa.select(Score)).one()
    # 2 for the first single, none for the second, half of the multiple, judge and blanks whole
    assert score.detail == {"1": 20, "2": 0, "3": 10, "4": 20, "5": 20}
    assert (score.points, score.full, score.passed) == (70, 100, True)
    assert me.save((1, 6, "c")).status_code == 410


def test_submit_of_an_old_page_changes_nothing_and_keeps_the_answers(sitting: Sitting) -> None:
    me = sitting()
    me.take_over()
    answer = me.submit((1, 1, "b"), epoch=1)
    assert answer.status_code == 409 and answer.json["reason"] == "epoch"
    assert me.unapplied() == [(1, 1, '"b"', "epoch")]
    assert db.session.get_one(Attempt, me.attempt).submitted_at is None


def test_submit_with_a_misfit_closes_nothing(sitting: Sitting) -> None:
    me = sitting()
    assert me.submit((1, 1, "b"), (99, 2, "a")).status_code == 400
    assert db.session.get_one(Attempt, me.attempt).submitted_at is None and me.journal() == []


def test_submit_past_grace_scores_what_was_saved_and_keeps_the_rest(sitting: Sitting, time: Clock) -> None:
    me = sitting()
    me.save((1, 1, "b"))
    time.advance(minutes=46)
    answer = me.submit((2, 2, "b"))
    assert answer.status_code == 410 and me.unapplied() == [(2, 2, '"b"', "late")]


def test_attempts_are_limited_and_the_window_holds(sitting: Sitting, time: Clock) -> None:
    me = sitting(attempts=1)
    me.submit()
    assert me.start().json["reason"] == "no_attempts_left"
    other = sitting(exam=build.exam(time.now), started=False)
    time.advance(hours=2)
    assert other.start().json["reason"] == "closed"
    time.advance(hours=-4)
    assert other.start().json["reason"] == "not_open"


def test_the_paper_is_for_its_holders_and_has_no_keys(sitting: Sitting, sign_in) -> None:
    me = sitting()
    digest = me.client.get(f"/attempts/{me.attempt}").json["paper"]
    answer = me.client.get(f"/papers/{digest}.json")
    assert answer.status_code == 200 and "immutable" in answer.headers["Cache-Control"]
    assert "解析" not in answer.text and "党中央" not in answer.text
    assert sign_in(factories.person()).get(f"/papers/{digest}.json").status_code == 404


def test_a_checked_quiz_slot_is_final_and_the_last_one_closes(sitting: Sitting, time: Clock) -> None:
    me = sitting(exam=build.quiz(time.now, draw=2, single=3))
    slots = [slot for slot, _ in me.client.get(f"/attempts/{me.attempt}").json["order"]]
    assert me.client.get(f"/attempts/{me.attempt}").json["remaining_ms"] is None
    me.save((slots[0], 1, "b"))
    for none in (0, 99):
        refused = me.client.post(f"/attempts/{me.attempt}/slots/{none}/check")
        assert refused.status_code == 400 and refused.json["reason"] == "slot"
    verdict = me.client.post(f"/attempts/{me.attempt}/slots/{slots[0]}/check").json
    assert (
        verdict["correct"] and verdict["key"] == "b" and verdict["clause"][0]["text"].startswith("条款原文")
    )
    refused = me.save((slots[0], 2, "c"))
    assert refused.status_code == 409 and refused.json["reason"] == "checked"
    unused = ({1, 2, 3} - set(slots)).pop()
    assert me.save((unused, 3, "b")).status_code == 400
    me.save((slots[1], 4, "a"))
    assert not me.client.post(f"/attempts/{me.attempt}/slots/{slots[1]}/check").json["correct"]
    score = db.session.scalars(sa.select(Score)).one()
    assert (score.points, score.full, score.passed) == (10, 20, False)


def test_a_quiz_draws_other_questions_the_next_time(sitting: Sitting, time: Clock) -> None:
    me = sitting(exam=build.quiz(time.now, draw=3, single=6), started=False)
    first = {slot for slot, _ in me.start().json["order"]}
    me.take_over()
    me.submit()
    assert {slot for slot, _ in me.start().json["order"]} == {1, 2, 3, 4, 5, 6} - first


def test_check_is_for_quizzes_alone(sitting: Sitting) -> None:
    me = sitting()
    assert me.client.post(f"/attempts/{me.attempt}/slots/1/check").status_code == 404

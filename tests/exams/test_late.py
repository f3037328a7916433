"""Answers that came too late, from an old page or in a file: kept, shown to a person, decided, replayed."""

import io
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.domain.access import Role
from app.exams import answer_files, candidates, jobs, replaying
from app.exams.models import Attempt, Response, Score, UnappliedResponse
from app.exams.seat_models import DeviceRequest, Takeover
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.conftest import Clock
from tests.exams import build
from tests.exams.conftest import Candidate

Sitting = Callable[..., Candidate]
SignIn = Callable[[Person], FlaskClient]
Staff = Callable[[Candidate], FlaskClient]


@pytest.fixture
def staff(sign_in: SignIn) -> Staff:
    """An administrator of the candidate's unit."""

    def make(me: Candidate) -> FlaskClient:
        person = factories.person("管理员")
        factories.grant(person, Role.ADMIN, db.session.get_one(Person, me.person.id).unit)
        return sign_in(person)

    return make


def acts() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)))


def late(me: Candidate, time: Clock, *items: tuple[int, int, Any]) -> None:
    """Closed at the deadline; then these come."""
    time.advance(minutes=46)
    assert me.save(*items).status_code == 410
    assert me.client.get(f"/attempts/{me.attempt}/result").status_code == 200


def rows(me: Candidate) -> list[UnappliedResponse]:
    db.session.expire_all()
    kept = sa.select(UnappliedResponse).where(UnappliedResponse.attempt_id == me.attempt)
    return list(db.session.scalars(kept.order_by(UnappliedResponse.id)))


def scores(me: Candidate) -> list[tuple[int, int, str]]:
    found = sa.select(Score.version, Score.points, Score.reason).where(Score.attempt_id == me.attempt)
    return [tuple(row) for row in db.session.execute(found.order_by(Score.version))]


def shown(me: Candidate) -> str:
    return ",".join(str(row.id) for row in rows(me) if row.decided_at is None)


def settle() -> None:
    assert jobs.sweep() == 1


def test_a_late_answer_that_is_accepted_makes_a_new_version_of_the_score(
    sitting: Sitting, staff: Staff, time: Clock
) -> None:
    me = sitting()
    me.save((1, 1, "b"))
    late(me, time, (2, 2, "b"), (4, 3, True), (4, 4, False))
    settle()
    receipt, admin = db.session.get_one(Attempt, me.attempt).receipt, staff(me)
    url = f"/manage/exams/attempts/{me.attempt}/kept"
    page = admin.get(url).text
    assert "截止后 1 分 0 秒" in page and "到时以后才收到" in page and page.count("没有作答") == 2
    body = {"slot-2": str(rows(me)[0].id), "slot-4": "no", "shown": shown(me), "reason": "县城停电"}
    before = shown(me)
    assert admin.post(url, data=body).status_code == 302
    assert scores(me) == [(1, 20, "first"), (2, 40, "县城停电")]
    assert [(row.accepted, row.decision) for row in rows(me)] == [(True, "县城停电")] + [
        (False, "县城停电")
    ] * 2
    again = admin.post(url, data=body | {"shown": before}, follow_redirects=True)
    assert "没有重复办理" in again.text and len(scores(me)) == 2
    assert acts() == ["attempt.decide"]
    event = json.loads(db.session.scalars(sa.select(AuditEvent.after)).one() or "")
    assert (event["accepted"], event["declined"], event["score"]) == ([2], [4], "4")
    result = me.client.get(f"/attempts/{me.attempt}/result").text
    assert "另行保留的作答" in result and "已计入" in result and result.count("县城停电") == 3
    assert "回执与答题记录一致" in admin.get(f"/manage/exams/attempts/{me.attempt}/replay").text
    assert db.session.get_one(Attempt, me.attempt).receipt == receipt


def test_nothing_is_decided_without_a_choice_and_a_reason(
    sitting: Sitting, staff: Staff, time: Clock
) -> None:
    me = sitting()
    late(me, time, (2, 2, "b"))
    settle()
    admin, url = staff(me), f"/manage/exams/attempts/{me.attempt}/kept"
    assert "请先在题目下选择" in admin.post(url, data={"shown": shown(me), "reason": "停电"}).text
    assert "请写明理由" in admin.post(url, data={"shown": shown(me), "slot-2": "no", "reason": " "}).text
    assert rows(me)[0].decided_at is None and acts() == []
    done = {"shown": shown(me), "all": "accept", "reason": "停电"}
    assert admin.post(url, data=done).status_code == 302
    assert scores(me) == [(1, 0, "first"), (2, 20, "停电")]


def test_what_comes_after_the_page_was_shown_is_not_decided_by_it(
    sitting: Sitting, staff: Staff, time: Clock
) -> None:
    me = sitting()
    late(me, time, (2, 2, "b"))
    settle()
    seen = shown(me)
    me.save((2, 3, "c"))
    admin = staff(me)
    admin.post(
        f"/manage/exams/attempts/{me.attempt}/kept",
        data={"shown": seen, "all": "decline", "reason": "无故"},
    )
    assert [row.accepted for row in rows(me)] == [False, None]


def test_an_old_pages_answer_joins_an_open_attempt_through_an_epoch_of_its_own(
    sitting: Sitting, staff: Staff, time: Clock
) -> None:
    me = sitting()
    me.take_over()
    assert me.save((1, 5, "b"), epoch=1).status_code == 409
    admin = staff(me)
    data = {"shown": shown(me), "all": "accept", "reason": "两台设备"}
    admin.post(f"/manage/exams/attempts/{me.attempt}/kept", data=data)
    assert me.journal() == [(1, 3, 1, '"b"')] and scores(me) == []
    assert me.save((2, 9, "b")).json["reason"] == "epoch"  # the page is told, and takes over anew
    me.take_over()
    time.advance(minutes=5)
    me.submit((2, 1, "b"))
    assert scores(me) == [(1, 40, "first")]
    text = admin.get(f"/manage/exams/attempts/{me.attempt}/replay").text
    assert "回执与答题记录一致" in text and "管理员采纳没有计入的作答" in text


def test_in_a_paper_opened_again_it_is_scored_with_the_rest(
    sitting: Sitting, staff: Staff, time: Clock
) -> None:
    me = sitting(exam=build.exam(time.now, release="score", hours=6, minutes=45))
    late(me, time, (2, 2, "b"))
    settle()
    admin = staff(me)
    again = {"reopen-minutes": "20", "reopen-reason": "停电"}
    assert admin.post(f"/manage/exams/attempts/{me.attempt}/reopen", data=again).status_code == 302
    data = {"shown": shown(me), "all": "accept", "reason": "停电"}
    admin.post(f"/manage/exams/attempts/{me.attempt}/kept", data=data)
    assert scores(me) == [(1, 0, "first"), (2, 0, "reopened")]
    me.take_over()
    me.submit((1, 1, "b"))
    assert scores(me)[2:] == [(3, 40, "first")]
    page = admin.get(f"/manage/exams/attempts/{me.attempt}/replay").text
    assert "回执与答题记录一致" in page and "重新开放" in page


def test_within_the_grace_nobody_decides(sitting: Sitting, staff: Staff, time: Clock) -> None:
    me = sitting()
    me.take_over()
    me.save((1, 5, "b"), epoch=1)
    time.advance(minutes=45, seconds=10)
    data = {"shown": shown(me), "all": "accept", "reason": "停电"}
    answer = staff(me).post(f"/manage/exams/attempts/{me.attempt}/kept", data=data, follow_redirects=True)
    assert "一分钟以后再决定" in answer.text and rows(me)[0].decided_at is None


def file_of(me: Candidate, *answers: tuple[int, int, int, Any], **more: Any) -> bytes:
    """(slot, epoch, seq, value) as the page writes them."""
    told = {
        "format": answer_files.FORMAT, "attempt": me.attempt, "person": me.person.id,
        "answers": [dict(zip(("slot", "epoch", "seq", "value"), one, strict=True)) for one in answers],
    } | more  # fmt: skip
    return json.dumps(told).encode()


def bring(admin: FlaskClient, me: Candidate, data: bytes) -> str:
    body = {"file": (io.BytesIO(data), "应急作答.json")}
    answer = admin.post(
        f"/manage/exams/attempts/{me.attempt}/file", data=body, follow_redirects=True,
        content_type="multipart/form-data",
    )  # fmt: skip
    return answer.text


def test_a_file_brings_what_the_server_lacks_and_only_once(sitting: Sitting, staff: Staff) -> None:
    me = sitting()
    me.save((1, 1, "b"))
    admin = staff(me)
    data = file_of(me, (1, 1, 1, "b"), (2, 1, 2, "c"), (3, 2, 1, ["a", "c"]))
    assert "其中 2 条作答等待决定" in bring(admin, me, data)
    assert "没有要决定的" in bring(admin, me, data)
    assert me.unapplied() == [(2, 2, '"c"', "file"), (3, 1, '["a","c"]', "file")]
    assert me.journal() == [(1, 1, 1, '"b"')] and acts() == ["attempt.import"]
    assert "与这个文件不同" in bring(admin, me, file_of(me, (2, 1, 2, "d")))
    pasted = admin.post(
        f"/manage/exams/attempts/{me.attempt}/file", data={"text": file_of(me, (4, 1, 3, True)).decode()}
    )
    assert pasted.status_code == 302 and me.unapplied()[-1] == (4, 3, "true", "file")


def test_files_that_are_none_are_refused_in_words(sitting: Sitting, staff: Staff) -> None:
    me, other = sitting(), sitting()
    admin = staff(me)
    refused = {
        b"": "读不出这个文件",
        b"\xff\xfe": "读不出这个文件",
        b"[" * 100_000: "读不出这个文件",
        b"[]": "这不是应急作答文件",
        file_of(other, (1, 1, 1, "b")): "另一名考生",
        file_of(me, attempt=me.attempt + 99): "另一份答卷",
        file_of(me, answers={}): "文件的内容不对",
        file_of(me, (1, 7, 1, "b")): "no page of this attempt had it",
        file_of(me, (99, 1, 1, "b")): "not of this attempt",
        file_of(me, (4, 1, 1, "b")): "not of this attempt, or of another kind",
        file_of(me, (1, 1, 1, {"a": 1})): "no kind of question takes this",
        file_of(me, (1, 1, 1, "b"), (1, 1, 1, "c")): "the same slot and seq twice",
        b" " * (answer_files.LARGEST + 1): "文件太大",
    }
    for data, words in refused.items():
        assert words in bring(admin, me, data), data[:80]
    assert rows(me) == [] and acts() == []


def test_nobody_decides_or_reads_their_own(sitting: Sitting, sign_in: SignIn) -> None:
    me = sitting()
    factories.grant(me.person, Role.ADMIN, db.session.get_one(Person, me.person.id).unit)
    client = sign_in(me.person)
    for verb in ("kept", "replay"):
        assert client.get(f"/manage/exams/attempts/{me.attempt}/{verb}").status_code == 409
    body = {"text": file_of(me, (1, 1, 1, "b")).decode()}
    assert client.post(f"/manage/exams/attempts/{me.attempt}/file", data=body).status_code == 409
    assert rows(me) == []


def test_the_replay_tells_every_event_and_the_paper_at_any_of_them(
    sitting: Sitting, staff: Staff, time: Clock
) -> None:
    me = sitting()
    time.advance(minutes=1)
    me.save((1, 1, "a"))
    time.advance(minutes=1)
    me.take_over()
    me.save((1, 1, "b"), (2, 2, "c"))
    admin = staff(me)
    admin.post(
        f"/manage/exams/attempts/{me.attempt}/minutes",
        data={"minutes-minutes": "5", "minutes-reason": "停电", "minutes-seen": "0"},
    )
    time.advance(minutes=1)
    me.submit()
    attempt = db.session.get_one(Attempt, me.attempt)
    found = replaying.replay(attempt, scores=True)
    assert [event.kind.value for event in found.events] == [
        "start", "takeover", "save", "takeover", "save", "save", "staff", "hand_in", "score",
    ]  # fmt: skip
    assert found.unchanged
    assert found.paper(3) == {1: '"a"'} and found.paper(5) == {1: '"b"'}
    url = f"/manage/exams/attempts/{me.attempt}/replay"
    page = admin.get(url).text
    keys = dict(attempt.order)[1]
    assert f"{'ABCD'[keys.index('a')]}. 选项" in page and "加时 5 分钟" in page
    assert "第 3 步之后" in admin.get(f"{url}?upto=3").text
    assert "现在的答卷" in admin.get(f"{url}?upto=999").text


def test_a_journal_that_was_changed_is_said_loudly(sitting: Sitting, staff: Staff, time: Clock) -> None:
    me = sitting()
    me.save((1, 1, "a"))
    me.submit()
    admin, url = staff(me), f"/manage/exams/attempts/{me.attempt}/replay"
    assert "回执与答题记录一致" in admin.get(url).text
    for statement in (
        sa.update(Response).values(value='"b"'),
        sa.insert(Response).values(
            attempt_id=me.attempt, slot=2, epoch=9, seq=1, value='"b"', received_at=time.now
        ),
        sa.delete(Response),
    ):
        db.session.execute(
            statement.where(Response.attempt_id == me.attempt) if statement.is_update else statement
        )
        db.session.commit()
        page = admin.get(url)
        assert "记录在交卷以后被改动过" in page.text
        db.session.execute(sa.delete(Response))
        db.session.execute(
            sa.insert(Response).values(
                attempt_id=me.attempt, slot=1, epoch=1, seq=1, value='"a"', received_at=time.now
            )
        )
        db.session.commit()
        assert "回执与答题记录一致" in admin.get(url).text


def test_the_replay_asks_as_much_of_the_database_however_long_it_was(
    sitting: Sitting, time: Clock, queries: Any
) -> None:
    me = sitting()
    counts = []
    for many in (1, 3, 30):
        for seq in range(many):
            me.save((1, 1000 * many + seq, "abcd"[seq % 4]))
        db.session.expire_all()
        attempt = db.session.get_one(Attempt, me.attempt)
        queries.statements.clear()
        replaying.replay(attempt, scores=True)
        counts.append(len(queries))
    assert counts == [7, 7, 7]


def test_each_epoch_has_an_origin(sitting: Sitting, time: Clock) -> None:
    me = sitting()
    me.client.post(f"/sit/{me.attempt}", data={"action": "save"}, headers={"User-Agent": "Old/1.0"})
    found = db.session.execute(sa.select(Takeover.epoch, Takeover.agent).order_by(Takeover.epoch)).all()
    assert [row.epoch for row in found] == [1, 2] and found[1].agent == "Old/1.0"
    assert db.session.get_one(Attempt, me.attempt).epoch == 2


def test_another_device_waits_for_an_invigilator(
    sitting: Sitting, sign_in: SignIn, staff: Staff, time: Clock
) -> None:
    exam = build.exam(time.now)
    exam.device_approval = True
    db.session.commit()
    me = sitting(exam=exam)
    assert me.take_over().status_code == 200  # the same sign-in
    other = Candidate(sign_in(me.person), me.person, exam, me.attempt)
    for _ in range(2):
        answer = other.take_over()
        assert answer.status_code == 403 and answer.json["reason"] == "device"
    assert other.client.post(f"/sit/{me.attempt}", data={"action": "save"}).status_code == 403
    asked = db.session.scalars(sa.select(DeviceRequest)).one()
    assert me.save((1, 1, "b")).status_code == 200  # the first goes on meanwhile
    admin = staff(me)
    candidate = f"/manage/exams/{exam.id}/people/{me.person.id}"
    assert "申请换到另一台设备作答" in admin.get(candidate).text
    url = f"/manage/exams/attempts/{me.attempt}/devices/{asked.id}"
    admin.post(url, data={"granted": "0"})
    assert other.take_over().json["reason"] == "device_refused"
    for _ in range(2):
        admin.post(url, data={"granted": "1"})
    assert other.take_over().status_code == 200 and other.epoch == 3
    assert me.save((1, 2, "c")).json["reason"] == "epoch"
    assert acts() == ["device.decide", "device.decide"]
    assert admin.post(f"/manage/exams/attempts/{me.attempt + 1}/devices/{asked.id}").status_code == 404
    assert "同意" in admin.get(f"/manage/exams/attempts/{me.attempt}/replay").text


def test_starts_take_two_statements_and_a_takeover_one_more(sitting: Sitting, queries: Any) -> None:
    me = sitting(exam=sitting().exam, started=False)  # the paper has been read once
    start = f"/exams/{me.exam.id}/attempts"
    queries.statements.clear()
    me.attempt = me.client.post(start).json["attempt"]
    asked = [s for s in queries.statements if "sign_in_session" not in s]
    assert len(asked) == 2, [s[:90] for s in asked]
    queries.statements.clear()
    me.take_over()
    asked = [s for s in queries.statements if "sign_in_session" not in s]
    assert len([s for s in asked if s.startswith(("UPDATE", "INSERT"))]) == 2, asked


def test_how_late_an_answer_was(sitting: Sitting, time: Clock) -> None:
    me = sitting()
    late(me, time, (2, 2, "b"))
    attempt = db.session.get_one(Attempt, me.attempt)
    assert candidates.late(attempt, rows(me)[0]) == timedelta(minutes=1)

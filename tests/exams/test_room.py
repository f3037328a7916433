"""The board of a room: what it shows of each seat, and what is done for many at once."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.domain.access import Role
from app.exams import attempts, service
from app.exams.epochs import Origin
from app.exams.models import Attempt, Exam
from app.exams.seat_models import DeviceRequest, Incident, Invigilator, Presence, Seat, Sitting
from app.people.models import Person, Unit
from app.web.db import db
from tests import factories
from tests.conftest import Clock, Queries
from tests.exams import build

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def exam(app: Flask, time: Clock) -> Exam:
    return build.exam(time.now)


@pytest.fixture
def county(app: Flask) -> Unit:
    return factories.unit("青禾县")


@pytest.fixture
def watcher(county: Unit) -> Person:
    person = factories.person("监考员", county)
    factories.grant(person, Role.INVIGILATOR, county)
    return person


def seated(exam: Exam, time: Clock, *people: Person) -> Sitting:
    now = time.now
    sitting = factories.save(
        Sitting(
            exam_id=exam.id, room="第一考场", doors_at=now - timedelta(minutes=20), opens_at=exam.opens_at,
            closes_at=exam.closes_at,
        )
    )  # fmt: skip
    for number, person in enumerate(people, 1):
        ticket = f"{sitting.id}-{number}"
        factories.save(
            Seat(exam_id=exam.id, sitting_id=sitting.id, person_id=person.id, number=number, ticket=ticket)
        )
    return sitting


def people(unit: Unit, *names: str) -> list[Person]:
    return [factories.person(name, unit) for name in names]


def begin(exam: Exam, person: Person, at: datetime) -> Attempt:
    attempt, _made = attempts.start(exam, person.id, at)
    db.session.commit()
    return attempt


def seats(client: FlaskClient, exam: Exam, query: str = "") -> dict[str, list[str]]:
    answer = client.get(f"/manage/exams/{exam.id}/room.json{query}")
    assert answer.status_code == 200
    found: dict[str, list[str]] = answer.json["seats"]
    return found


def act(client: FlaskClient, exam: Exam, verb: str, query: str = "", **fields: Any) -> Any:
    name = {"hand-in": "hand_in", "notes": "note"}.get(verb, verb)
    data: dict[str, Any] = {"person": fields.pop("person", [])}
    data |= {f"{name}-{key}": value for key, value in {"reason": "全场断电", "form": "f1", **fields}.items()}
    return client.post(f"/manage/exams/{exam.id}/room/{verb}{query}", data=data)


def extra() -> dict[int, int]:
    rows = db.session.execute(sa.select(Attempt.person_id, Attempt.extra_minutes))
    return {row.person_id: row.extra_minutes for row in rows}


def test_every_seat_as_it_is(exam: Exam, county: Unit, watcher: Person, time: Clock, sign_in: SignIn) -> None:
    absent, waiting, away, here, done = people(county, "甲", "乙", "丙", "丁", "戊")
    sitting = seated(exam, time, absent, waiting, away, here, done)
    factories.save(Invigilator(sitting_id=sitting.id, person_id=watcher.id))
    seat = db.session.scalars(sa.select(Seat).where(Seat.person_id == waiting.id)).one()
    seat.arrived_at = time.now
    for person in (away, here, done):
        begin(exam, person, time.now)
    attempt = begin(exam, here, time.now)
    closed = db.session.scalars(sa.select(Attempt).where(Attempt.person_id == done.id)).one()
    attempts.submit(closed.id, done.id, Origin(""), None, [], time.now)
    db.session.commit()
    time.advance(seconds=200)
    factories.save(Presence(attempt_id=attempt.id, seen_at=time.now - timedelta(seconds=90)))
    client = sign_in(watcher)
    asked = f"?sitting={sitting.id}"
    assert seats(client, exam, asked) == {
        str(waiting.id): ["waiting", ""], str(away.id): ["away", "3 分钟没有消息"],
        str(here.id): ["sitting", "还剩 41 分钟"], str(done.id): ["handed_in", ""],
    }  # fmt: skip
    page = client.get(f"/manage/exams/{exam.id}/room{asked}").text
    assert "第一考场" in page and page.count('class="seat seat--') == 5
    assert [page.count(f"seat seat--{state}") for state in ("absent", "away", "sitting")] == [1, 1, 1]
    time.advance(minutes=60)
    assert seats(client, exam, asked)[str(here.id)] == ["closing", ""]


def test_who_wants_another_device_is_seen(
    exam: Exam, county: Unit, watcher: Person, time: Clock, sign_in: SignIn
) -> None:
    who = factories.person("甲", county)
    attempt = begin(exam, who, time.now)
    asked = factories.save(DeviceRequest(attempt_id=attempt.id, session_id="another", asked_at=time.now))
    client = sign_in(watcher)
    assert seats(client, exam)[str(who.id)] == ["asking", "请到“详情”答复"]
    url = f"/manage/exams/attempts/{attempt.id}/devices/{asked.id}"
    client.post(url, data={"granted": "1"})
    db.session.refresh(asked)
    assert asked.granted is True
    assert seats(client, exam)[str(who.id)] == ["sitting", "还剩 45 分钟"]


def test_a_save_is_a_sign_of_life(
    exam: Exam, county: Unit, watcher: Person, time: Clock, sign_in: SignIn
) -> None:
    who = factories.person("甲", county)
    service.assign(exam, person=who)
    attempt = begin(exam, who, time.now)
    page, board = sign_in(who), sign_in(watcher)
    epoch = page.post(f"/attempts/{attempt.id}/takeover").json["epoch"]
    time.advance(seconds=101)
    assert seats(board, exam)[str(who.id)][0] == "away"
    body = {"epoch": epoch, "responses": [{"slot": 1, "seq": 1, "value": "b"}]}
    assert page.post(f"/attempts/{attempt.id}/responses", json=body).status_code == 200
    time.advance(seconds=100)
    assert seats(board, exam)[str(who.id)][0] == "sitting"
    time.advance(seconds=1)
    assert seats(board, exam)[str(who.id)][0] == "away"
    answer = page.post(f"/attempts/{attempt.id}/here", json={"epoch": epoch, "responses": []})
    assert answer.json == {"acked": {}, "remaining_ms": (45 * 60 - 202) * 1000}
    assert seats(board, exam)[str(who.id)][0] == "sitting"
    page.post(f"/attempts/{attempt.id}/takeover")
    stale = page.post(f"/attempts/{attempt.id}/here", json={"epoch": epoch, "responses": []})
    assert (stale.status_code, stale.json["reason"]) == (409, "epoch")
    time.advance(minutes=60)
    late = page.post(f"/attempts/{attempt.id}/here", json={"epoch": epoch + 1, "responses": []})
    assert (late.status_code, late.json["reason"]) == (410, "closed")


def test_minutes_for_all_who_sit_once_and_nobody_else(
    exam: Exam, county: Unit, watcher: Person, time: Clock, sign_in: SignIn
) -> None:
    sits, done, late, own, elsewhere = [*people(county, "甲", "乙", "丙"), watcher, factories.person("外人")]
    begin(exam, late, time.now - timedelta(minutes=50))
    for person in (sits, done, own, elsewhere):
        begin(exam, person, time.now)
    closed = db.session.scalars(sa.select(Attempt).where(Attempt.person_id == done.id)).one()
    attempts.submit(closed.id, done.id, Origin(""), None, [], time.now)
    db.session.commit()
    client = sign_in(watcher)
    for _click in range(2):
        assert act(client, exam, "minutes", minutes=10, everybody="y").status_code == 302
    assert extra() == {sits.id: 10, done.id: 0, late.id: 0, own.id: 0, elsewhere.id: 0}
    noted = db.session.scalars(sa.select(Incident)).one()
    assert (noted.kind, noted.text, noted.noted_by) == (
        "minutes",
        "给 1 人加时 10 分钟（甲）：全场断电",
        watcher.id,
    )
    event = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "attempt.extend")).one()
    assert f'"persons": [{sits.id}]' in str(event.after).replace("'", '"')
    page = client.get(f"/manage/exams/{exam.id}/room").text
    assert "没有重复办理" in page and "给 1 人加时 10 分钟（甲）：全场断电" in page


def test_minutes_for_those_ticked(
    exam: Exam, county: Unit, watcher: Person, time: Clock, sign_in: SignIn
) -> None:
    one, other = people(county, "甲", "乙")
    for person in (one, other):
        begin(exam, person, time.now)
    client = sign_in(watcher)
    assert "请先勾选考生" in act(client, exam, "minutes", minutes=10).text
    assert "要在 1 至 240 之间" in act(client, exam, "minutes", minutes=500, person=[one.id]).text
    assert extra() == {one.id: 0, other.id: 0}
    act(client, exam, "minutes", minutes=10, person=[one.id])
    assert extra() == {one.id: 10, other.id: 0}


def test_handing_in_for_many(exam: Exam, county: Unit, watcher: Person, time: Clock, sign_in: SignIn) -> None:
    one, other = people(county, "甲", "乙")
    for person in (one, other):
        begin(exam, person, time.now)
    client = sign_in(watcher)
    act(client, exam, "hand-in", person=[one.id])
    closed = dict(db.session.execute(sa.select(Attempt.person_id, Attempt.closed_by)).all())
    assert closed == {one.id: "staff", other.id: None}
    assert seats(client, exam)[str(one.id)][0] == "handed_in"


def test_notes_of_a_room_and_of_candidates(
    exam: Exam, county: Unit, watcher: Person, time: Clock, sign_in: SignIn
) -> None:
    one, other = people(county, "甲", "乙")
    for person in (one, other):
        service.assign(exam, person=person)
    db.session.commit()
    client, stranger = sign_in(watcher), factories.person("外人")
    act(client, exam, "notes", kind="power", reason="9:10 断电", form="a")
    act(client, exam, "notes", kind="breach", reason="翻书", form="b", person=[one.id, other.id, stranger.id])
    act(client, exam, "notes", kind="breach", reason="翻书", form="b", person=[one.id, other.id])
    noted = db.session.execute(sa.select(Incident.kind, Incident.person_id).order_by(Incident.id)).all()
    assert noted == [("power", None), ("breach", one.id), ("breach", other.id)]
    assert "请写明情况" in act(client, exam, "notes", kind="power", reason=" ", form="c").text


def test_what_was_noted_of_others_is_not_told(
    exam: Exam, county: Unit, watcher: Person, time: Clock, sign_in: SignIn
) -> None:
    near, far = factories.unit("溪川镇", county), factories.unit("石桥镇", county)
    local, other = factories.person("镇监考员", near), factories.person("外镇监考员", far)
    for person in (local, other):
        factories.grant(person, Role.INVIGILATOR, person.unit)
    mine, theirs = factories.person("甲", near), factories.person("乙", far)
    for person in (mine, theirs):
        service.assign(exam, person=person)
    db.session.commit()
    sitting = seated(exam, time, theirs)
    for number, (who, query, text, person) in enumerate(
        [
            (local, "", "甲翻书", [mine.id]), (local, "", "本镇断电", []),
            (other, "", "乙夹带", [theirs.id]), (other, "", "外镇断电", []),
            (watcher, f"?sitting={sitting.id}", "一考场断电", []),
        ]
    ):  # fmt: skip
        sent = {"kind": "remark", "reason": text, "form": str(number), "person": person}
        assert act(sign_in(who), exam, "notes", query, **sent).status_code == 302
    url, texts = f"/manage/exams/{exam.id}/room", ("甲翻书", "本镇断电", "乙夹带", "外镇断电", "一考场断电")

    def told(who: Person, query: str = "") -> list[str]:
        page = sign_in(who).get(url + query).text
        return [text for text in texts if text in page]

    assert told(local) == ["甲翻书", "本镇断电"]
    assert told(other) == ["乙夹带", "外镇断电"]
    assert told(watcher) == list(texts) and told(watcher, f"?sitting={sitting.id}") == ["一考场断电"]


def test_a_sitting_is_for_its_invigilators_and_the_school(
    exam: Exam, county: Unit, watcher: Person, time: Clock, sign_in: SignIn
) -> None:
    who = factories.person("外单位考生", factories.unit("另一个县"))
    sitting = seated(exam, time, who)
    town = factories.unit("镇", parent=county)
    local = factories.person("镇监考员", town)
    factories.grant(local, Role.INVIGILATOR, town)
    url = f"/manage/exams/{exam.id}/room?sitting={sitting.id}"
    assert sign_in(local).get(url).status_code == 404
    factories.save(Invigilator(sitting_id=sitting.id, person_id=local.id))
    assert "外单位考生" in sign_in(local).get(url).text
    assert "外单位考生" not in sign_in(local).get(f"/manage/exams/{exam.id}/room").text
    other = build.exam(time.now)
    assert sign_in(local).get(f"/manage/exams/{other.id}/room?sitting={sitting.id}").status_code == 404


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_a_room_is_one_statement(
    exam: Exam, county: Unit, watcher: Person, time: Clock, sign_in: SignIn, queries: Queries, rows: int
) -> None:
    everyone = people(county, *(f"考生{n}" for n in range(rows)))
    sitting = seated(exam, time, *everyone)
    for person in everyone:
        begin(exam, person, time.now)
    client = sign_in(watcher)
    asked = f"?sitting={sitting.id}"
    seats(client, exam, asked)
    queries.statements.clear()
    assert len(seats(client, exam, asked)) == rows
    assert len(queries) == 4  # session, exam, sitting, the room
    queries.statements.clear()
    assert client.get(f"/manage/exams/{exam.id}/room{asked}").status_code == 200
    assert len(queries) == 7


def test_who_starts_a_room_by_hand_does_it_on_its_board(
    exam: Exam, county: Unit, watcher: Person, time: Clock, sign_in: SignIn
) -> None:
    sitting = seated(exam, time, *people(county, "甲"))
    sitting.by_hand, sitting.code = True, "4821"
    factories.save(Invigilator(sitting_id=sitting.id, person_id=watcher.id))
    client, board = sign_in(watcher), f"/manage/exams/{exam.id}/room?sitting={sitting.id}"
    page = client.get(board).text
    assert (
        '<span class="room-code">4821</span>' in page and "宣布后，本场次考生的页面会在几秒内自动开始" in page
    )
    assert page.index("<summary") < page.index("确定，现在开考") and "作答时间会相应减少" in page
    answer = client.post(f"/manage/exams/{exam.id}/sittings/{sitting.id}/start")
    assert answer.location == board
    page = client.get(board).text
    assert "已宣布开考" in page and "宣布后，本场次" not in page

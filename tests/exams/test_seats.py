"""Sittings, seats, tickets and the waiting room."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pypdfium2
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.domain.access import Role
from app.exams import attempts, seat_queries, service, tickets
from app.exams.models import Allowance, Attempt, Exam, ExamForm
from app.exams.seat_models import Invigilator, Seat, Sitting
from app.people.models import Person, Unit
from app.web import clock, fonts
from app.web.db import db
from tests import factories
from tests.conftest import Clock, Queries
from tests.exams import build
from tests.exams.test_manage import acts, staff

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def county(app: Flask) -> Unit:
    return factories.unit("青禾县")


@pytest.fixture
def admin(county: Unit, sign_in: SignIn) -> FlaskClient:
    return staff(county, Role.ADMIN, sign_in)


def seated_exam(time: Clock, county: Unit, people: int = 0) -> Exam:
    """Opened at 08:00 in Beijing, an hour ago, until 11:00; for the whole county."""
    exam = build.exam(time.now)
    exam.seated = True
    service.assign(exam, unit=county)
    for n in range(people):
        factories.person(f"考生{n}", county)
    db.session.commit()
    return exam


def sitting(exam: Exam, room: str = "第一考场", **more: Any) -> Sitting:
    """From 10:00 to 11:00, doors at 09:30."""
    opens = exam.closes_at - timedelta(hours=1)
    facts = {
        "seats": 5,
        "doors_at": opens - timedelta(minutes=30),
        "opens_at": opens,
        "closes_at": exam.closes_at,
    }
    return factories.save(Sitting(exam_id=exam.id, room=room, **facts | more))


def seat(found: Sitting, person: Person, number: int = 1, **more: Any) -> Seat:
    return factories.save(
        Seat(
            exam_id=found.exam_id, sitting_id=found.id, person_id=person.id, number=number,
            ticket=f"T{found.exam_id}-{person.id}", **more,
        )
    )  # fmt: skip


ROOM = {
    "room": "第一考场", "place": "教学楼 301", "seats": "3", "doors_at": "2026-11-23T08:30",
    "opens_at": "2026-11-23T09:00", "closes_at": "2026-11-23T10:30", "code": "",
}  # fmt: skip


def test_sittings_are_made_inside_the_exam(admin: FlaskClient, county: Unit, time: Clock) -> None:
    exam = seated_exam(time, county)
    url = f"/manage/exams/{exam.id}/sittings"
    assert 'name="doors_at" required type="datetime-local" value="2026-11-23T07:40"' in admin.get(url).text
    for wrong, said in (
        ({"opens_at": "2026-11-23T07:00", "doors_at": "2026-11-23T06:30"}, "不能早于整场考试的开始时间"),
        ({"closes_at": "2026-11-23T12:00"}, "不能晚于整场考试的结束时间"),
        ({"doors_at": "2026-11-23T09:30"}, "入场不能晚于开考"),
        ({"closes_at": "2026-11-23T09:00"}, "结束要晚于开考"),
        ({"code": "口令"}, "用 4 至 12 个数字或字母"),
        ({"seats": "0"}, "要在 1 至 5000 之间"),
    ):
        page = admin.post(url, data=ROOM | wrong)
        assert page.status_code == 200 and said in page.text
    assert admin.post(url, data=ROOM).status_code == 302
    assert "这个考场在这段时间已有另一场" in admin.post(url, data=ROOM).text
    made = db.session.scalars(sa.select(Sitting)).one()
    assert made.opens_at.isoformat() == "2026-11-23T01:00:00+00:00" and made.code is None
    edited = admin.post(f"{url}/{made.id}/edit", data=ROOM | {"seats": "4", "by_hand": "y"})
    assert edited.status_code == 302 and acts() == ["sitting.create", "sitting.update"]
    db.session.refresh(made)
    assert (made.seats, made.by_hand) == (4, True)
    assert admin.post(f"{url}/{made.id}/remove").status_code == 302
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Sitting)) == 0


def edit(admin: FlaskClient, found: Sitting, **changed: str) -> Any:
    """At the times it has, in Beijing, but for what is changed."""
    shown = {name: f"{clock.beijing(getattr(found, name)):%Y-%m-%dT%H:%M}" for name in SITTING_TIMES}
    kept = {"room": found.room, "place": found.place, "seats": str(found.seats), "code": found.code or ""}
    hand = {"by_hand": "y"} if found.by_hand else {}
    url = f"/manage/exams/{found.exam_id}/sittings/{found.id}/edit"
    answer = admin.post(url, data=kept | shown | hand | changed, follow_redirects=True)
    db.session.refresh(found)
    return answer


SITTING_TIMES = ("doors_at", "opens_at", "closes_at")


def test_a_sitting_that_is_put_off_begins_anew(
    admin: FlaskClient, county: Unit, time: Clock, sign_in: SignIn
) -> None:
    exam = seated_exam(time, county)
    exam.closes_at += timedelta(days=1)
    found = sitting(exam, by_hand=True, closes_at=exam.closes_at - timedelta(hours=23))
    client, _, given = candidate(sign_in, county, found, arrived_at=time.now)
    start, entry = f"/manage/exams/{exam.id}/sittings/{found.id}/start", f"/exams/{exam.id}/attempts"
    found.doors_at = found.opens_at = time.now
    db.session.commit()
    assert "已宣布开考" in admin.post(start, follow_redirects=True).text
    edit(admin, found, place="教学楼 302")
    assert found.started_at == time.now
    tomorrow = {"doors_at": "2026-11-24T09:30", "opens_at": "2026-11-24T10:00"}
    assert "已保存" in edit(admin, found, **tomorrow, closes_at="2026-11-24T11:00").text
    db.session.refresh(given)
    assert (found.started_at, found.started_by, given.arrived_at) == (None, None, None)
    assert reason(client.post(entry)) == "not_open"
    time.advance(hours=25)
    assert reason(client.post(entry)) == "waiting"
    assert "已宣布开考" in admin.post(start, follow_redirects=True).text
    assert client.post(entry).status_code == 201


def test_a_longer_sitting_reaches_those_who_sit(
    admin: FlaskClient, county: Unit, time: Clock, sign_in: SignIn
) -> None:
    exam = seated_exam(time, county)
    found = sitting(exam, closes_at=exam.closes_at - timedelta(minutes=20))
    one, _, _ = candidate(sign_in, county, found)
    own, person, _ = candidate(sign_in, county, found, number=2)
    ends = exam.closes_at - timedelta(minutes=10)
    factories.save(Allowance(exam_id=exam.id, person_id=person.id, closes_at=ends))
    time.advance(hours=1)
    for client in (one, own):
        client.post(f"/exams/{exam.id}/attempts")
    page = edit(admin, found, closes_at=f"{clock.beijing(exam.closes_at):%Y-%m-%dT%H:%M}").text
    assert "正在答题的 1 人一并延长" in page
    stored = sa.select(Attempt.closes_at).order_by(Attempt.id)
    assert db.session.scalars(stored).all() == [exam.closes_at, ends]
    edit(admin, found, closes_at=f"{clock.beijing(ends):%Y-%m-%dT%H:%M}")
    assert db.session.scalars(stored).all() == [exam.closes_at, ends]


def test_the_end_of_a_sitting_does_not_move_with_the_exam(county: Unit, time: Clock, sign_in: SignIn) -> None:
    exam = seated_exam(time, county)
    client, _, _ = candidate(sign_in, county, sitting(exam))  # both end at 11:00
    time.advance(hours=1)
    client.post(f"/exams/{exam.id}/attempts")
    attempt = db.session.scalars(sa.select(Attempt)).one()
    assert attempt.closes_at == exam.closes_at


def test_the_code_of_a_room_is_not_in_the_audit_log(admin: FlaskClient, county: Unit, time: Clock) -> None:
    exam = seated_exam(time, county)
    admin.post(f"/manage/exams/{exam.id}/sittings", data=ROOM | {"code": "Geheim7"})
    found = db.session.scalars(sa.select(Sitting)).one()
    edit(admin, found, code="Anders8")
    told = json.dumps(
        [[one.before, one.after, one.summary] for one in db.session.scalars(sa.select(AuditEvent))]
    )
    assert found.code == "Anders8" and "asks_code" in told
    assert "Geheim7" not in told and "Anders8" not in told


def deal(admin: FlaskClient, exam: Exam, **more: str) -> Any:
    data = {"deal-unit_id": "", "deal-rank": "", "deal-sitting_id": "0"} | {
        f"deal-{k}": v for k, v in more.items()
    }
    return admin.post(f"/manage/exams/{exam.id}/sittings/deal", data=data, follow_redirects=True)


def test_seats_are_dealt_once_and_what_is_left_is_said(admin: FlaskClient, county: Unit, time: Clock) -> None:
    exam = seated_exam(time, county, people=6)  # and the admin
    first, second = sitting(exam, seats=3), sitting(exam, "第二考场", seats=2)
    page = deal(admin, exam).text
    assert "排好 5 人" in page and "还有 2 人没有排上" in page
    seats = db.session.scalars(sa.select(Seat).order_by(Seat.sitting_id, Seat.number)).all()
    assert [(one.sitting_id, one.number) for one in seats] == [
        (first.id, 1), (first.id, 2), (first.id, 3), (second.id, 1), (second.id, 2),
    ]  # fmt: skip
    assert sorted(one.ticket for one in seats) == [f"26{exam.id:05d}{n:05d}" for n in range(1, 6)]
    third = sitting(exam, "第三考场")
    assert "排好 2 人" in deal(admin, exam, sitting_id=str(third.id)).text
    assert "没有排座" in deal(admin, exam).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Seat)) == 7
    assert f"26{exam.id:05d}00007" in db.session.scalars(sa.select(Seat.ticket)).all()


def test_a_ticket_has_the_year_of_beijing(county: Unit, time: Clock) -> None:
    exam = seated_exam(time, county)
    exam.opens_at = datetime(2026, 12, 31, 17, tzinfo=UTC)  # New Year's Day in Beijing
    assert seat_queries.ticket(exam, 1).startswith("27")


def test_nobody_sits_in_two_rooms_at_once(admin: FlaskClient, county: Unit, time: Clock) -> None:
    other, exam = seated_exam(time, county), seated_exam(time, county)
    busy = factories.person("大忙人", county)
    seat(sitting(other), busy)
    sitting(exam)
    page = deal(admin, exam).text
    assert "同一时间在别的考试有座位、没有排的：大忙人（共 1 人）" in page
    assert busy.id not in db.session.scalars(sa.select(Seat.person_id).where(Seat.exam_id == exam.id)).all()


def test_nobody_is_moved_into_two_rooms_at_once(admin: FlaskClient, county: Unit, time: Clock) -> None:
    other, exam = seated_exam(time, county), seated_exam(time, county)
    one, two = factories.person("大忙人", county), factories.person("闲人", county)
    seat(sitting(other), one)
    noon = exam.opens_at + timedelta(hours=1)
    early = sitting(exam, doors_at=exam.opens_at, opens_at=exam.opens_at, closes_at=noon)
    late = sitting(exam, "第二考场")
    mine, theirs = seat(early, one), seat(late, two)
    url = f"/manage/exams/{exam.id}/sittings"
    move = {"move-seat_id": str(mine.id), "move-sitting_id": str(late.id), "move-number": "3"}
    said = "这段时间在别的考试有座位：大忙人。"
    assert said in admin.post(f"{url}/{early.id}/move", data=move, follow_redirects=True).text
    swap = {"move-seat_id": str(theirs.id), "move-sitting_id": str(early.id), "move-number": "1"}
    assert said in admin.post(f"{url}/{late.id}/move", data=swap, follow_redirects=True).text
    times = {"doors_at": "2026-11-23T10:00", "opens_at": "2026-11-23T10:30", "closes_at": "2026-11-23T11:00"}
    assert said in admin.post(f"{url}/{early.id}/edit", data=ROOM | times).text
    db.session.expire_all()
    assert (mine.sitting_id, theirs.sitting_id, early.closes_at) == (early.id, late.id, noon)
    assert acts() == []


def test_a_rank_or_a_unit_is_dealt_alone(admin: FlaskClient, county: Unit, time: Clock) -> None:
    exam = seated_exam(time, county)
    sitting(exam)
    town = factories.unit("溪川镇", county)
    high = factories.person("一", town, rank="四级调研员")
    factories.person("二", town, rank="二级科员")
    assert "排好 1 人" in deal(admin, exam, unit_id=str(town.id), rank="四级调研员").text
    assert db.session.scalars(sa.select(Seat.person_id)).all() == [high.id]


def test_seats_are_moved_and_exchanged_by_hand(admin: FlaskClient, county: Unit, time: Clock) -> None:
    exam = seated_exam(time, county)
    here, there = sitting(exam), sitting(exam, "第二考场")
    one = seat(here, factories.person("甲", county), 1, form=1, arrived_at=time.now)
    two = seat(there, factories.person("乙", county), 2, form=2)
    url = f"/manage/exams/{exam.id}/sittings/{here.id}"
    move = {"move-seat_id": str(one.id), "move-sitting_id": str(there.id), "move-number": "2"}
    assert "已与乙对换" in admin.post(f"{url}/move", data=move, follow_redirects=True).text
    for row in (one, two):
        db.session.refresh(row)
    assert (one.sitting_id, one.number, one.form) == (there.id, 2, 2)
    assert (two.sitting_id, two.number, two.form) == (here.id, 1, 1)
    assert one.arrived_at is None and two.arrived_at is None  # in another room
    wrong = move | {"move-seat_id": str(two.id), "move-number": "9"}
    assert "座号是 1 至 5" in admin.post(f"{url}/move", data=wrong, follow_redirects=True).text
    one.arrived_at = time.now
    db.session.commit()
    within = {"move-seat_id": str(one.id), "move-sitting_id": str(there.id), "move-number": "3"}
    admin.post(f"/manage/exams/{exam.id}/sittings/{there.id}/move", data=within)
    db.session.refresh(one)
    assert (one.number, one.arrived_at) == (3, time.now)
    gone = admin.post(f"{url}/seats/{two.id}/remove", follow_redirects=True)
    assert "已撤去座位" in gone.text and acts() == ["seat.change", "seat.change", "seat.delete"]


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_the_sitting_page_asks_a_constant_number_of_questions(
    admin: FlaskClient, county: Unit, time: Clock, queries: Queries, rows: int
) -> None:
    exam = seated_exam(time, county)
    found = sitting(exam, seats=40)
    for n in range(rows):
        seat(found, factories.person(f"考生{n}", factories.unit(f"单位{n}", county)), n + 1)
    url = f"/manage/exams/{exam.id}/sittings/{found.id}"
    queries.statements.clear()
    assert admin.get(url).text.count("撤座") == rows
    assert len(queries) == 7


# ---- Starting


def candidate(sign_in: SignIn, county: Unit, found: Sitting, **more: Any) -> tuple[FlaskClient, Person, Seat]:
    person = factories.person("考生", county)
    return sign_in(person), person, seat(found, person, **more)


def reason(answer: Any) -> Any:
    return answer.json.get("reason")


def test_nobody_starts_without_a_seat(county: Unit, time: Clock, sign_in: SignIn) -> None:
    exam = seated_exam(time, county)
    client = sign_in(factories.person("无座", county))
    assert reason(client.post(f"/exams/{exam.id}/attempts")) == "no_seat"
    assert "还没有给您排座" in client.get(f"/exams/{exam.id}").text


def test_a_sitting_has_its_own_times(county: Unit, time: Clock, sign_in: SignIn) -> None:
    exam = seated_exam(time, county)
    client, _, _ = candidate(sign_in, county, sitting(exam, closes_at=exam.closes_at - timedelta(minutes=30)))
    assert reason(client.post(f"/exams/{exam.id}/attempts")) == "not_open"
    time.advance(hours=1)
    assert client.post(f"/exams/{exam.id}/attempts").json["remaining_ms"] == 30 * 60_000
    attempt = db.session.scalars(sa.select(Attempt)).one()
    assert attempt.sitting_id is not None and attempt.closes_at == exam.closes_at - timedelta(minutes=30)


def test_a_second_attempt_has_another_paper_than_the_seat(county: Unit, time: Clock, sign_in: SignIn) -> None:
    exam, other = seated_exam(time, county), build.exam(time.now)
    exam.attempts_allowed = 2
    papers = [exam.forms[0].paper_id, other.forms[0].paper_id]
    factories.save(ExamForm(exam_id=exam.id, number=2, paper_id=papers[1]))
    found = sitting(exam, opens_at=exam.opens_at)
    for number, expected in ((1, papers), (2, papers[::-1])):
        client, person, _ = candidate(sign_in, county, found, number=number, form=number)
        for _n in range(2):
            attempt = client.post(f"/exams/{exam.id}/attempts").json["attempt"]
            attempts.force_close(attempt, time.now)
            db.session.commit()
        given = sa.select(Attempt.paper_id).where(Attempt.person_id == person.id).order_by(Attempt.number)
        assert db.session.scalars(given).all() == expected


def test_the_waiting_room_opens_with_the_doors_and_counts_down(
    county: Unit, time: Clock, sign_in: SignIn
) -> None:
    exam = seated_exam(time, county)
    client, _, _ = candidate(sign_in, county, sitting(exam))
    url = f"/exams/{exam.id}/waiting"
    assert client.get(url).location == f"/exams/{exam.id}"
    time.advance(minutes=30)  # 09:30
    assert "进入候考" in client.get(f"/exams/{exam.id}").text
    page = client.get(url).text
    assert 'data-left-ms="1800000"' in page and "第一考场 <strong>1 号" in page and "考前须知" in page
    assert f'action="/exams/{exam.id}/start" hidden' in page
    time.advance(minutes=30)
    page = client.get(url).text
    assert (
        'data-left-ms="0"' in page
        and 'data-ready="1"' in page
        and "hidden>" not in page.split("start")[1][:9]
    )
    location = client.post(f"/exams/{exam.id}/start").location
    assert client.get(url).location == location


def test_the_code_of_the_room_is_asked_for_and_guesses_are_counted(
    county: Unit, time: Clock, sign_in: SignIn
) -> None:
    exam = seated_exam(time, county)
    client, person, given = candidate(sign_in, county, sitting(exam, code="Ab12"))
    time.advance(hours=1)
    assert reason(client.post(f"/exams/{exam.id}/attempts")) == "code"
    assert "考场口令" in client.get(f"/exams/{exam.id}/waiting").text
    url = f"/exams/{exam.id}/arrive"
    assert "口令不对" in client.post(url, data={"code": "0000"}, follow_redirects=True).text
    assert client.post(f"/exams/{exam.id}/attempts").status_code == 403
    for _n in range(20):
        client.post(url, data={"code": "0000"})
    assert "输错的次数太多" in client.post(url, data={"code": "ab12"}, follow_redirects=True).text
    again = sign_in(person)  # by a password, which says nothing of the room's code
    assert "输错的次数太多" in again.post(url, data={"code": "ab12"}, follow_redirects=True).text
    time.advance(minutes=16)
    client.post(url, data={"code": " ab12 "})
    db.session.refresh(given)
    assert given.arrived_at == time.now
    assert client.post(f"/exams/{exam.id}/attempts").status_code == 201


def test_an_invigilator_lets_in_who_cannot_say_the_code(
    admin: FlaskClient, county: Unit, time: Clock, sign_in: SignIn
) -> None:
    exam = seated_exam(time, county)
    found = sitting(exam, code="Ab12")
    client, _, given = candidate(sign_in, county, found)
    page = f"/manage/exams/{exam.id}/sittings/{found.id}"
    url = f"{page}/seats/{given.id}/arrive"
    assert "确认到场" not in admin.get(page).text
    assert "还没到入场时间" in admin.post(url, follow_redirects=True).text
    time.advance(hours=1)
    stranger = factories.person("巡考", factories.unit("溪川镇", county))
    factories.grant(stranger, Role.INVIGILATOR, stranger.unit)
    assert sign_in(stranger).post(url).status_code == 404
    assert "确认到场" in admin.get(page).text
    for _n in range(2):
        assert "已确认考生到场" in admin.post(url, follow_redirects=True).text
        db.session.refresh(given)
        assert given.arrived_at == time.now and acts() == ["seat.confirm"]
    assert client.post(f"/exams/{exam.id}/attempts").status_code == 201


@pytest.mark.parametrize("form", [1, 20])
def test_a_seat_may_have_any_form(admin: FlaskClient, county: Unit, time: Clock, form: int) -> None:
    found = sitting(seated_exam(time, county))
    seat(found, factories.person("甲", county), form=form)
    page = admin.get(f"/manage/exams/{found.exam_id}/sittings/{found.id}").text
    assert {1: "A卷", 20: "T卷"}[form] in page


def test_nobody_is_late_for_what_nobody_has_begun(county: Unit, time: Clock, sign_in: SignIn) -> None:
    """The entry is counted from the announcement; until then the room stands among what can be done now."""
    exam = seated_exam(time, county)
    exam.entry_minutes = 15
    found = sitting(exam, by_hand=True, code="2026")
    client, _, given = candidate(sign_in, county, found)
    time.advance(minutes=80)  # 20 minutes after the time on the ticket
    for page in (client.get("/").text, client.get("/exams").text):
        assert "进入候考" in page and "第一考场 1 号" in page and "已截止" not in page
    assert client.get(f"/exams/{exam.id}/waiting").status_code == 200
    assert "宣布开考 15 分钟后不得入场" in client.get(f"/exams/{exam.id}/ticket").text
    client.post(f"/exams/{exam.id}/arrive", data={"code": "２０２６"})
    found.started_at = time.now
    db.session.commit()
    assert given.arrived_at == time.now
    time.advance(minutes=15)
    assert client.post(f"/exams/{exam.id}/attempts").status_code == 201
    late, _, late_seat = candidate(sign_in, county, found, number=2)
    late_seat.arrived_at = time.now
    db.session.commit()
    time.advance(seconds=1)
    assert reason(late.post(f"/exams/{exam.id}/attempts")) == "late"


def test_an_invigilator_says_when(
    admin: FlaskClient, county: Unit, time: Clock, sign_in: SignIn, queries: Queries
) -> None:
    exam = seated_exam(time, county)
    found = sitting(exam, by_hand=True)
    client, person, _ = candidate(sign_in, county, found)
    start, bell = f"/manage/exams/{exam.id}/sittings/{found.id}/start", f"/exams/{exam.id}/bell.json"
    entry = f"/exams/{exam.id}/attempts"
    assert "还没到入场时间" in admin.post(start, follow_redirects=True).text
    time.advance(minutes=65)  # 10:05
    assert reason(client.post(entry)) == "waiting"
    queries.statements.clear()
    assert client.get(bell).json == {"left_ms": None} and len(queries) == 1
    self_starting = sitting(exam, "第二考场")
    by_clock = admin.post(f"/manage/exams/{exam.id}/sittings/{self_starting.id}/start", follow_redirects=True)
    assert "到时自动开考，不用宣布" in by_clock.text
    stranger = factories.person("巡考", factories.unit("溪川镇", county))
    factories.grant(stranger, Role.INVIGILATOR, stranger.unit)
    watch = sign_in(stranger)
    assert watch.post(start).status_code == 404
    factories.save(Invigilator(sitting_id=found.id, person_id=stranger.id))
    assert "已宣布开考" in watch.post(start, follow_redirects=True).text
    assert "先前已经宣布开考" in admin.post(start, follow_redirects=True).text
    assert client.get(bell).json == {"left_ms": 0}
    assert client.post(entry).json["remaining_ms"] == 45 * 60_000
    assert sign_in(factories.person("无座", county)).get(bell).status_code == 404
    assert acts() == ["sitting.start"] and person.id


# ---- Tickets


def test_a_ticket_says_where_and_when(county: Unit, time: Clock, sign_in: SignIn) -> None:
    exam = seated_exam(time, county)
    exam.entry_minutes, exam.earliest_minutes = 15, 30
    client, _, given = candidate(sign_in, county, sitting(exam, place="教学楼 301"))
    page = client.get(f"/exams/{exam.id}/ticket").text
    for text in (
        given.ticket, "第一考场", "1 号", "教学楼 301", "2026-11-23 10:00–11:00",
        "09:30 起，10:15 后不得入场", "开始答题满 30 分钟以后才能交卷",
    ):  # fmt: skip
        assert text in page
    other = sign_in(factories.person("无座", county))
    assert other.get(f"/exams/{exam.id}/ticket").status_code == 404


def test_tickets_are_printed_a_page_each(admin: FlaskClient, county: Unit, time: Clock) -> None:
    if fonts.printing() is None:
        pytest.skip("no font to print with")
    exam = seated_exam(time, county)
    long = "中共青禾县委党校（青禾县行政学校）综合教学楼三层东侧大阶梯教室" * 2
    found = sitting(exam, place=long[:60])
    exam.title = "严守政治纪律和政治规矩专题培训班结业考试" * 4
    names = ("张三", "阿卜杜热西提·麦麦提吐尔逊·阿布都克里木江")
    for n, name in enumerate(names, 1):
        seat(found, factories.person(name, county), n)
    answer = admin.post(f"/manage/exams/{exam.id}/sittings/{found.id}/tickets.pdf", data={"part": "0"})
    assert answer.mimetype == "application/pdf" and acts() == ["sitting.print"]

    document = pypdfium2.PdfDocument(answer.data)
    texts = [document[n].get_textpage().get_text_bounded() for n in range(len(document))]
    assert len(texts) == 2
    for text, name in zip(texts, names, strict=True):
        flat = "".join(text.split())
        assert name.replace(" ", "") in flat and "09:30起" in flat and long[:60] in flat
    empty = admin.post(f"/manage/exams/{exam.id}/sittings/{found.id}/tickets.pdf", data={"part": "1"})
    assert empty.status_code == 302 and tickets.BATCH == 200


# ---- Who watches


def test_who_watches_a_sitting_is_named_and_dismissed(
    admin: FlaskClient, county: Unit, time: Clock, sign_in: SignIn
) -> None:
    exam = seated_exam(time, county)
    found, other = sitting(exam), sitting(exam, "第二考场")
    watcher = factories.person("监考", county, username="watcher")
    url = f"/manage/exams/{exam.id}/sittings"
    body = {"watch-username": "watcher"}
    assert "还没有监考员角色" in admin.post(f"{url}/{found.id}/invigilators", data=body).text
    factories.grant(watcher, Role.INVIGILATOR, factories.unit("溪川镇", county))
    seat(found, factories.person("考生", county))
    client = sign_in(watcher)
    assert "座位表" not in client.get(f"{url}/{found.id}").text  # of a town only, and nobody's watch yet
    assert "没有这个用户名" in admin.post(
        f"{url}/{found.id}/invigilators", data={"watch-username": "nobody"}
    ).text  # fmt: skip
    assert admin.post(f"{url}/{found.id}/invigilators", data=body).status_code == 302
    assert "座位表" in client.get(f"{url}/{found.id}").text
    again = admin.post(f"{url}/{other.id}/invigilators", data=body).text
    assert "监考这段时间已在“第一考场”监考。" in again
    assert admin.post(f"{url}/{found.id}/invigilators/{watcher.id}/dismiss").status_code == 302
    assert acts() == ["invigilator.name", "invigilator.dismiss"]
    assert admin.post(f"{url}/{found.id}/invigilators/{watcher.id}/dismiss").status_code == 404

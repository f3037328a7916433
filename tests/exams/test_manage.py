"""The back office of exams: plan, assign, watch, act for one candidate."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.bank import amending
from app.bank.models import Citation
from app.domain.access import Role
from app.domain.releasing import USUAL, stored
from app.exams import attempts, papers, service
from app.exams.epochs import Origin
from app.exams.making_models import Assembly
from app.exams.models import Allowance, Attempt, Exam, ExamAssignment
from app.people.models import Person, Unit
from app.web.db import db
from app.web.sheets import MIMETYPE, read_sheet
from tests import factories
from tests.conftest import Clock, Queries
from tests.exams import build

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def county(app: Flask) -> Unit:
    return factories.unit("青禾县")


@pytest.fixture
def admin(county: Unit, sign_in: SignIn) -> FlaskClient:
    return staff(county, Role.ADMIN, sign_in)


def staff(unit: Unit, role: Role, sign_in: SignIn) -> FlaskClient:
    person = factories.person("管理员", unit)
    factories.grant(person, role, unit)
    return sign_in(person)


def assigned(exam: Exam, person: Person) -> Person:
    service.assign(exam, person=person)
    db.session.commit()
    return person


def begin(exam: Exam, person: Person, time: Clock) -> Attempt:
    attempt, _made = attempts.start(exam, person.id, time.now)
    db.session.commit()
    return attempt


def hand_in(exam: Exam, person: Person, time: Clock) -> Attempt:
    attempt = begin(exam, person, time)
    attempts.submit(attempt.id, person.id, Origin(""), None, [], time.now)
    db.session.commit()
    return attempt


def acts() -> list[str]:
    return list(db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)))


NEW = {
    "title": "年终考试", "opens_at": "2026-12-01T09:00", "closes_at": "2026-12-01T11:30", "minutes": "",
    "pass_percent": "", "attempts_allowed": "2", "release": "after_close", "shuffle_slots": "y",
}  # fmt: skip


def test_a_new_exam_keeps_beijing_time_and_waits_for_its_paper(admin: FlaskClient, time: Clock) -> None:
    blueprint = build.blueprint(single=2)
    answer = admin.post("/manage/exams/new", data=NEW | {"blueprint_id": blueprint.id, "forms": "2"})
    exam = db.session.scalars(sa.select(Exam)).one()
    assert answer.location == f"/manage/exams/{exam.id}/paper"
    assert exam.opens_at.isoformat() == "2026-12-01T01:00:00+00:00"
    assert exam.closes_at.isoformat() == "2026-12-01T03:30:00+00:00"
    assert (exam.minutes, exam.pass_percent, exam.attempts_allowed) == (45, 60, 2)
    assert (exam.shuffle_slots, exam.shuffle_options) == (True, False)
    assert exam.release == stored(USUAL["after_close"]) and exam.released_at is None
    assert exam.forms == []
    ordered = db.session.scalars(sa.select(Assembly)).one()
    assert (ordered.exam_id, ordered.forms, ordered.done_at) == (exam.id, 2, None)
    assert acts() == ["exam.create"]


def test_the_window_must_not_be_turned_round(admin: FlaskClient, time: Clock) -> None:
    build.questions(build.rule_set(), single=1)
    data = NEW | {"blueprint_id": build.blueprint(single=1).id, "closes_at": "2026-12-01T08:00"}
    assert "开始时间要早于结束时间" in admin.post("/manage/exams/new", data=data).text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Exam)) == 0


@pytest.mark.parametrize(
    ("rules", "words"),
    [
        ({"earliest_minutes": "46"}, "不能比限时（45 分钟）还长"),
        ({"earliest_minutes": "31", "minutes": "30"}, "不能比限时（30 分钟）还长"),
        ({"entry_minutes": "151"}, "入场的时间不能超出考试的开始和结束时间"),
    ],
)
def test_rules_that_leave_no_room_are_refused(
    admin: FlaskClient, time: Clock, rules: dict[str, str], words: str
) -> None:
    data = NEW | {"blueprint_id": build.blueprint(single=1).id} | rules
    page = admin.post("/manage/exams/new", data=data)
    assert page.status_code == 200 and words in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Exam)) == 0


def test_nor_are_they_when_an_exam_is_changed(admin: FlaskClient, time: Clock) -> None:
    exam = build.exam(time.now)
    exam.entry_minutes = 90
    db.session.commit()
    url = f"/manage/exams/{exam.id}/edit"
    assert "不能比限时（30 分钟）还长" in admin.post(url, data=edit(earliest_minutes="31")).text
    begin(exam, assigned(exam, factories.person()), time)
    wide = edit(entry_minutes="181", closes_at="2026-11-23T11:00")
    assert "入场的时间不能超出" in admin.post(url, data=wide).text
    db.session.refresh(exam)
    assert (exam.title, exam.earliest_minutes, exam.entry_minutes) == ("测试考试", 0, 90)


def edit(title: str = "新名称", **more: str) -> dict[str, str]:
    base = {
        "title": title, "opens_at": "2026-11-23T08:00", "closes_at": "2026-11-23T20:00", "minutes": "30",
        "pass_percent": "80", "attempts_allowed": "",
    }  # fmt: skip
    return base | more


def test_before_the_first_attempt_everything_may_change(admin: FlaskClient, time: Clock) -> None:
    exam = build.exam(time.now)
    assert admin.post(f"/manage/exams/{exam.id}/edit", data=edit()).status_code == 302
    db.session.refresh(exam)
    assert (exam.title, exam.minutes, exam.pass_percent, exam.attempts_allowed) == ("新名称", 30, 80, None)
    assert acts() == ["exam.update"]


def test_after_the_first_attempt_only_title_and_closing_change(
    admin: FlaskClient, county: Unit, time: Clock
) -> None:
    exam = build.exam(time.now)
    begin(exam, assigned(exam, factories.person(unit=county)), time)
    page = admin.get(f"/manage/exams/{exam.id}/edit").text
    assert "已有人开始答题" in page and 'name="minutes"' not in page
    assert admin.post(f"/manage/exams/{exam.id}/edit", data=edit()).status_code == 302
    db.session.refresh(exam)
    assert (exam.title, exam.minutes, exam.pass_percent) == ("新名称", 45, 60)
    early = admin.post(f"/manage/exams/{exam.id}/edit", data=edit(closes_at="2026-11-23T09:30"))
    assert "结束时间只能往后改" in early.text


def test_a_time_left_alone_keeps_its_seconds(admin: FlaskClient, county: Unit, time: Clock) -> None:
    exam = build.exam(time.now)
    closes = exam.closes_at = exam.closes_at + timedelta(seconds=42)
    begin(exam, assigned(exam, factories.person(unit=county)), time)
    page = admin.get(f"/manage/exams/{exam.id}/edit").text
    assert 'value="2026-11-23T11:00"' in page
    admin.post(f"/manage/exams/{exam.id}/edit", data=edit(closes_at="2026-11-23T11:00"))
    db.session.refresh(exam)
    assert (exam.title, exam.closes_at) == ("新名称", closes)


def test_the_paper_says_which_questions_rest_on_what_has_changed(
    admin: FlaskClient, county: Unit, time: Clock
) -> None:
    exam = build.exam(time.now, single=2)
    other = build.rule_set().clauses[0]
    second = papers.slots(exam.paper_id or 0)[2].version_id
    db.session.scalars(sa.select(Citation).where(Citation.version_id == second)).one().clause = other
    db.session.commit()
    url, mark = f"/manage/exams/{exam.id}/paper", '<span class="tag tag--warn">依据有变化</span>'
    page = admin.get(url).text
    assert mark not in page and "后来有变化的试题" not in page
    amending.amend(other, "决定", time.now.date(), "新的条文", time.now, factories.person().id)
    db.session.commit()
    page = admin.get(url).text
    assert page.count(mark) == 1 and page.index(mark) > page.index('id="question-2"')
    assert '后来有变化的试题：<a href="#question-2">第 2 题</a></p>' in page


def test_a_trial_leads_to_the_page_and_counts_nowhere(admin: FlaskClient, time: Clock) -> None:
    exam = build.exam(time.now)
    answer = admin.post(f"/manage/exams/{exam.id}/trial")
    attempt = db.session.scalars(sa.select(Attempt)).one()
    assert attempt.trial and answer.location == f"/sit/{attempt.id}"
    assert 'name="minutes"' in admin.get(f"/manage/exams/{exam.id}/edit").text
    assert "还没有考生" in admin.get(f"/manage/exams/{exam.id}").text
    time.advance(hours=3)
    closed = admin.post(f"/manage/exams/{exam.id}/trial", follow_redirects=True)
    assert "考试已经结束" in closed.text


def test_assigning_a_unit_reaches_everyone_below(admin: FlaskClient, county: Unit, time: Clock) -> None:
    exam = build.exam(time.now)
    town = factories.unit("溪川镇", county)
    factories.person("镇上人", town)
    factories.person("村里人", factories.unit("云岭村", town))
    url = f"/manage/exams/{exam.id}/assignments"
    for _ in range(2):
        assert admin.post(url, data={"unit_id": town.id}).status_code == 302
    page = admin.get(url).text
    assert "应参加考试的共 2 人" in page
    row = db.session.scalars(sa.select(ExamAssignment)).one()
    gone = admin.post(f"{url}/{row.id}/remove", follow_redirects=True).text
    assert "已取消对溪川镇的指派" in gone and "应参加考试的共 0 人" in gone
    assert acts() == ["exam.assign", "exam.assign", "exam.unassign"]


def test_assigning_needs_one_target_within_reach(county: Unit, sign_in: SignIn, time: Clock) -> None:
    exam = build.exam(time.now)
    admin = staff(county, Role.ADMIN, sign_in)
    elsewhere = factories.unit("邻县")
    outsider = factories.person("外人", elsewhere)
    url = f"/manage/exams/{exam.id}/assignments"
    assert "二者选一" in admin.post(url, data={"unit_id": 0}).text
    assert "没有这个用户名" in admin.post(url, data={"unit_id": 0, "username": outsider.username}).text
    assert admin.post(url, data={"unit_id": elsewhere.id}).status_code == 200  # not among the choices
    service.assign(exam, unit=elsewhere)
    db.session.commit()
    foreign = db.session.scalars(sa.select(ExamAssignment)).one()
    assert "另有 1 项指派不在您的管理范围内" in admin.get(url).text
    assert admin.post(f"{url}/{foreign.id}/remove").status_code == 404


def test_the_board_tells_the_states_apart(admin: FlaskClient, county: Unit, time: Clock) -> None:
    exam = build.exam(time.now)
    people = [assigned(exam, factories.person(name, county)) for name in ("甲某", "乙某", "丙某", "丁某")]
    begin(exam, people[1], time)
    hand_in(exam, people[2], time)
    time.advance(minutes=10)
    begin(exam, people[3], time)
    page = admin.get(f"/manage/exams/{exam.id}").text
    for number, label in ((4, "应考"), (1, "未开始"), (2, "答题中"), (1, "已交卷")):
        assert f"<b>{number}</b>{label}</a>" in page
    assert "35 分 00 秒" in page and "45 分 00 秒" in page
    waiting = admin.get(f"/manage/exams/{exam.id}?state=not_started").text
    assert "甲某" in waiting and "乙某" not in waiting
    time.advance(minutes=36)
    assert "正在收卷" in admin.get(f"/manage/exams/{exam.id}").text
    time.advance(hours=2)
    assert "<b>1</b>缺考</a>" in admin.get(f"/manage/exams/{exam.id}").text


def test_the_board_shows_only_people_in_scope(county: Unit, sign_in: SignIn, time: Clock) -> None:
    exam = build.exam(time.now)
    town = factories.unit("溪川镇", county)
    service.assign(exam, unit=county)
    inside, outside = factories.person("镇上人", town), factories.person("县里人", county)
    factories.person("远方人", factories.unit("别县"))
    liaison = staff(town, Role.LIAISON, sign_in)
    page = liaison.get(f"/manage/exams/{exam.id}").text
    assert "镇上人" in page and "县里人" not in page and "远方人" not in page
    assert liaison.get(f"/manage/exams/{exam.id}/people/{inside.id}").status_code == 200
    assert liaison.get(f"/manage/exams/{exam.id}/people/{outside.id}").status_code == 404
    assert liaison.get(f"/manage/exams/{exam.id}?unit={county.id}").status_code == 404


def test_a_liaison_looks_but_does_not_act(county: Unit, sign_in: SignIn, time: Clock) -> None:
    exam = build.exam(time.now)
    person = assigned(exam, factories.person(unit=county))
    attempt = begin(exam, person, time)
    liaison = staff(county, Role.LIAISON, sign_in)
    page = liaison.get(f"/manage/exams/{exam.id}/people/{person.id}").text
    assert "强制收卷" not in page
    for url in (
        f"/manage/exams/attempts/{attempt.id}/hand-in",
        f"/manage/exams/attempts/{attempt.id}/minutes",
        f"/manage/exams/{exam.id}/people/{person.id}/attempts",
        f"/manage/exams/{exam.id}/people/{person.id}/minutes",
        f"/manage/exams/{exam.id}/redraw",
        f"/manage/exams/{exam.id}/trial",
    ):
        assert liaison.post(url).status_code == 403, url
    for url in (
        f"/manage/exams/{exam.id}/paper",
        f"/manage/exams/{exam.id}/edit",
        "/manage/exams/blueprints",
    ):
        assert liaison.get(url).status_code == 403, url


def test_the_sheet_is_exactly_the_view(admin: FlaskClient, county: Unit, time: Clock) -> None:
    exam = build.exam(time.now)
    assigned(exam, factories.person("甲某", county))
    hand_in(exam, assigned(exam, factories.person("乙某", county)), time)
    answer = admin.post(f"/manage/exams/{exam.id}/candidates.xlsx?state=handed_in")
    assert answer.mimetype == MIMETYPE
    rows = [[cell.text for cell in row] for row in read_sheet(answer.data, limit=10)]
    assert [row[0] for row in rows] == ["姓名", "乙某"]
    assert rows[1][9:12] == ["0", "10", "不合格"]


def test_minutes_for_the_running_attempt(admin: FlaskClient, county: Unit, time: Clock) -> None:
    exam = build.exam(time.now)
    attempt = begin(exam, assigned(exam, factories.person(unit=county)), time)
    url = f"/manage/exams/attempts/{attempt.id}/minutes"
    page = admin.post(url, data={"minutes-minutes": "15", "minutes-reason": " "})
    assert "请写明理由" in page.text and "open" in page.text and acts() == []
    assert 'name="minutes-seen" type="hidden" value="0"' in page.text
    data = {"minutes-minutes": "15", "minutes-reason": "停电", "minutes-seen": "0"}
    assert admin.post(url, data=data).status_code == 302
    assert "没有重复办理" in admin.post(url, data=data, follow_redirects=True).text
    db.session.refresh(attempt)
    assert attempt.extra_minutes == 15
    event = db.session.scalars(sa.select(AuditEvent)).one()
    assert event.action == "attempt.extend" and event.summary.endswith("加时 15 分钟：停电")
    time.advance(minutes=61)
    late = admin.post(url, data=data | {"minutes-seen": "15"}, follow_redirects=True)
    assert "已经结束，没有加时" in late.text
    db.session.refresh(attempt)
    assert attempt.extra_minutes == 15 and acts() == ["attempt.extend"]


def test_minutes_ahead_and_another_attempt(admin: FlaskClient, county: Unit, time: Clock) -> None:
    exam = build.exam(time.now)
    person = assigned(exam, factories.person(unit=county))
    hand_in(exam, person, time)
    base = f"/manage/exams/{exam.id}/people/{person.id}"
    for _ in range(2):  # a second click gives nothing more
        data = {"minutes-minutes": "10", "minutes-reason": "视力障碍", "minutes-seen": "0"}
        admin.post(f"{base}/minutes", data=data)
        admin.post(f"{base}/attempts", data={"again-reason": "设备故障", "again-seen": "0"})
    given = db.session.get_one(Allowance, (exam.id, person.id))
    assert (given.minutes, given.attempts) == (10, 1)
    assert begin(exam, person, time).extra_minutes == 10
    page = admin.get(base).text
    assert "多考 1 次" in page and "加时 10 分钟" in page
    assert acts() == ["attempt.extend", "attempt.allow"]


def test_handing_in_for_a_candidate_scores_once(admin: FlaskClient, county: Unit, time: Clock) -> None:
    exam = build.exam(time.now)
    attempt = begin(exam, assigned(exam, factories.person(unit=county)), time)
    url = f"/manage/exams/attempts/{attempt.id}/hand-in"
    for _ in range(2):
        admin.post(url, data={"hand_in-reason": "离场"})
    db.session.refresh(attempt)
    assert (attempt.closed_by, attempt.submitted_at) == ("staff", time.now)
    assert acts() == ["attempt.submit"]


def test_acts_reach_nobody_outside(county: Unit, sign_in: SignIn, time: Clock) -> None:
    exam = build.exam(time.now)
    person = assigned(exam, factories.person(unit=county))
    attempt = begin(exam, person, time)
    admin = staff(factories.unit("溪川镇", county), Role.ADMIN, sign_in)
    data = {
        "minutes-minutes": "5",
        "minutes-reason": "停电",
        "hand_in-reason": "离场",
        "again-reason": "故障",
    }
    for url in (
        f"/manage/exams/attempts/{attempt.id}/hand-in",
        f"/manage/exams/attempts/{attempt.id}/minutes",
        f"/manage/exams/{exam.id}/people/{person.id}/attempts",
        f"/manage/exams/{exam.id}/people/{person.id}/minutes",
    ):
        assert admin.post(url, data=data).status_code == 404, url


def test_nobody_gives_themselves_time_or_attempts(county: Unit, sign_in: SignIn, time: Clock) -> None:
    exam, me = build.exam(time.now), factories.person(unit=county)
    factories.grant(me, Role.ADMIN, county)
    attempt, client = begin(exam, assigned(exam, me), time), sign_in(me)
    for url in (
        f"/manage/exams/attempts/{attempt.id}/minutes",
        f"/manage/exams/{exam.id}/people/{me.id}/minutes",
        f"/manage/exams/{exam.id}/people/{me.id}/attempts",
    ):
        answer = client.post(url, data={"minutes-minutes": 60, "minutes-reason": "x", "again-reason": "x"})
        assert answer.status_code == 409 and "其他管理员" in answer.text
    assert client.get(f"/manage/exams/{exam.id}/people/{me.id}").status_code == 200


def test_kept_answers_are_listed(admin: FlaskClient, time: Clock, sitting) -> None:
    candidate = sitting()
    county = db.session.get_one(Person, candidate.person.id).unit
    admin = staff_of(candidate.client, county)
    candidate.take_over()
    assert candidate.save((1, 1, "b"), epoch=1).status_code == 409
    assert "有 1 条作答收到了但没有计入" in admin(
        f"/manage/exams/{candidate.exam.id}/people/{candidate.person.id}"
    )
    page = admin(f"/manage/exams/attempts/{candidate.attempt}/kept")
    assert "来自已被接管的页面" in page and "采纳</b>" in page
    assert "1 条作答未计入" in admin(f"/manage/exams/{candidate.exam.id}")


def staff_of(client: FlaskClient, unit: Unit) -> Callable[[str], str]:
    """Pages as an administrator of that unit sees them."""
    person = factories.person("管理员", unit)
    factories.grant(person, Role.ADMIN, unit)
    made = client.application.test_client()
    with made.session_transaction() as cookie:
        cookie["_user_id"] = factories.session_for(person).id
    return lambda url: made.get(url).text


def test_marking_is_an_honest_empty_page(county: Unit, sign_in: SignIn) -> None:
    grader = staff(county, Role.GRADER, sign_in)
    assert "没有待阅的答卷" in grader.get("/manage/exams/marking").text
    assert grader.get("/manage/exams/").status_code == 403


def test_a_quiz_is_not_run_here(admin: FlaskClient, time: Clock) -> None:
    quiz = build.quiz(time.now)
    assert admin.get(f"/manage/exams/{quiz.id}").status_code == 404
    assert "测验" not in admin.get("/manage/exams/").text


@pytest.mark.parametrize(("path", "expected"), [("", 8), ("?state=sitting", 8)])
def test_the_board_sends_a_constant_number_of_statements(
    admin: FlaskClient, county: Unit, time: Clock, queries: Queries, path: str, expected: int
) -> None:
    exam = build.exam(time.now)
    sent = []
    for rows in (1, 2, 27):
        for _ in range(rows):
            begin(exam, assigned(exam, factories.person(unit=county)), time)
        queries.statements.clear()
        assert admin.get(f"/manage/exams/{exam.id}{path}").status_code == 200
        sent.append(len(queries))
    assert sent == [expected] * 3


def test_the_list_sends_a_constant_number_of_statements(
    admin: FlaskClient, time: Clock, queries: Queries
) -> None:
    sent = []
    for rows in (1, 2, 27):
        for _ in range(rows):
            build.exam(time.now, single=1)
        queries.statements.clear()
        assert admin.get("/manage/exams/").status_code == 200
        sent.append(len(queries))
    assert sent == [5] * 3


def test_filters_of_the_list(admin: FlaskClient, time: Clock) -> None:
    exam = build.exam(time.now, single=1)
    exam.title, exam.opens_at = "将来的考试", time.now + timedelta(hours=1)
    build.exam(time.now, single=1)
    db.session.commit()
    page = admin.get("/manage/exams/?state=upcoming").text
    assert "将来的考试" in page and "测试考试" not in page
    assert "测试考试" not in admin.get("/manage/exams/?q=将来").text
    assert "没有符合条件的考试" in admin.get("/manage/exams/?state=ended").text

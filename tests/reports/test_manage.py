"""Scores and the desk, on real data and in scope."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.certificates.models import CertificateTrouble
from app.courses.models import Course
from app.domain.access import Role
from app.exams import attempts, papers, saving, service
from app.exams.epochs import Origin
from app.exams.models import Exam
from app.people.models import Person, Unit
from app.web import jobs
from app.web.db import db
from app.web.sheets import read_sheet
from tests import factories
from tests.conftest import Clock, Queries
from tests.exams import build

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def county(app: Flask) -> Unit:
    return factories.unit("青禾县")


def staff(unit: Unit, role: Role, sign_in: SignIn) -> FlaskClient:
    person = factories.person("工作人员", unit)
    factories.grant(person, role, unit)
    return sign_in(person)


def sit(exam: Exam, person: Person, right: bool, time: Clock) -> None:
    """Hand in with every answer right, or with none."""
    attempt, _made = attempts.start(exam, person.id, time.now)
    items = ()
    if right:
        answers = [{"slot": n, "seq": 1, "value": key} for n, key in papers.keys(attempt.paper_id).items()]
        items = saving.parse({"epoch": 1, "responses": answers})[1]
    origin = Origin(factories.session_for(person).id)
    attempts.submit(attempt.id, person.id, origin, None, items, time.now)
    db.session.commit()


@pytest.fixture
def held(county: Unit, time: Clock) -> Exam:
    """青禾县 with 溪川镇 below it: one passed and one failed in the town, one passed above, one not there."""
    exam = build.exam(time.now, single=2)
    town = factories.unit("溪川镇", county)
    service.assign(exam, unit=county)
    sit(exam, factories.person("赵一", town), True, time)
    sit(exam, factories.person("钱二", town), False, time)
    sit(exam, factories.person("孙三", county), True, time)
    factories.person("李四", county)
    return exam


def sheet(client: FlaskClient, url: str) -> list[list[str]]:
    return [[cell.text for cell in row] for row in read_sheet(client.post(url).data, limit=100)]


def test_scores_per_person(held: Exam, county: Unit, sign_in: SignIn, time: Clock) -> None:
    liaison = staff(county, Role.LIAISON, sign_in)  # is to sit too
    page = liaison.get("/manage/scores").text
    for number, label in (("5", "应考"), ("3", "实考"), ("0", "缺考"), ("60%", "参考率"), ("66.7%", "合格率"),
                          ("2.7", "平均分"), ("4", "最高分"), ("0", "最低分")):  # fmt: skip
        assert f"<b>{number}</b>{label}</div>" in page
    assert "4 / 4" in page and "0 / 4" in page
    time.advance(hours=3)
    assert "<b>2</b>缺考</div>" in liaison.get("/manage/scores").text


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["李四", "孙三", "工作人员", "赵一", "钱二"]),
        ("?outcome=passed", ["孙三", "赵一"]),
        ("?outcome=failed", ["钱二"]),
        ("?outcome=absent", ["李四", "工作人员"]),
        ("?q=赵", ["赵一"]),
    ],
)
def test_filters_and_their_sheet(
    held: Exam, county: Unit, sign_in: SignIn, time: Clock, query: str, names: list[str]
) -> None:
    liaison = staff(county, Role.LIAISON, sign_in)
    time.advance(hours=3)
    page = liaison.get(f"/manage/scores{query}").text
    everyone = {"赵一", "钱二", "孙三", "李四"}
    shown = page.split("<tbody>")[1]
    assert {name for name in everyone if name in shown} == everyone & set(names)
    rows = sheet(liaison, f"/manage/scores/{held.id}.xlsx{query}")
    assert sorted(row[0] for row in rows[1:]) == sorted(names)


def test_the_sheet_holds_numbers(held: Exam, county: Unit, sign_in: SignIn) -> None:
    rows = sheet(staff(county, Role.LIAISON, sign_in), f"/manage/scores/{held.id}.xlsx?q=孙三")
    assert rows[1][2:3] + rows[1][5:11] == ["青禾县", "4", "4", "合格", "", "", "1"]


def test_scores_per_unit_count_everything_below(held: Exam, county: Unit, sign_in: SignIn) -> None:
    rows = sheet(staff(county, Role.LIAISON, sign_in), f"/manage/scores/{held.id}.xlsx?by=unit")
    assert rows[1:] == [
        ["青禾县", "5", "3", "0", "60%", "2", "66.7%", "2.7", "4", "0"],
        ["溪川镇", "2", "2", "0", "100%", "1", "50%", "2", "4", "0"],
    ]


def test_scores_stay_within_the_callers_units(held: Exam, county: Unit, sign_in: SignIn) -> None:
    town = db.session.query(Unit).filter_by(name="溪川镇").one()
    liaison = staff(town, Role.LIAISON, sign_in)
    page = liaison.get("/manage/scores").text
    assert "赵一" in page and "孙三" not in page
    assert "青禾县" not in liaison.get("/manage/scores?by=unit").text.split("<main")[1]
    assert liaison.get(f"/manage/scores?unit={county.id}").status_code == 404
    assert liaison.get("/manage/scores?exam=999999").status_code == 404


def test_without_exams_the_page_says_so(county: Unit, sign_in: SignIn) -> None:
    assert "还没有成绩" in staff(county, Role.LIAISON, sign_in).get("/manage/scores").text


def test_the_desk_shows_each_role_its_own(held: Exam, county: Unit, sign_in: SignIn) -> None:
    desks = {role: staff(county, role, sign_in).get("/manage/").text for role in Role if role != Role.LEARNER}
    expected = {
        Role.AUTHOR: {"道试题在用", "门课程已发布"},
        Role.ADMIN: {
            "在册人员",
            "道试题在用",
            "门课程已发布",
            "张证书有效",
            "正在进行的考试",
            "项授权有效",
            "项后台任务没有运行",
        },
        Role.REVIEWER: {"道试题在用"},
        Role.GRADER: {"份答案待阅"},
        Role.INVIGILATOR: {"正在进行的考试"},
        Role.SYSTEM: {"项后台任务没有运行"},
        Role.SECURITY: {"在册人员", "项授权有效"},
        Role.LIAISON: {"在册人员", "张证书有效", "正在进行的考试"},
        Role.AUDITOR: {"条操作记录已封存"},
    }
    every = set().union(*expected.values())
    assert {role: {text for text in every if text in page} for role, page in desks.items()} == expected


def test_a_role_without_waiting_work_is_told_so(
    app: Flask, county: Unit, sign_in: SignIn, monkeypatch
) -> None:
    monkeypatch.setattr(jobs, "alive", lambda app: True)
    assert "目前没有要处理的工作" in staff(county, Role.SYSTEM, sign_in).get("/manage/").text


def test_the_desk_warns_of_grants_that_end_soon(county: Unit, sign_in: SignIn, time: Clock) -> None:
    for days in (0, 29, 31):
        who = factories.person(unit=county)
        factories.grant(who, Role.GRADER, county, ends_at=time.now + timedelta(days=days))
    page = staff(county, Role.SECURITY, sign_in).get("/manage/").text
    assert "<b>3</b>项授权有效" in page and "<b>1</b>项授权 30 天内到期" in page


def test_the_desk_counts_who_has_not_begun(held: Exam, county: Unit, sign_in: SignIn, time: Clock) -> None:
    liaison = staff(county, Role.LIAISON, sign_in)
    page = liaison.get("/manage/").text
    assert "7 天内截止，还有 2 人未开始" in page and "已交卷 3" in page
    time.advance(hours=3)
    assert "现在没有开放的考试" in liaison.get("/manage/").text


def test_the_desk_counts_within_the_subtree(county: Unit, sign_in: SignIn, time: Clock) -> None:
    course = factories.save(Course(code="c", title="课", summary="", credit_hours=10, exam_id=None))
    town = factories.unit("溪川镇", county)
    for unit in (county, county, town):
        person = factories.person(unit=unit)
        factories.save(
            CertificateTrouble(person_id=person.id, course_id=course.id, at=time.now, message="缺字")
        )
    desk = staff(town, Role.ADMIN, sign_in).get("/manage/").text
    assert "<b>1</b>张证书未能生成" in desk and "<b>2</b>在册人员" in desk
    assert "门课程尚未发布" not in desk  # courses are the whole school's


def test_an_auditor_of_one_town_sees_no_log(county: Unit, sign_in: SignIn) -> None:
    desk = staff(factories.unit("溪川镇", county), Role.AUDITOR, sign_in).get("/manage/")
    assert desk.status_code == 200 and "条操作记录" not in desk.text


@pytest.mark.parametrize(
    ("path", "expected"), [("/manage/", 15), ("/manage/scores", 8), ("/manage/scores?by=unit", 9)]
)
def test_pages_send_a_constant_number_of_statements(
    county: Unit, sign_in: SignIn, time: Clock, queries: Queries, path: str, expected: int
) -> None:
    admin = staff(county, Role.ADMIN, sign_in)
    exam = build.exam(time.now, single=1)
    sent = []
    for rows in (1, 2, 27):
        for _ in range(rows):
            person = factories.person(unit=factories.unit(parent=county))
            service.assign(exam, person=person)
            sit(exam, person, True, time)
        queries.statements.clear()
        assert admin.get(path).status_code == 200
        sent.append(len(queries))
    assert sent == [expected] * 3

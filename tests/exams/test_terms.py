"""Terms of groups and single persons, and make-ups: given, told, and what they change at the start."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.domain.access import Role
from app.exams import entries, makeups, queries, service
from app.exams.models import Allowance, Attempt, Exam, ExamAssignment, GroupAllowance
from app.people.models import Person, Unit
from app.web.db import db
from tests import factories
from tests.conftest import Clock, Queries
from tests.exams import build
from tests.exams.test_manage import acts, staff
from tests.exams.test_rules import sat

SignIn = Callable[[Person], FlaskClient]


@pytest.fixture
def county(app: Flask) -> Unit:
    return factories.unit("青禾县")


@pytest.fixture
def admin(county: Unit, sign_in: SignIn) -> FlaskClient:
    return staff(county, Role.ADMIN, sign_in)


def group(**more: str) -> dict[str, str]:
    return {"unit_id": "", "age": "", "minutes": "", "opens_at": "", "closes_at": "", "reason": "照顾"} | more


def test_an_age_group_gets_minutes_and_open_books_and_is_told(
    admin: FlaskClient, county: Unit, time: Clock, sign_in: SignIn
) -> None:
    exam = build.exam(time.now)
    old = factories.person("老王", county, born_on=date(1976, 11, 23))
    young = factories.person("小李", county, born_on=date(1976, 11, 24))
    for person in (old, young, factories.person("无名", county)):
        service.assign(exam, person=person)
    db.session.commit()
    given = group(age="50", minutes="20", open_book="y")
    assert admin.post(f"/manage/exams/{exam.id}/terms", data=given).status_code == 302
    page = admin.get(f"/manage/exams/{exam.id}/terms").text
    assert "1976-11-23 及以前出生的人" in page and "加时 20 分钟，开卷" in page
    assert '<td class="num" data-label="人数">1</td>' in page and "有 1 人没有登记出生日期" in page
    told = sign_in(old).get(f"/exams/{exam.id}").text
    assert "65 分钟（规定 45 分钟，另为您延长 20 分钟）" in told and "开卷：您可以查阅自带的书和笔记" in told
    assert "开卷" not in sign_in(young).get(f"/exams/{exam.id}").text
    client = sign_in(old)
    begun = client.post(f"/exams/{exam.id}/attempts").json
    attempt = db.session.get_one(Attempt, begun["attempt"])
    assert (attempt.extra_minutes, attempt.open_book, begun["remaining_ms"]) == (20, True, 65 * 60_000)
    assert '<span class="tag">开卷</span>' in client.get(f"/sit/{attempt.id}").text
    assert acts() == ["exam.arrange"]
    row = db.session.scalars(sa.select(GroupAllowance)).one()
    assert admin.post(f"/manage/exams/{exam.id}/terms/{row.id}/remove").status_code == 302
    assert db.session.scalar(sa.select(sa.func.count()).select_from(GroupAllowance)) == 0


def test_a_unit_gets_a_window_of_its_own(
    admin: FlaskClient, county: Unit, time: Clock, sign_in: SignIn
) -> None:
    exam = build.exam(time.now)  # until 11:00 in Beijing
    far = factories.person(unit=factories.unit("山里乡", county))
    service.assign(exam, unit=county)
    db.session.commit()
    late = group(unit_id=str(far.unit_id), closes_at="2026-11-23T18:00")
    assert admin.post(f"/manage/exams/{exam.id}/terms", data=late).status_code == 302
    time.advance(hours=5)
    client = sign_in(far)
    assert "2026-11-23 08:00 至 18:00（为您单独安排的时间）" in client.get(f"/exams/{exam.id}").text
    assert client.post(f"/exams/{exam.id}/attempts").status_code == 201
    assert sign_in(factories.person(unit=county)).post(f"/exams/{exam.id}/attempts").status_code == 403


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (group(minutes="10"), "请选一个单位，或填写年龄"),
        (group(age="50"), "请写明给什么"),
        (group(age="50", minutes="10", reason=""), "请写明理由"),
        (group(age="50", opens_at="2026-11-23T12:00"), "结束时间要晚于开始时间"),
        (group(age="50", closes_at="2026-11-23T07:00"), "结束时间要晚于开始时间"),
        (group(age="5", minutes="10"), "要在 16 至 100 之间"),
    ],
)
def test_what_a_group_cannot_be_given(
    admin: FlaskClient, time: Clock, wrong: dict[str, str], said: str
) -> None:
    exam = build.exam(time.now)
    page = admin.post(f"/manage/exams/{exam.id}/terms", data=wrong)
    assert page.status_code == 200 and said in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(GroupAllowance)) == 0


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_groups_are_read_with_a_constant_number_of_statements(
    admin: FlaskClient, county: Unit, time: Clock, queries: Queries, rows: int
) -> None:
    exam = build.exam(time.now)
    for n in range(rows):
        factories.save(
            GroupAllowance(exam_id=exam.id, born_by=date(1970, 1, 1), minutes=n + 1, reason=f"第{n}组")
        )
    queries.statements.clear()
    assert admin.get(f"/manage/exams/{exam.id}/terms").text.count("第") >= rows
    assert len(queries) == 6


def test_one_person_gets_a_window_and_open_books(
    admin: FlaskClient, county: Unit, time: Clock, sign_in: SignIn
) -> None:
    exam, person = build.exam(time.now), factories.person(unit=county)
    service.assign(exam, person=person)
    db.session.commit()
    url = f"/manage/exams/{exam.id}/people/{person.id}"
    own = {
        "own-opens_at": "",
        "own-closes_at": "2026-11-23T18:00",
        "own-open_book": "y",
        "own-reason": "值班",
    }
    assert admin.post(f"{url}/terms", data=own).status_code == 302
    allowance = db.session.scalars(sa.select(Allowance)).one()
    assert (allowance.opens_at, allowance.open_book, allowance.minutes) == (None, True, 0)
    page = admin.get(url).text
    assert "给本人的单独安排：2026-11-23 18:00 结束，开卷。" in page and 'value="2026-11-23T18:00"' in page
    wrong = own | {"own-closes_at": "2026-11-23T07:00"}
    assert "结束时间要晚于开始时间" in admin.post(f"{url}/terms", data=wrong).text
    time.advance(hours=5)
    assert sign_in(person).post(f"/exams/{exam.id}/attempts").status_code == 201
    assert acts() == ["exam.arrange"]


def test_a_start_takes_two_statements_whatever_the_terms(
    county: Unit, time: Clock, sign_in: SignIn, queries: Queries
) -> None:
    exam, person = build.exam(time.now), factories.person(unit=county, born_on=date(1960, 1, 1))
    service.assign(exam, unit=county)
    factories.save(GroupAllowance(exam_id=exam.id, born_by=date(1970, 1, 1), minutes=5, reason="照顾"))
    client, url = sign_in(person), f"/exams/{exam.id}"
    client.get(url)  # the paper is in memory
    queries.statements.clear()
    assert client.post(f"{url}/attempts").status_code == 201
    kinds = [statement.split()[0] for statement in queries.statements if "sign_in_session" not in statement]
    assert kinds == ["SELECT", "INSERT"]


# ---- Make-ups


def over(time: Clock) -> tuple[Exam, dict[str, Person]]:
    """An exam that is over, with one who passed, one who failed and one who was absent."""
    exam = build.exam(time.now)
    unit = db.session.scalars(sa.select(Unit).order_by(Unit.id)).first()
    people = {name: factories.person(name, unit) for name in ("合格", "不合格", "缺考")}
    for person in people.values():
        service.assign(exam, person=person)
    sat(exam, people["合格"], 1, 800, True, time)
    sat(exam, people["不合格"], 1, 300, False, time)
    time.advance(days=1)
    return exam, people


MAKEUP = {
    "title": "补考", "opens_at": "2026-12-01T09:00", "closes_at": "2026-12-01T11:00", "minutes": "30",
    "failed": "y", "absent": "y",
}  # fmt: skip


def test_a_make_up_is_for_who_has_no_pass(admin: FlaskClient, time: Clock) -> None:
    exam, people = over(time)
    exam.minimums, exam.valid_years = [{"sections": ["single"], "points": 20}], 3
    db.session.commit()
    page = admin.get(f"/manage/exams/{exam.id}/makeups").text
    assert "没有合格的（1 人）" in page and "缺考的（1 人）" in page
    answer = admin.post(
        f"/manage/exams/{exam.id}/makeups", data=MAKEUP | {"blueprint_id": str(exam.blueprint_id)}
    )
    made = db.session.scalars(sa.select(Exam).where(Exam.makeup_of_id == exam.id)).one()
    assert answer.location == f"/manage/exams/{made.id}/assignments"
    assert (made.minutes, made.valid_years, made.minimums) == (30, 3, exam.minimums)
    assert set(db.session.scalars(sa.select(ExamAssignment.person_id).filter_by(exam_id=made.id))) == {
        people["不合格"].id, people["缺考"].id,
    }  # fmt: skip
    assert acts() == ["exam.create", "exam.assign"]
    again = admin.get(f"/manage/exams/{made.id}/makeups").text  # the page of the first exam
    assert "已排进下一次补考的有 2 人" in again and "没有合格的（0 人）" in again
    assert "原考试：" in admin.get(f"/manage/exams/{made.id}").text


def test_a_pass_that_is_no_longer_valid_is_due(admin: FlaskClient, time: Clock) -> None:
    exam, _people = over(time)
    exam.valid_years = 1
    db.session.commit()
    url = f"/manage/exams/{exam.id}/makeups"
    assert "没有合格的（1 人）" in admin.get(url).text
    time.advance(days=366)
    due = makeups.due(exam, ["/"], time.now)
    assert [one.name for one in due.failed] == ["不合格", "合格"]


def test_a_make_up_of_a_make_up_counts_for_the_first(admin: FlaskClient, time: Clock) -> None:
    exam, people = over(time)
    data = MAKEUP | {"blueprint_id": str(exam.blueprint_id)}
    admin.post(f"/manage/exams/{exam.id}/makeups", data=data)
    first = build.papered(
        db.session.scalars(sa.select(Exam).where(Exam.makeup_of_id == exam.id)).one(), time.now
    )
    sat(first, people["不合格"], 1, 200, False, time)
    time.advance(days=20)
    later = data | {"opens_at": "2027-01-01T09:00", "closes_at": "2027-01-01T11:00"}
    admin.post(f"/manage/exams/{first.id}/makeups", data=later)
    second = build.papered(makeups.of(exam)[1], time.now)
    sat(second, people["不合格"], 1, 700, True, time)
    result = queries.results([exam.id])[exam.id, people["不合格"].id]
    assert (result.points, result.passed, result.makeup) == (700, True, True)
    rows = admin.get(f"/manage/scores?exam={exam.id}").text
    assert "补考" in rows


def test_whose_marks_are_not_in_is_not_due(admin: FlaskClient, county: Unit, time: Clock) -> None:
    exam, people = over(time)
    url = f"/manage/exams/{exam.id}/makeups"
    made = build.exam(time.now)
    made.makeup_of_id, made.closes_at = exam.id, time.now
    unmarked = factories.person("待评", county)
    service.assign(exam, person=unmarked)
    first = sat(exam, unmarked, 1, 300, False, time)
    again = sat(made, people["不合格"], 1, 300, False, time)
    for attempt in (first, again):
        queries.latest_scores([attempt.id])[attempt.id].pending = 1
    db.session.commit()
    page = admin.get(url).text
    assert "没有合格的（0 人）" in page and "有 2 人的答卷还没有交或没有评完" in page
    for attempt in (first, again):
        queries.latest_scores([attempt.id])[attempt.id].pending = 0
    db.session.commit()
    page = admin.get(url).text
    assert "没有合格的（2 人）" in page and "没有评完" not in page


def test_whose_own_window_goes_on_is_not_due(admin: FlaskClient, time: Clock) -> None:
    exam, people = over(time)
    url, later = f"/manage/exams/{exam.id}/makeups", time.now + timedelta(hours=1)
    factories.save(Allowance(exam_id=exam.id, person_id=people["缺考"].id, closes_at=later))
    page = admin.get(url).text
    assert "没有合格的（1 人）" in page and "缺考的（0 人）" in page
    group = GroupAllowance(exam_id=exam.id, unit_id=people["不合格"].unit_id, closes_at=later, reason="出差")
    factories.save(group)
    exam.attempts_allowed = 2
    db.session.commit()
    assert "没有合格的（0 人）" in admin.get(url).text
    time.advance(hours=2)
    page = admin.get(url).text
    assert "没有合格的（1 人）" in page and "缺考的（1 人）" in page


def test_more_time_and_open_books_hold_in_the_make_up_too(
    admin: FlaskClient, time: Clock, sign_in: SignIn
) -> None:
    exam, people = over(time)
    failed, passed = people["不合格"].id, people["合格"].id
    for given in (
        GroupAllowance(exam_id=exam.id, unit_id=people["合格"].unit_id, open_book=True, reason="照顾"),
        Allowance(exam_id=exam.id, person_id=failed, minutes=20, attempts=1, closes_at=time.now),
        Allowance(exam_id=exam.id, person_id=passed, minutes=20),
    ):
        factories.save(given)
    admin.post(f"/manage/exams/{exam.id}/makeups", data=MAKEUP | {"blueprint_id": str(exam.blueprint_id)})
    made = db.session.scalars(sa.select(Exam).where(Exam.makeup_of_id == exam.id)).one()
    own = db.session.scalars(sa.select(Allowance).where(Allowance.exam_id == made.id)).one()
    assert (own.person_id, own.minutes, own.attempts, own.closes_at) == (people["不合格"].id, 20, 0, None)
    told = sign_in(people["不合格"]).get(f"/exams/{made.id}").text
    assert "50 分钟（规定 30 分钟，另为您延长 20 分钟）" in told and "开卷：" in told
    assert acts() == ["exam.create", "exam.assign", "exam.arrange"]


def test_who_may_still_sit_is_not_due(admin: FlaskClient, county: Unit, time: Clock) -> None:
    exam, person = build.exam(time.now, attempts=2), factories.person("再考", county)
    service.assign(exam, person=person)
    sat(exam, person, 1, 300, False, time)
    url = f"/manage/exams/{exam.id}/makeups"
    assert "没有合格的（0 人）" in admin.get(url).text
    sat(exam, person, 2, 300, False, time)
    assert "没有合格的（1 人）" in admin.get(url).text


def test_a_pass_in_the_make_up_is_told_with_the_original(
    admin: FlaskClient, time: Clock, sign_in: SignIn
) -> None:
    exam, people = over(time)
    made = build.exam(time.now)
    made.makeup_of_id = exam.id
    sat(made, people["缺考"], 1, 700, True, time)
    service.assign(made, person=people["缺考"])
    db.session.commit()
    page = sign_in(people["缺考"]).get("/exams").text
    assert page.count("补考") == 1 and page.count("成绩 70 分") == 2


def test_terms_of_a_quiz_are_never_asked(app: Flask, time: Clock) -> None:
    assert entries.terms_of([], 1, "/1/") == {}


def test_a_make_up_is_told_to_colleagues_when_it_is_out(
    admin: FlaskClient, county: Unit, time: Clock, sign_in: SignIn
) -> None:
    exam, people = over(time)
    made = build.exam(time.now, release="by_hand")
    made.makeup_of_id = exam.id
    sat(made, people["缺考"], 1, 700, True, time)
    colleague = staff(county, Role.LIAISON, sign_in)
    scores = f"/manage/scores?exam={exam.id}"
    told = []
    for _n in range(2):
        told.append('<span class="tag">补考</span>' in colleague.get(scores).text)
        assert '<span class="tag">补考</span>' in admin.get(scores).text
        made.released_at = time.now
        db.session.commit()
    assert told == [False, True]


def test_a_group_of_nobody_is_warned_of(admin: FlaskClient, county: Unit, time: Clock) -> None:
    exam = build.exam(time.now)
    url, nobody = f"/manage/exams/{exam.id}/terms", "现在没有这样的人"
    assert nobody in admin.post(url, data=group(age="50", minutes="20"), follow_redirects=True).text
    service.assign(exam, person=factories.person("老王", county, born_on=date(1970, 1, 1)))
    db.session.commit()
    assert nobody not in admin.post(url, data=group(age="50", minutes="20"), follow_redirects=True).text

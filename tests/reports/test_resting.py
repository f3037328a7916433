"""Superseding a clause, rewording one or ending a whole set lists exactly what rests on it."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.bank import content, queries, rule_sets, service, stale
from app.bank.models import RuleSet
from app.courses.models import Course, Lesson
from app.domain.access import Role
from app.domain.papers import Section
from app.domain.questions import Kind
from app.domain.questions import Question as Content
from app.domain.scoring import Preset
from app.exams import papers
from app.exams.models import Exam, ExamForm
from app.reports import resting
from app.web import clock
from app.web.db import db
from tests import factories
from tests.bank.contents import NOW, load, publish, question, write
from tests.conftest import Queries

SETS = "rule_sets/five-musts.toml"
LATER = NOW + timedelta(days=1)
TODAY = date(2026, 11, 24)


def course(title: str, *lessons: Lesson) -> Course:
    made = Course(
        code=title, title=title, summary="", credit_hours=10, lessons=list(lessons), reviewed_at=NOW
    )
    db.session.add(made)
    return made


def lesson(code: str, rules: list[str], body: str = "") -> Lesson:
    return Lesson(
        code=code, position=1, title=code, kind="rules" if rules else "reading", minutes=5, body=body,
        rule_sets=rules,
    )  # fmt: skip


def exam(title: str, *codes: str) -> Exam:
    """An exam whose paper holds these questions."""
    section = Section("一、题", Kind.SINGLE, 10, Preset.EXACT)
    chosen = [c for c in queries.candidates() if c.question_id in codes]
    paper = papers.freeze(title, [section], [chosen], NOW)
    paper.reviewed_at = NOW
    made = Exam(
        kind="exam", title=title, forms=[ExamForm(number=1, paper=paper)], opens_at=NOW,
        closes_at=NOW + timedelta(days=30), minutes=30, attempts_allowed=1, pass_percent=60, created_at=NOW,
    )  # fmt: skip
    db.session.add(made)
    return made


@pytest.fixture
def bank(app: Flask, tmp_path: Path) -> Path:
    """Question 001 rests on clause 1, 002 on 1 and 2, `third` on 2 alone; so do courses and exams."""
    load(write(tmp_path))
    third = publish(Content(Kind.JUDGE, "对吗？", (), True, "对。", ("five-musts/2",), "政治纪律", "easy"))
    course("读全集", lesson("a", ["five-musts"]))
    course("读第二条", lesson("b", [], "见[第二条](/rules/clause/five-musts/2)。"))
    course("读第一条", lesson("c", [], "见[第一条](/rules/five-musts#clause-1)。"))
    course("读别的", lesson("d", ["seven-prohibitions"], "见[七个严禁](/rules/seven-prohibitions)。"))
    exam("考第一条", "five-musts-001")
    exam("考两条", "five-musts-001", "five-musts-002")
    exam("考第二条", third.code)
    db.session.commit()
    return tmp_path


def due() -> tuple[list[str], list[str], list[str]]:
    """Questions by stem, courses and exams by title."""
    db.session.flush()
    db.session.expire_all()
    found = resting.due(TODAY, LATER + timedelta(hours=1))
    stems = [q.current.stem for q in stale.due(TODAY, 1).items if q.current]
    return sorted(stems), sorted(c.title for c in found.courses), sorted(e.title for e in found.exams)


ONE = Content(Kind.JUDGE, "一稿？", (), True, "对。", ("five-musts/1",), "题", "easy")
FIRST, BOTH, SECOND = "必须维护（　　）。", "必须维护____，必须维护____。", "对吗？"
NOTHING: tuple[list[str], list[str], list[str]] = ([], [], [])
ON_SECOND = (sorted([BOTH, SECOND]), sorted(["读全集", "读第二条"]), sorted(["考两条", "考第二条"]))
ON_ALL = (
    sorted([FIRST, BOTH, SECOND]),
    sorted(["读全集", "读第二条", "读第一条"]),
    sorted(["考第一条", "考两条", "考第二条"]),
)


def reword(bank: Path) -> None:
    write(bank, SETS, 'text = "必须维护党的团结"', 'text = "必须维护党的团结统一"')


def supersede_one(bank: Path) -> None:
    write(bank, SETS, 'text = "必须维护党的团结"', 'text = "必须维护党的团结"\nsuperseded_on = 2026-07-01')


def supersede_all(bank: Path) -> None:
    write(bank, SETS, 'place = "北京"', 'place = "北京"\nsuperseded_on = 2026-07-01')


@pytest.mark.parametrize(
    ("change", "expected"),
    [(reword, ON_SECOND), (supersede_one, ON_SECOND), (supersede_all, ON_ALL)],
    ids=["reworded", "one superseded", "all superseded"],
)
def test_exactly_what_rests_on_it_is_due(
    bank: Path, change: Callable[[Path], None], expected: tuple[list[str], list[str], list[str]]
) -> None:
    assert due() == NOTHING
    change(bank)
    content.load(bank, LATER)
    db.session.commit()
    assert due() == expected
    content.load(bank, LATER + timedelta(days=1))  # the same again changes nothing
    assert due() == expected


def test_a_set_that_is_in_force_after_all_troubles_nobody(bank: Path) -> None:
    own = db.session.query(RuleSet).filter_by(code="five-musts").one()
    rule_sets.supersede(own, TODAY, None, LATER)
    assert due() == ON_ALL
    rule_sets.supersede(own, None, None, LATER)
    assert due() == NOTHING


def test_a_confirmed_question_is_a_version_on_the_new_wording(bank: Path) -> None:
    reword(bank)
    content.load(bank, LATER)
    found, reviewer = question("five-musts-002"), factories.person()
    old = found.current_version_id
    service.confirm(found, 1, date(2027, 6, 30), LATER, factories.person().id)
    assert BOTH in due()[0]  # until somebody else has agreed
    service.approve(found, 2, LATER, reviewer.id)
    assert BOTH not in due()[0]
    assert found.current_version_id != old
    assert [cited.revision for cited in found.current.citations] == [1, 2]  # type: ignore[union-attr]
    found.review_on = TODAY
    assert BOTH in due()[0]


def test_where_nothing_changed_confirming_only_sets_the_day(bank: Path) -> None:
    found = question("five-musts-001")
    found.review_on = TODAY
    assert due()[0] == [FIRST]
    service.confirm(found, 1, date(2027, 6, 30), LATER, factories.person().id)
    assert due()[0] == []
    assert (found.newest.number, found.review_on) == (1, date(2027, 6, 30))
    with pytest.raises(service.Stale):
        service.confirm(found, 2, None, LATER, factories.person().id)


def test_a_file_that_was_read_again_confirms_by_itself(bank: Path) -> None:
    reword(bank)
    load(bank)  # with a second reading of the new wording
    assert due()[0] == [SECOND]  # made here, so no file speaks for it
    assert question("five-musts-002").newest.number == 2


def test_retired_questions_and_ended_exams_are_not_due(bank: Path) -> None:
    supersede_all(bank)
    content.load(bank, LATER)
    service.retire(question("five-musts-001"), LATER)
    for ended in db.session.query(Exam).filter(Exam.title == "考第一条"):
        ended.closes_at = LATER
    assert FIRST not in due()[0] and "考第一条" not in due()[2]


# --- the pages


@pytest.fixture
def staff(bank: Path, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    person = factories.person()
    factories.grant(person, Role.ADMIN, person.unit)
    return sign_in(person)


def test_the_pages_list_and_take_what_was_looked_at(staff: FlaskClient, bank: Path) -> None:
    assert "没有需要复核的内容" in staff.get("/manage/bank/due").text
    assert staff.post(
        "/manage/bank/rules/five-musts/succession",
        data={"superseded_on": "2026-07-01", "successor": "seven-prohibitions"},
    ).location.endswith("/manage/bank/rules")
    page = staff.get("/manage/bank/due").text
    for text in (FIRST, "依据有变化", "读第二条", "考两条"):
        assert text in page
    assert "读别的" not in page
    assert "现行规定：" in staff.get("/rules/five-musts").text
    first, read = question("five-musts-001"), db.session.query(Course).filter_by(title="读第二条").one()
    sat = db.session.query(Exam).filter_by(title="考两条").one()
    day = {"review_on": "2027-06-30"}
    staff.post(f"/manage/bank/questions/{first.id}/confirm", data={**day, "number": "1"})
    staff.post(f"/manage/courses/{read.id}/reviewed", data=day)
    staff.post(f"/manage/exams/{sat.id}/reviewed", data=day)
    page = staff.get("/manage/bank/due").text
    assert "读第二条" not in page and "考两条" not in page
    db.session.expire_all()
    assert question("five-musts-001").newest.number == 2
    assert (
        "没有保存"
        in staff.post(
            f"/manage/courses/{read.id}/reviewed", data={"review_on": "明年"}, follow_redirects=True
        ).text
    )


def test_what_rests_on_one_clause(staff: FlaskClient) -> None:
    page = staff.get("/manage/bank/resting/five-musts?clause=2").text
    assert BOTH in page and SECOND in page and FIRST not in page
    assert "读第二条" in page and "读全集" in page and "读第一条" not in page
    assert "考两条" in page and "考第一条" not in page
    assert staff.get("/manage/bank/resting/none").status_code == 404


def test_the_lists_ask_as_often_for_many_as_for_one(staff: FlaskClient, bank: Path, queries: Queries) -> None:
    supersede_all(bank)
    content.load(bank, clock.now())
    db.session.commit()
    counts = []
    service.create_question(ONE, NOW, factories.person().id)
    for more in (0, 30):
        for n in range(more):
            publish(Content(Kind.JUDGE, f"第 {n} 问", (), True, "对。", ("five-musts/1",), "题", "easy"))
            course(f"课{n}", lesson("a", ["five-musts"]))
            service.create_question(replace(ONE, stem=f"第 {n} 稿"), NOW, factories.person().id)
        db.session.commit()
        for url in ("/manage/bank/due", "/manage/bank/resting/five-musts"):
            queries.statements.clear()
            assert staff.get(url).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]

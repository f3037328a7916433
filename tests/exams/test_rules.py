"""The rules of a real exam: when to hand in, what counts, what has to be reached in single sections."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.domain.access import Role
from app.exams import making, minimums_form, pages, queries, service
from app.exams.models import Attempt, Exam, Score
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.conftest import Clock
from tests.exams import build
from tests.exams.conftest import Candidate
from tests.exams.test_manage import edit, staff

SignIn = Callable[[Person], FlaskClient]
HOUR = timedelta(hours=1)


@pytest.fixture
def admin(app: Flask, sign_in: SignIn) -> FlaskClient:
    return staff(factories.unit("青禾县"), Role.ADMIN, sign_in)


def sat(exam: Exam, person: Person, number: int, points: int, passed: bool, time: Clock) -> Attempt:
    """An attempt that was handed in with this score of 100."""
    attempt = factories.save(
        Attempt(
            exam_id=exam.id, person_id=person.id, number=number, paper_id=exam.paper_id or 0, order=[],
            slot_kinds="", started_at=time.now, submitted_at=time.now + number * HOUR, closed_by="person",
            receipt="R",
        )
    )  # fmt: skip
    factories.save(
        Score(
            attempt_id=attempt.id, version=1, points=points, full=1000, passed=passed, detail={},
            scored_at=time.now, reason="first",
        )
    )  # fmt: skip
    return attempt


# ---- Handing in


def test_nobody_hands_in_before_the_time_but_answers_are_saved(
    time: Clock, sitting: Callable[..., Candidate]
) -> None:
    exam = build.exam(time.now)
    exam.earliest_minutes = 30
    db.session.commit()
    one = sitting(exam)
    page = one.client.get(f"/sit/{one.attempt}").text
    assert 'id="early" data-left-ms="1800000">09:30 起才能交卷' in page
    early = one.submit((1, 1, "b"))
    assert (early.status_code, early.json["reason"]) == (409, "early")
    assert early.json["message"] == "09:30 起才能交卷，请继续作答；作答会照常保存。"
    assert one.journal() == [] and one.save((1, 1, "b")).status_code == 200
    time.advance(minutes=30)
    assert 'id="early"' not in one.client.get(f"/sit/{one.attempt}").text
    assert one.submit(epoch=one.epoch).status_code == 200


def test_without_a_script_an_early_hand_in_is_saved_and_told(
    time: Clock, sitting: Callable[..., Candidate]
) -> None:
    exam = build.exam(time.now, single=1)
    exam.earliest_minutes = 30
    db.session.commit()
    one = sitting(exam)
    answer = one.client.post(f"/sit/{one.attempt}", data={"action": "submit", "slot-1": "b"})
    assert answer.location == f"/sit/{one.attempt}"
    assert "09:30 起才能交卷" in one.client.get(answer.location).text
    assert [row[3] for row in one.journal()] == ['"b"']
    assert (
        one.client.post(f"/sit/{one.attempt}", data={"action": "confirm"}).location == f"/sit/{one.attempt}"
    )
    assert db.session.get_one(Attempt, one.attempt).submitted_at is None


def test_the_deadline_and_staff_go_before_the_earliest_hand_in(
    time: Clock, sitting: Callable[..., Candidate]
) -> None:
    exam = build.exam(time.now, minutes=20)
    exam.earliest_minutes = 60
    db.session.commit()
    one = sitting(exam)
    time.advance(minutes=20)
    assert one.submit().status_code == 200  # at the deadline itself


# ---- What counts


@pytest.mark.parametrize(
    ("outcome", "points", "passed", "hours"),
    [("best", 800, True, 1), ("last", 500, False, None), ("average", 650, True, 2)],
)
def test_the_outcome_rule_decides_what_counts(
    app: Flask, time: Clock, outcome: str, points: int, passed: bool, hours: int | None
) -> None:
    exam, person = build.exam(time.now), factories.person()
    exam.outcome = outcome
    sat(exam, person, 1, 800, True, time)
    sat(exam, person, 2, 500, False, time)
    result = queries.results([exam.id])[exam.id, person.id]
    at = None if hours is None else time.now + hours * HOUR
    assert (result.points, result.passed, result.passed_at, result.attempts) == (points, passed, at, 2)


def test_a_pass_is_valid_for_so_many_years(app: Flask, time: Clock) -> None:
    exam, person = build.exam(time.now), factories.person()
    exam.valid_years = 3
    sat(exam, person, 1, 800, True, time)
    result = queries.results([exam.id])[exam.id, person.id]
    assert str(result.valid_until) == "2029-11-23"
    assert not result.expired(time.now.replace(year=2029)) and result.expired(time.now.replace(year=2030))


def makeup(exam: Exam, time: Clock) -> Exam:
    made = build.exam(time.now)
    made.makeup_of_id = exam.id
    db.session.commit()
    return made


def test_a_pass_in_a_make_up_counts_for_the_original(app: Flask, time: Clock) -> None:
    exam, failed, absent, done = build.exam(time.now), *(factories.person() for _ in range(3))
    again = makeup(exam, time)
    sat(exam, failed, 1, 300, False, time)
    sat(exam, done, 1, 900, True, time)
    for person, points in ((failed, 700), (absent, 500), (done, 650)):
        sat(again, person, 1, points, points >= 600, time)
    results = queries.results([exam.id])
    told = {key[1]: (one.points, one.passed, one.makeup) for key, one in results.items()}
    assert told == {failed.id: (700, True, True), absent.id: (500, False, True), done.id: (900, True, False)}
    assert queries.results([again.id])[again.id, failed.id].makeup is False
    assert set(queries.results([exam.id, again.id])) == {
        (one.id, person.id) for one in (exam, again) for person in (failed, absent, done)
    }


def test_a_missed_minimum_fails_and_is_named(time: Clock, sitting: Callable[..., Candidate]) -> None:
    exam = build.exam(time.now, single=4, judge=1)  # 2 points each, sections "single" and "judge"
    exam.minimums = [{"sections": ["judge"], "points": 20}, {"sections": ["single", "judge"], "points": 60}]
    db.session.commit()
    one = sitting(exam)
    one.submit(*((slot, 1, "b") for slot in (1, 2, 3, 4)))
    page = one.client.get(f"/attempts/{one.attempt}/result").text
    score = queries.latest_scores([one.attempt])[one.attempt]
    assert (score.points, score.full, score.passed) == (80, 100, False)
    assert "没有达到：“judge”不低于 2 分，您得了 0 分。" in page and page.count("没有达到") == 1
    other = sitting(exam)
    other.submit(*((slot, 1, "b") for slot in (1, 2, 3, 4)), (5, 1, True))
    assert queries.latest_scores([other.attempt])[other.attempt].passed


# ---- Told


def test_every_rule_is_told_before_the_start(time: Clock, sitting: Callable[..., Candidate]) -> None:
    exam, first = build.exam(time.now, single=2, attempts=2), build.exam(time.now)
    exam.entry_minutes, exam.earliest_minutes, exam.valid_years, exam.outcome = 90, 30, 2, "last"
    exam.minimums = [{"sections": ["single"], "points": 20}]
    exam.makeup_of_id = first.id
    db.session.commit()
    page = sitting(exam, started=False).client.get(f"/exams/{exam.id}").text
    for text in (
        "2026-11-23 08:00 至 11:00", "最晚 09:30 开始答题，迟到不能再考", "45 分钟",
        "开始答题满 30 分钟以后才能交卷", "总分达到满分的 60%，并且“single”不低于 2 分",
        "共 2 次，还剩 2 次，以最后一次为准", "合格之日起 2 年", "这是“测试考试”的补考",
        "最晚只能答到 11:00",
    ):  # fmt: skip
        assert text in page


# ---- Sections


def test_sections_are_numbered_as_they_are_shown(app: Flask, time: Clock) -> None:
    exam = build.exam(time.now, single=1, judge=2, blanks=1)
    exam.forms[0].paper.document = {
        **exam.forms[0].paper.document,
        "sections": [
            {**section, "title": f"{number}、{title}"}
            for number, title, section in zip(
                "一二三", ("单选", "判断", "填空"), exam.forms[0].paper.document["sections"], strict=True
            )
        ],
    }
    db.session.commit()
    order = [[2, []], [3, []], [4, []], [1, ["b", "a", "c", "d"]]]
    attempt = Attempt(paper_id=exam.paper_id, order=order, exam=exam)
    with app.test_request_context():
        html, card = str(pages.paper(attempt, {})), str(pages.card(attempt, {}))
    titles = [html.index(title) for title in ("一、判断", "二、填空", "三、单选")]
    assert titles == sorted(titles) and [card.index(t) for t in ("一、判断", "二、填空", "三、单选")]


@pytest.mark.parametrize(("n", "text"), [(1, "一"), (10, "十"), (11, "十一"), (20, "二十"), (34, "三十四")])
def test_numerals(n: int, text: str) -> None:
    assert pages.numeral(n) == text


# ---- Planned


def test_rules_are_saved_before_the_first_attempt(admin: FlaskClient, time: Clock) -> None:
    exam = build.exam(time.now, single=4, judge=1)
    page = admin.get(f"/manage/exams/{exam.id}/edit").text
    assert 'name="minimums-0-sections"' in page and "满分 8" in page
    rules = {
        "entry_minutes": "30", "earliest_minutes": "20", "outcome": "last", "valid_years": "3",
        "shuffle_sections": "y", "minimums-0-sections": ["single", "judge"], "minimums-0-points": "6.5",
    }  # fmt: skip
    assert admin.post(f"/manage/exams/{exam.id}/edit", data=edit() | rules).status_code == 302
    db.session.refresh(exam)
    assert (exam.entry_minutes, exam.earliest_minutes, exam.outcome, exam.valid_years) == (30, 20, "last", 3)
    assert exam.minimums == [{"sections": ["single", "judge"], "points": 65}]
    shown = admin.get(f"/manage/exams/{exam.id}/edit").text
    assert 'value="6.5"' in shown and 'name="minimums-1-points"' in shown
    wrong = rules | {"minimums-0-points": "11"}
    assert "要在 0.1 至 10 之间" in admin.post(f"/manage/exams/{exam.id}/edit", data=edit() | wrong).text
    mean = admin.post(f"/manage/exams/{exam.id}/edit", data=edit() | rules | {"outcome": "average"}).text
    assert "成绩取各次平均的，不能另设各部分最低分。" in mean


def test_after_the_first_start_rules_may_only_be_eased(
    admin: FlaskClient, time: Clock, sitting: Callable[..., Candidate]
) -> None:
    exam = build.exam(time.now)
    exam.entry_minutes, exam.earliest_minutes = 90, 30
    db.session.commit()
    sitting(exam)
    tighter = edit(entry_minutes="60", earliest_minutes="40")
    page = admin.post(f"/manage/exams/{exam.id}/edit", data=tighter).text
    assert "入场时间只能放宽" in page and "最早交卷时间只能提前" in page
    assert (
        admin.post(
            f"/manage/exams/{exam.id}/edit", data=edit(earliest_minutes="10", entry_minutes="")
        ).status_code
        == 302
    )
    db.session.refresh(exam)
    assert (exam.entry_minutes, exam.earliest_minutes) == (None, 10)


@pytest.mark.parametrize(
    "minimum", [{"sections": ["judge"], "points": 5}, {"sections": ["single"], "points": 50}]
)
def test_papers_that_could_not_reach_a_minimum_are_not_taken(
    admin: FlaskClient, time: Clock, minimum: dict[str, Any]
) -> None:
    """Whether they lack the section or are worth less in it, and whoever makes them."""
    exam = build.exam(time.now, single=2, judge=1)
    exam.minimums, paper = [minimum], exam.paper_id
    exam.blueprint.sections, exam.blueprint.total = exam.blueprint.sections[:1], 40
    db.session.commit()
    url = f"/manage/exams/{exam.id}"
    admin.post(f"{url}/redraw", data={"forms": "1"})
    making.run()
    why = f"“{minimum['sections'][0]}”定有最低分，新试卷却没有这样的大题，或者分值不够"
    assert why in admin.get(f"{url}/paper").text
    admin.post(f"{url}/forms/1/pick?section=1", data={"act": "drop"})
    page = admin.post(f"{url}/forms/1/pick", data={"act": "use", "anyway": "y"}, follow_redirects=True).text
    assert why in page
    db.session.refresh(exam)
    assert (exam.minimums, exam.paper_id) == ([minimum], paper)


def test_minimums_stay_until_there_is_a_paper_or_are_dropped(admin: FlaskClient, time: Clock) -> None:
    """A make-up has those of its original before it has a paper."""
    exam = build.exam(time.now, single=2)
    exam.minimums = minimums = [{"sections": ["single"], "points": 5}]
    service.use(exam, [])
    db.session.commit()
    url = f"/manage/exams/{exam.id}/edit"
    page = admin.get(url).text
    assert "已经定有：“single”不低于 0.5 分" in page and "组好试卷后再来这里定" in page
    assert admin.post(url, data=edit()).status_code == 302
    db.session.refresh(exam)
    assert exam.minimums == minimums
    assert admin.post(url, data=edit(drop_minimums="y")).status_code == 302
    db.session.refresh(exam)
    assert exam.minimums == [] and "已经定有" not in admin.get(url).text


def test_minimums_are_offered_in_what_every_form_has(app: Flask, time: Clock) -> None:
    """The parts of a case are worth its points together."""
    exam, other = build.exam(time.now, case=1, judge=2), build.exam(time.now, case=1, single=1)
    assert minimums_form.section_points(exam) == {"case": 20, "judge": 40}
    service.use(exam, [exam.forms[0].paper, other.forms[0].paper])
    assert minimums_form.section_points(exam) == {"case": 20}

"""简答, 论述, 案例 from the page to a score that still waits for its graders."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.domain.access import Role
from app.exams import papers, queries, service
from app.exams.models import Attempt, Exam, PaperItem, Score
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.conftest import Clock
from tests.exams import build
from tests.exams.conftest import Candidate

Sitting = Callable[..., Candidate]
KINDS = {"single": 1, "short": 1, "essay": 1, "case": 1}
SINGLE, SHORT, ESSAY, JUDGE, PART = 1, 2, 3, 4, 5  # slots; the case has two parts


def score(me: Candidate) -> Score:
    return db.session.scalars(sa.select(Score).where(Score.attempt_id == me.attempt)).one()


def test_each_part_of_a_case_is_a_slot_under_one_material(sitting: Sitting) -> None:
    me = sitting(**KINDS)
    paper = db.session.get_one(Exam, me.exam.id).paper
    assert [(s["kind"], s["points"], s.get("material")) for s in paper.document["slots"]] == [
        ("single", 20, None), ("short", 20, None), ("essay", 20, None), ("judge", 10, 0), ("short", 10, 0),
    ]  # fmt: skip
    assert paper.document["materials"] == [{"text": papers.document(paper.id)["materials"][0]["text"]}]
    assert db.session.get_one(Attempt, me.attempt).slot_kinds == "sttjt"
    items = db.session.scalars(sa.select(PaperItem).order_by(PaperItem.slot)).all()
    assert [(item.part, item.points, item.preset) for item in items] == [
        (0, 20, "exact"), (0, 20, "by_hand"), (0, 20, "by_hand"), (1, 10, "exact"), (2, 10, "by_hand"),
    ]  # fmt: skip
    assert papers.keys(paper.id)[JUDGE] is True and papers.keys(paper.id)[PART] == ["甲点", "乙点"]
    page = me.client.get(f"/sit/{me.attempt}").text
    assert page.index("阅读材料，回答第 4 至 5 题。") < page.index('id="q-4"')
    assert page.index('id="q-3"') < page.index("阅读材料")
    assert "共 2 小题，每例 2 分，按小题给分" in page and "由阅卷人按要点给分" in page


def test_a_case_is_never_torn_apart(app: Any, time: Clock, sitting: Sitting) -> None:
    exam = build.exam(time.now, attempts=None, case=6)
    for _ in range(5):
        me = sitting(exam=exam)
        order = [slot for slot, _ in db.session.get_one(Attempt, me.attempt).order]
        assert sorted(order) == list(range(1, 13))
        pairs = zip(order[::2], order[1::2], strict=True)
        assert all(first % 2 and second == first + 1 for first, second in pairs)


def test_what_is_written_is_saved_with_and_without_a_script(sitting: Sitting) -> None:
    me = sitting(**KINDS)
    assert me.save((SHORT, 1, "第一行\n<b>"), (JUDGE, 2, True)).status_code == 200
    page = me.client.get(f"/sit/{me.attempt}").text
    assert ">\n第一行\n&lt;b&gt;</textarea>" in page
    data = {"action": "save", "slot-2": "改过", "slot-3": "论" * 10_000, "slot-4": "true", "slot-5": ""}
    assert me.client.post(f"/sit/{me.attempt}", data=data).status_code == 302
    assert [(slot, len(json.loads(value))) for slot, epoch, _, value in me.journal() if epoch == 2] == [
        (SHORT, 2), (ESSAY, 10_000),
    ]  # fmt: skip


def test_too_much_is_refused_in_words_and_never_cut(sitting: Sitting) -> None:
    me = sitting(**KINDS)
    answer = me.save((ESSAY, 1, "论" * 10_001))
    assert (answer.status_code, answer.json["reason"]) == (400, "malformed")
    assert answer.json["message"] == "作答超过 10000 个字，没有保存。请删减后再保存。"
    page = me.client.post(f"/sit/{me.attempt}", data={"action": "save", "slot-3": "论" * 10_001})
    assert page.status_code == 400 and "第 3 题：作答超过 10000 个字" in page.text
    assert me.journal() == []


def test_a_score_waits_for_its_marks_and_is_no_result(sitting: Sitting, time: Clock) -> None:
    me = sitting(**KINDS)
    me.submit((SINGLE, 1, "b"), (SHORT, 2, "写了"), (ESSAY, 3, " \n"), (JUDGE, 4, True))
    row = score(me)
    assert (row.points, row.full, row.pending, row.passed) == (30, 80, 1, False)
    assert row.detail == {"1": 20, "3": 0, "4": 10, "5": 0}, (
        "where nothing is written, nothing is to be marked"
    )
    assert queries.results([me.exam.id]) == {}
    page = me.client.get(f"/attempts/{me.attempt}/result").text
    assert "正在阅卷，成绩未定" in page and "客观题 3 分，主观题待阅：还有 1 道由阅卷人评分" in page
    assert "未合格</span>" not in page and '<span class="tag tag--warn">待阅卷</span>' in page
    for path in ("/exams", "/me", f"/exams/{me.exam.id}"):
        listed = me.client.get(path).text
        assert "成绩待阅卷" in listed and "未合格" not in listed, path


def test_with_nothing_written_the_score_is_whole_at_once(sitting: Sitting) -> None:
    me = sitting(**KINDS)
    me.submit((SINGLE, 1, "b"))
    assert (score(me).pending, score(me).points) == (0, 20)
    assert (me.exam.id, me.person.id) in queries.results([me.exam.id])


@pytest.fixture
def admin(sitting: Sitting, sign_in: Callable[[Person], FlaskClient]) -> Callable[[Candidate], FlaskClient]:
    def make(me: Candidate) -> FlaskClient:
        staff = factories.person("管理员", me.person.unit)
        factories.grant(staff, Role.ADMIN, me.person.unit)
        return sign_in(staff)

    return make


def test_staff_see_who_waits_and_the_key_points(
    sitting: Sitting, admin: Callable[[Candidate], FlaskClient]
) -> None:
    me = sitting(**KINDS)
    me.submit((SHORT, 1, "写了"))
    client = admin(me)
    assert '<span class="tag tag--warn">成绩未出</span>' in client.get(f"/manage/exams/{me.exam.id}").text
    paper = client.get(f"/manage/exams/{me.exam.id}/paper").text
    assert re.search(r"<li>要点一</li><li>要点二</li>", paper) and "<li>甲点</li><li>乙点</li>" in paper
    word = client.post(f"/manage/exams/{me.exam.id}/paper.docx", data={"key": "1"})
    assert word.status_code == 200


def test_a_quiz_holds_none_of_them(app: Any, time: Clock) -> None:
    rules = build.rule_set()
    build.questions(rules, single=2, case=1, essay=1)
    quiz = service.ensure_quiz("quiz:x", "测验", [rules.code], 2, 60, time.now)
    assert {slot["kind"] for slot in papers.document(quiz.paper_id)["slots"]} == {"single"}

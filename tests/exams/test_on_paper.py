"""Paper and screen in one exam: a sheet that is typed in is scored, recorded and told like any other."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.domain.access import Role
from app.domain.questions import Kind
from app.exams import paper_answers, papers, queries, reopening, service
from app.exams.models import Attempt, Exam, Score
from app.exams.reopening import Refusal
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.conftest import Clock
from tests.exams import build
from tests.exams.conftest import Candidate

ALL = {"single": 1, "multiple": 1, "judge": 1, "blanks": 1, "order": 1, "match": 1, "short": 1}
RIGHT = ("B", "ac", "对", "党中央；团结", "C A D B", "bd", "1.5")


class Desk:
    """A member of staff who types in, and the person whose sheet it is."""

    def __init__(self, client: FlaskClient, exam: Exam, person: Person) -> None:
        self.client, self.exam, self.person = client, exam, person
        self.url = f"/manage/exams/{exam.id}/on-paper"

    def open(self) -> str:
        return self.client.get(self.url, query_string={"username": self.person.username}).text

    def type(self, *texts: str, **more: str) -> str:
        data = {f"slot-{n}": text for n, text in enumerate(texts, 1)} | more
        return self.client.post(f"{self.url}/{self.person.id}/1", data=data, follow_redirects=True).text

    @property
    def attempt(self) -> Attempt:
        return db.session.scalars(sa.select(Attempt).where(Attempt.person_id == self.person.id)).one()

    def scores(self) -> list[tuple[int, int, int, str]]:
        rows = db.session.scalars(sa.select(Score).order_by(Score.version)).all()
        return [(one.points, one.full, one.pending, one.reason) for one in rows]


@pytest.fixture
def desk(app: Flask, time: Clock, sign_in: Callable[[Person], FlaskClient]) -> Callable[..., Desk]:
    def make(person: Person | None = None, exam: Exam | None = None, **counts: int) -> Desk:
        chosen = exam or build.exam(time.now, **(counts or ALL))
        who = person or factories.person("赵一")
        service.assign(chosen, person=who)
        staff = factories.person("教务", who.unit)
        factories.grant(staff, Role.ADMIN, who.unit)
        return Desk(sign_in(staff), chosen, who)

    return make


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Kind.SINGLE, " ｂ ", "b"), (Kind.SINGLE, "E", None), (Kind.SINGLE, "AB", None),
        (Kind.MULTIPLE, "C、A", ["a", "c"]), (Kind.MULTIPLE, "AF", None),
        (Kind.JUDGE, "×", False), (Kind.JUDGE, "y", None),
        (Kind.BLANKS, "党中央", ["党中央", ""]), (Kind.BLANKS, "；团结", ["", "团结"]),
        (Kind.BLANKS, "一;二;三", None),
        (Kind.ORDER, "cadb", ["c", "a", "d", "b"]), (Kind.ORDER, "CAD", None),
        (Kind.MATCH, "B D", ["b", "d"]), (Kind.MATCH, "B", None),
    ],
)  # fmt: skip
@pytest.mark.parametrize("engine_app", ["sqlite"], indirect=True)
def test_what_is_typed_is_read_or_named(
    app: Flask, time: Clock, kind: Kind, text: str, value: object
) -> None:
    exam = build.exam(time.now, **{kind.value: 1})
    sheet = paper_answers.read(exam.paper_id or 0, {1: text})
    assert sheet.answers == ({} if value is None else {1: value})
    assert bool(sheet.faults) == (value is None)
    if value is not None:
        again = paper_answers.told(papers.slots(exam.paper_id or 0)[1], 1, sheet)
        assert paper_answers.read(exam.paper_id or 0, {1: again}).answers == sheet.answers


def test_a_sheet_becomes_an_attempt_like_any_other(desk: Callable[..., Desk], time: Clock) -> None:
    here = desk()
    assert "赵一" in here.open()
    time.advance(hours=5)
    assert "已录入赵一的答卷，作答 7 题" in here.type(*RIGHT)
    attempt = here.attempt
    assert (attempt.medium, attempt.closed_by) == ("paper", "staff")
    assert attempt.submitted_at == here.exam.closes_at and attempt.receipt
    assert here.scores() == [(135, 140, 0, "first")]
    result = queries.results([here.exam.id])[here.exam.id, here.person.id]
    assert (result.points, result.passed, result.passed_at) == (135, True, here.exam.closes_at)
    last = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert last and last.action == "sheet.create"
    marks = here.client.get(f"/manage/exams/attempts/{attempt.id}/marks").text
    assert "（写在纸质答卷上）" in marks and "1.5" in marks
    assert reopening.refused(attempt, time.now) is Refusal.PAPER


def test_what_cannot_be_is_named_and_nothing_is_saved(desk: Callable[..., Desk]) -> None:
    here = desk()
    page = here.type("Z", "AC", "", "", "", "", "9")
    assert "有 2 题填得不对" in page and "从 0 到 2，最多一位小数" in page and 'value="Z"' in page
    assert db.session.scalars(sa.select(Attempt)).all() == []


def test_a_mistake_is_corrected_with_a_reason_and_the_old_score_kept(desk: Callable[..., Desk]) -> None:
    here = desk()
    here.type("C", *RIGHT[1:])
    page = here.open()
    assert (
        "已经录入" in page
        and 'value="C"' in page
        and 'value="党中央；团结"' in page
        and 'value="1.5"' in page
    )
    assert "请写明理由" in here.type(*RIGHT)
    assert len(here.scores()) == 1
    assert "没有改动" in here.type("c", *RIGHT[1:], reason="核对")
    assert "已更正赵一的答卷" in here.type(*RIGHT[:6], "2", reason="看错一格")
    assert here.scores() == [(115, 140, 0, "first"), (140, 140, 0, "看错一格")]
    assert "已更正" in here.type(*RIGHT[:5], reason="多录了两题")
    assert here.scores()[-1] == (100, 140, 0, "多录了两题")


def test_paper_and_screen_of_one_person_are_told_apart(
    sitting: Callable[..., Candidate], desk: Callable[..., Desk], sign_in: Callable[[Person], FlaskClient]
) -> None:
    me = sitting(single=2)
    here = desk(me.person, me.exam)
    assert "正在电脑上作答" in here.open() and "正在电脑上作答" in here.type("B")
    me.submit((1, 1, "b"))
    assert "考试机会已经用完" in here.type("B")
    me.exam.attempts_allowed = 2
    db.session.commit()
    assert "作答 1 题" in here.type("B")
    assert me.start().status_code == 403


def test_nobody_types_in_their_own_or_somebody_elses(
    desk: Callable[..., Desk], sign_in: Callable[[Person], FlaskClient]
) -> None:
    here = desk()
    factories.grant(here.person, Role.ADMIN, here.person.unit)
    db.session.commit()
    here.client = sign_in(here.person)
    assert "不能录入自己的答卷" in here.open() and "不能录入自己的答卷" in here.type("B")
    stranger = factories.person("旁人", factories.unit("别县", code="elsewhere"))
    here.person = stranger
    assert "没有这个用户名" in here.open()
    assert here.client.post(f"{here.url}/{stranger.id}/1", data={}).status_code == 404
    assert db.session.scalars(sa.select(Attempt)).all() == []


def test_a_second_click_is_one_attempt(desk: Callable[..., Desk]) -> None:
    here = desk()
    here.type("B")
    assert "请写明理由" in here.type("B")
    assert len(here.scores()) == 1 and here.attempt.number == 1

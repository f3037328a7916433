"""Marking: who sees what, who marks what, what the marks come to. Nothing lost, nothing doubled."""

import re
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.domain.access import Role
from app.domain.marking import LAPSE, SECOND_THOUGHTS
from app.exams import graders, grading, marking, moves, queries, regrading
from app.exams.marking import Given, Key
from app.exams.models import Attempt, PaperItem, UnappliedResponse
from app.exams.result_models import Grader, Mark, Regrade
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.conftest import Clock, Queries
from tests.exams import build
from tests.exams.conftest import Candidate
from tests.exams.graders import Marker, key_of, marks, scores

Sitting = Callable[..., Candidate]
SignIn = Callable[[Person], FlaskClient]


def test_the_last_mark_makes_the_score_whole(
    written: Callable[..., list[Candidate]], marker: Callable[..., Marker]
) -> None:
    (me,) = written(1)
    who = marker(me.exam)
    assert scores(me.attempt) == [(1, 20, 1, "first")] and queries.results([me.exam.id]) == {}
    assert who.next()
    page = who.page().text
    assert "答案0" in page and "要点一" in page and "待阅 1 份" in page
    assert who.give("1", "0.5", comment="缺一点") == "", "there is no other"
    assert scores(me.attempt) == [(1, 20, 1, "first"), (2, 35, 0, "marked")]
    result = queries.results([me.exam.id])[me.exam.id, me.person.id]
    assert (result.points, result.passed) == (35, True)
    page = me.client.get(f"/attempts/{me.attempt}/result").text
    assert "<strong>3.5</strong>" in page and "要点一" in page


def test_a_grader_learns_nothing_of_whose_it_is(
    written: Callable[..., list[Candidate]], marker: Callable[..., Marker]
) -> None:
    (me,) = written(1)
    me.person.name = "独一无二"
    db.session.commit()
    who = marker(me.exam)
    who.next()
    pages = [who.page().text, who.client.get("/manage/exams/marking").text]
    for told in (me.person.name, me.person.username, me.person.unit.name + "<"):
        assert not any(told in page for page in pages)
    assert not re.search(rf"attempts?[/=:\"-]+{me.attempt}\b", "".join(pages))
    assert f"答案号 {who.code[:6].upper()}" in pages[0]


def test_nobody_marks_their_own_or_what_they_are_not_named_for(
    written: Callable[..., list[Candidate]], marker: Callable[..., Marker], sign_in: SignIn
) -> None:
    (me,) = written(1)
    assert marker(me.exam, person=me.person).next() == ""
    url = f"/manage/exams/marking/{me.exam.id}/{key_of(me.exam, 'short').version_id}/0"
    stranger = factories.person("旁人")
    factories.grant(stranger, Role.GRADER, stranger.unit)
    assert sign_in(stranger).post(url).status_code == 404
    nowhere = f"/manage/exams/marking/{me.exam.id}/{10**6}/0"
    assert marker(me.exam).client.post(nowhere).status_code == 404
    other = marker(me.exam, versions=[10**6])
    assert other.client.post(url).status_code == 404
    who = marker(me.exam)
    who.next()
    assert other.page(who.code).status_code == 404 and other.send("1", "1", code=who.code).status_code == 404


@pytest.mark.parametrize(
    "parts", [("2", "1"), ("1", ""), ("1",), ("1", "-1"), ("0.55", "1"), ("一", "1"), ("1", "NaN")]
)
def test_points_that_do_not_fit_are_refused_in_words(
    written: Callable[..., list[Candidate]], marker: Callable[..., Marker], parts: tuple[str, ...]
) -> None:
    (me,) = written(1)
    who = marker(me.exam)
    who.next()
    answer = who.send(*parts)
    assert answer.status_code == 200 and "各要点最高 1、1 分" in answer.text
    assert marks() == [(1, None)] and len(scores(me.attempt)) == 1


def test_an_open_attempt_is_before_nobody(
    sitting: Sitting, time: Clock, marker: Callable[..., Marker]
) -> None:
    me = sitting(single=1, short=1)
    me.save((2, 1, "写到一半"))
    assert marker(me.exam).next() == ""


def test_a_claim_keeps_others_away_until_it_lapses(
    written: Callable[..., list[Candidate]], marker: Callable[..., Marker], time: Clock
) -> None:
    (me,) = written(1)
    one, other = marker(me.exam), marker(me.exam)
    code = one.next()
    assert code and other.next() == "" and one.next() == code, "one's own claim is found again"
    time.advance(seconds=LAPSE.total_seconds() + 1)
    assert other.next() == code
    late = one.send("1", "0.5", comment="想了很久")
    assert late.status_code == 409 and marks() == [(1, None)]
    assert "已转给其他阅卷人" in late.text and "<dd>0.5</dd>" in late.text and "想了很久" in late.text
    other.give("1", "1")
    again = one.page()
    assert again.status_code == 409 and "您刚才填写的" not in again.text and "答案0" not in again.text
    assert one.client.post(f"/manage/exams/marking/answers/{code}/skip").status_code == 409
    assert marks() == [(1, 20)]


def test_a_lapsed_claim_that_nobody_took_is_still_good(
    written: Callable[..., list[Candidate]], marker: Callable[..., Marker], time: Clock
) -> None:
    (me,) = written(1)
    who = marker(me.exam)
    who.next()
    time.advance(seconds=2 * LAPSE.total_seconds())
    who.give("1", "1")
    assert marks() == [(1, 20)] and len(scores(me.attempt)) == 2


def test_what_is_passed_over_comes_last(
    written: Callable[..., list[Candidate]], marker: Callable[..., Marker]
) -> None:
    who = marker(written(3)[0].exam)
    seen = [who.next()]
    for _ in range(2):
        answer = who.client.post(f"/manage/exams/marking/answers/{who.code}/skip")
        seen.append(who._went(answer))
    assert len(set(seen)) == 3
    assert who._went(who.client.post(f"/manage/exams/marking/answers/{who.code}/skip")) == min(seen)


def test_a_stale_page_says_so_and_a_double_click_is_one_mark(
    written: Callable[..., list[Candidate]], marker: Callable[..., Marker]
) -> None:
    (me, _other) = written(2)
    who = marker(me.exam)
    code = who.next()
    who.give("1", "0")
    assert who.send("1", "0", code=code).status_code == 302, "the same again"
    stale = who.send("0", "0", code=code)
    assert stale.status_code == 409 and "刚才在另一个页面已经给分" in stale.text
    assert "您刚才填的是：0、0。" in stale.text
    assert 'value="1"' in stale.text and 'name="seen" type="hidden" value="1"' in stale.text
    assert sorted(points for _, points in marks() if points is not None) == [10]


def test_two_that_agree_give_the_mean_and_no_name(
    written: Callable[..., list[Candidate]], marker: Callable[..., Marker]
) -> None:
    (me,) = written(1, percent=100, difference=5)
    one, other = marker(me.exam), marker(me.exam)
    first, second = one.next(), other.next()
    assert first != second and one.next() == first
    one.give("1", "1")
    assert one.next() == "", "nobody marks an answer twice"
    assert len(scores(me.attempt)) == 1 and "第一位阅卷人" not in other.page(second).text
    other.give("1", "0.5")
    assert scores(me.attempt)[1:] == [(2, 38, 0, "marked")]
    assert one.send("0", "0", seen=1, code=first).status_code == 409, "both are in"


def test_two_that_differ_go_to_a_third(
    written: Callable[..., list[Candidate]], marker: Callable[..., Marker]
) -> None:
    (me,) = written(1, percent=100, difference=5)
    one, other, third = marker(me.exam), marker(me.exam), marker(me.exam, arbitrates=True)
    assert third.next() == ""
    one.next(), other.next()
    one.give("1", "1", comment="都答到了")
    other.give("0", "0")
    assert len(scores(me.attempt)) == 1 and len(marks()) == 3
    assert one.next() == other.next() == ""
    third.next()
    page = third.page().text
    assert "第一位阅卷人" in page and "都答到了" in page and one.person.username not in page
    third.give("1", "0")
    assert scores(me.attempt)[1:] == [(2, 30, 0, "marked")]


def test_second_thoughts_make_a_version_and_a_record(
    written: Callable[..., list[Candidate]], marker: Callable[..., Marker], time: Clock
) -> None:
    (me,) = written(1)
    who = marker(me.exam)
    code = who.next()
    who.give("1", "1")
    assert who.give("0", "1", code=code, seen=1) == ""
    assert scores(me.attempt)[1:] == [(2, 40, 0, "marked"), (3, 30, 0, "remarked")]
    acts = db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert acts == ["grader.name", "mark.update"]
    time.advance(seconds=SECOND_THOUGHTS.total_seconds() + 1)
    assert "不能再改" in who.page(code).text
    assert who.send("1", "1", code=code, seen=2).status_code == 409
    assert len(scores(me.attempt)) == 3


def test_marking_again_is_ordered_with_a_reason_and_given_by_another(
    written: Callable[..., list[Candidate]], marker: Callable[..., Marker], sign_in: SignIn
) -> None:
    (me,) = written(1)
    one, third = marker(me.exam), marker(me.exam, arbitrates=True)
    one.next()
    one.give("0", "0")
    staff = factories.person("管理员", me.person.unit)
    factories.grant(staff, Role.ADMIN, me.person.unit)
    admin, url = sign_in(staff), f"/manage/exams/attempts/{me.attempt}/marks"
    assert "阅卷人" in admin.get(url).text and "答案0" in admin.get(url).text
    assert "请写明理由" in admin.post(f"{url}/2/again", data={"reason": " "}).text
    for _ in range(2):
        admin.post(f"{url}/2/again", data={"reason": "复核成立"})
    assert marks() == [(1, 0), (4, None)] and len(scores(me.attempt)) == 2
    assert "重新评阅的理由：复核成立" in third.page(third.next()).text
    third.give("1", "1")
    assert scores(me.attempt)[2:] == [(3, 40, 0, "复核成立")]
    last = db.session.scalars(sa.select(AuditEvent).order_by(AuditEvent.id.desc())).first()
    assert last.action == "mark.order"


@dataclass
class Decided:
    """An exam of a single choice and two short answers, both written; about the first one something is
    decided, and the worker may not have been there yet."""

    me: Candidate
    who: Marker
    first: Key
    second: Key
    time: Clock

    def approve(self, kind: str) -> None:
        person, now = self.me.person.id, self.time.now
        db.session.add(
            Regrade(
                exam_id=self.me.exam.id, version_id=self.first.version_id, part=0, kind=kind, key=None,
                reason="题有误", proposed_at=now, proposed_by=person, decided_at=now, decided_by=person,
                approved=True,
            )
        )  # fmt: skip
        db.session.commit()

    def give(self, key: Key, *parts: str) -> None:
        self.who.key = key
        assert self.who.next()
        self.who.give(*parts)


@pytest.fixture
def decided(sitting: Sitting, time: Clock, marker: Callable[..., Marker]) -> Decided:
    me = sitting(exam=build.exam(time.now, single=1, short=2))
    me.submit((1, 1, "b"), (2, 2, "甲"), (3, 3, "乙"))
    first, second = grading.asked(me.exam.id)
    return Decided(me, marker(me.exam), first, second, time)


@pytest.mark.parametrize(("kind", "points", "full"), [("void", 35, 40), ("all", 55, 60)])
@pytest.mark.parametrize("order", ["approve give apply", "give approve apply", "approve apply give"])
def test_a_decision_and_the_last_mark_in_any_order_make_the_score_whole(
    decided: Decided, kind: str, points: int, full: int, order: str
) -> None:
    """Nothing is left pending, whichever comes last; and what was decided about stands above its marks."""
    acts = {
        "approve": lambda: decided.approve(kind),
        "give": lambda: decided.give(decided.second, "1", "0.5"),
        "apply": regrading.apply_approved,
    }
    for act in order.split():
        acts[act]()
    versions = scores(decided.me.attempt)
    decided.give(decided.first, "0", "0.5")
    assert scores(decided.me.attempt) == versions
    last = queries.latest_scores([decided.me.attempt])[decided.me.attempt]
    assert (last.points, last.full, last.pending) == (points, full, 0)
    assert queries.results([decided.me.exam.id])[decided.me.exam.id, decided.me.person.id].points == points


def test_marking_again_while_a_decision_waits_for_the_worker_is_not_lost(decided: Decided) -> None:
    for key in (decided.first, decided.second):
        decided.give(key, "1", "0.5")
    attempt = db.session.get_one(Attempt, decided.me.attempt)
    marking.order_again(attempt, 3, "复核成立")
    graders.name(attempt.exam, factories.person("仲裁人"), [], arbitrates=True)
    db.session.commit()
    decided.approve("void")
    arbiter = db.session.scalars(sa.select(Grader).where(Grader.arbitrates)).one()
    mark = marking.claim(arbiter, decided.second, decided.time.now)
    assert mark is not None
    marking.give(mark, arbiter.person_id, 0, Given((10, 10), ""), decided.time.now)
    db.session.commit()
    assert scores(decided.me.attempt)[1:] == [(2, 50, 0, "marked"), (3, 55, 0, "复核成立")]
    regrading.apply_approved()
    assert scores(decided.me.attempt)[3:] == [(4, 40, 0, "regrade")]


def test_the_preview_of_a_decision_counts_what_is_marked(decided: Decided) -> None:
    decided.give(decided.second, "1", "0.5")
    decided.approve("void")
    (move,) = moves.of(db.session.scalars(sa.select(Regrade)).one())
    assert (move.before.pending, move.after.pending, move.after.points, move.after.full) == (2, 0, 35, 40)


def test_parts_of_a_case_are_marked_one_by_one(
    sitting: Sitting, time: Clock, marker: Callable[..., Marker]
) -> None:
    me = sitting(case=1)
    me.submit((1, 1, True), (2, 2, "乙应当……"))
    who = marker(me.exam)
    assert who.key.part == 2 and who.next()
    page = who.page().text
    assert "材料" in page and "甲点" in page and "乙应当怎么办" in page
    who.give("0.5", "0.5")
    assert scores(me.attempt)[1:] == [(2, 20, 0, "marked")]


def test_forms_of_an_exam_share_a_question(
    written: Callable[..., list[Candidate]], marker: Callable[..., Marker]
) -> None:
    """By question, not by paper: the same one may stand elsewhere on a parallel form."""
    (me,) = written(1)
    who = marker(me.exam)
    found = db.session.scalars(sa.select(PaperItem).where(PaperItem.version_id == who.key.version_id)).all()
    assert [item.slot for item in found] == [2] and list(grading.asked(me.exam.id)) == [who.key]


@pytest.fixture
def admin(app: Flask, sign_in: SignIn) -> FlaskClient:
    staff = factories.person("管理员", factories.unit("青禾县", code="root"))
    factories.grant(staff, Role.ADMIN, staff.unit)
    return sign_in(staff)


def test_naming_graders_and_setting_the_rules(admin: FlaskClient, time: Clock, sitting: Sitting) -> None:
    exam = build.exam(time.now, single=1, short=1)
    url = f"/manage/exams/{exam.id}/graders"
    assert "还没有阅卷人" in admin.get(url).text
    assert "没有这个用户名" in admin.post(url, data={"username": "nobody"}).text
    unit = db.session.scalars(sa.select(Person).where(Person.name == "管理员")).one().unit
    who = factories.person("李四", unit, username="lisi")
    assert "还没有阅卷人角色" in admin.post(url, data={"username": "lisi"}).text
    factories.grant(who, Role.GRADER, unit)
    assert admin.post(url, data={"username": "lisi", "arbitrates": "y"}).status_code == 302
    assert "只有仲裁人" in admin.get(url).text
    version = key_of(exam, "short").version_id
    assert admin.post(url, data={"username": "LiSi", "versions": [version]}).status_code == 302
    named = db.session.get_one(Grader, (exam.id, who.id))
    assert (named.versions, named.arbitrates) == ([version], False)
    rules = f"/manage/exams/{exam.id}/marking-rules"
    assert "最多一位小数" in admin.post(rules, data={"second_mark_percent": 50, "difference": "1.25"}).text
    me = sitting(exam=exam)
    me.submit((2, 1, "写了"))
    assert admin.post(rules, data={"second_mark_percent": 100, "difference": "1.5"}).status_code == 302
    assert marks() == [(1, None), (2, None)]
    page = admin.get(url).text
    assert "双评要有两位阅卷人" in page and "而没有仲裁人" in page
    db.session.execute(sa.update(Mark).values(at=time.now, points=10, grader_id=None))
    db.session.commit()
    late = admin.post(rules, data={"second_mark_percent": 0, "difference": "0"}, follow_redirects=True)
    assert "已经开始阅卷" in late.text and "不能再改" in late.text
    assert admin.post(f"{url}/{who.id}/dismiss").status_code == 302
    assert db.session.get(Grader, (exam.id, who.id)) is None
    acts = db.session.scalars(sa.select(AuditEvent.action).order_by(AuditEvent.id)).all()
    assert acts == ["grader.name", "grader.name", "exam.rule", "grader.dismiss"]


def test_progress_and_agreement(
    written: Callable[..., list[Candidate]], marker: Callable[..., Marker], admin: FlaskClient
) -> None:
    found = written(3, percent=100, difference=20)
    one, other = marker(found[0].exam), marker(found[0].exam)
    for who, parts in ((one, ("1", "1")), (other, ("1", "0"))):
        who.next()
        while who.code:
            who.give(*parts)
    key = one.key
    progress = grading.progress(found[0].exam.id)[key]
    assert (progress.answers, progress.marked, progress.second_marked) == (3, 3, 3)
    assert progress.difference == 10 and {many for many, _ in progress.by.values()} == {3}
    assert grading.differences(found[0].exam.id) == {one.person.id: 10, other.person.id: 10}
    page = admin.get(f"/manage/exams/{found[0].exam.id}/graders").text
    assert "3 / 3" in page and "3 份，均 2 分" in page and "3 份，均 1 分" in page
    assert [points for _, points, pending, _ in scores(found[0].attempt) if not pending] == [35]


def test_pages_send_a_constant_number_of_statements(
    sitting: Sitting, time: Clock, marker: Callable[..., Marker], admin: FlaskClient, queries: Queries
) -> None:
    exam = build.exam(time.now, attempts=None, single=1, short=1)
    who, sent = marker(exam), []
    for many in (1, 2, 27):
        for _ in range(many):
            sitting(exam=exam).submit((2, 1, "写了"))
        who.next()
        counts = []
        for ask in (
            lambda: who.client.get("/manage/exams/marking"),
            lambda: who.page(),
            lambda: admin.get(f"/manage/exams/{exam.id}/graders"),
        ):
            queries.statements.clear()
            assert ask().status_code == 200
            counts.append(len(queries))
        sent.append(tuple(counts))
    assert len(set(sent)) == 1, sent


def test_the_desk_says_how_many_wait(
    written: Callable[..., list[Candidate]], marker: Callable[..., Marker]
) -> None:
    who = marker(written(3)[0].exam)
    assert re.search(r"<b>3</b>\s*份答案待阅", who.client.get("/manage/").text)


def test_an_answer_that_counts_after_all_is_marked_anew(
    written: Callable[..., list[Candidate]], marker: Callable[..., Marker], sign_in: SignIn
) -> None:
    """Unmarked, it takes the place of the other; a mark stands until the next is given."""
    (me,) = written(1)
    admin = factories.person("管理员")
    factories.grant(admin, Role.ADMIN, me.person.unit)
    staff = sign_in(admin)

    def accept(seq: int, text: str) -> None:
        me.save((2, seq, text))
        kept = sa.select(UnappliedResponse.id).where(UnappliedResponse.decided_at.is_(None))
        data = {"shown": str(db.session.scalars(kept).one()), "all": "accept", "reason": "停电"}
        assert staff.post(f"/manage/exams/attempts/{me.attempt}/kept", data=data).status_code == 302

    accept(5, "晚到一")
    assert marks() == [(1, None)] and scores(me.attempt)[1:] == [(2, 20, 1, "停电")]
    who = marker(me.exam)
    who.next()
    assert "晚到一" in who.page().text
    who.give("1", "0")
    assert scores(me.attempt)[2:] == [(3, 30, 0, "marked")]
    accept(6, "晚到二")
    assert marks() == [(1, 10), (4, None)] and scores(me.attempt)[3:] == [(4, 30, 0, "停电")]
    other = marker(me.exam, arbitrates=True)
    other.next()
    assert "晚到二" in other.page().text
    other.give("1", "1")
    assert marks() == [(1, 10), (4, 20)] and scores(me.attempt)[4:] == [(5, 40, 0, "停电")]


def test_the_sample_is_drawn_while_no_mark_can_come(
    written: Callable[..., list[Candidate]], queries: Queries
) -> None:
    [me] = written(1)
    queries.statements.clear()
    assert graders.set_rules(me.exam, 100, 0)
    reads = [one for one in queries.statements if one.startswith("SELECT")]
    held = next(n for n, one in enumerate(reads) if "ORDER BY attempt.id" in one)
    asked = next(n for n, one in enumerate(reads) if "mark.at IS NOT NULL" in one)
    assert held < asked

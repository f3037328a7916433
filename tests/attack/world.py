"""A county for attackers: the caller's town, a town beside it, and objects of every kind in each place.

Five people hold the same things, one in each place that matters: the caller, a colleague in the caller's
unit, someone below it, someone in the sibling town, someone at the root.
"""

import io
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

import pypdfium2
from flask import Flask
from flask.testing import FlaskClient

from app.bank.files import ClauseText
from app.bank.importing import items
from app.bank.models import Amendment, ImportItem, Picture, Question, QuestionImport, RuleSet
from app.bank.rule_sets import put_clause
from app.certificates.models import Certificate
from app.courses.models import Course, CourseAssignment
from app.domain.access import Role
from app.domain.assembly import Advice, Lack
from app.domain.careers import PostingKind
from app.domain.questions import Kind
from app.domain.questions import Question as Content
from app.domain.regrading import Remedy
from app.domain.roster import Field
from app.exams import attempts, grids, marking, papers, regrading, saving, service, verdicts
from app.exams.epochs import Origin
from app.exams.making_models import Assembly
from app.exams.models import Exam, ExamAssignment, GroupAllowance, UnappliedResponse
from app.exams.result_models import Announcement, Appeal, Grader, Regrade
from app.exams.seat_models import DeviceRequest, Invigilator, Seat, Sitting
from app.people import second_factor
from app.people.models import (
    CorrectionRequest,
    Person,
    Posting,
    RankChange,
    RoleGrant,
    RosterImport,
    RosterRow,
    SecondFactor,
    SignInSession,
    Unit,
)
from app.people.roster import cells
from app.web.db import db
from tests import factories
from tests.certificates.factories import certificate
from tests.conftest import Clock
from tests.courses import factories as courses
from tests.exams import build

PICTURE = "0" * 64  # its name
PASSWORD = "correct horse battery"  # the caller's, and that of the person at the root
LEFT_ON = date(2026, 11, 10)
CALLER, PLACES = "own", ("own", "same unit", "below", "sibling", "parent")


def client_of(app: Flask, person: Person | None) -> "Visitor":
    """Someone with a cookie that no answer can change."""
    if person is None:
        return Visitor(app.test_client(use_cookies=False), {})
    serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    value = serializer.dumps({"_user_id": factories.session_for(person).id})
    cookie = {"Cookie": f"{app.config['SESSION_COOKIE_NAME']}={value}"}
    return Visitor(app.test_client(use_cookies=False), cookie)


@dataclass(frozen=True)
class Visitor:
    client: FlaskClient
    headers: dict[str, str]

    def open(self, url: str, method: str = "GET", headers: dict[str, str] | None = None, **more: Any) -> Any:
        return self.client.open(url, method=method, headers=self.headers | (headers or {}), **more)

    def get(self, url: str, **more: Any) -> Any:
        return self.open(url, **more)

    def post(self, url: str, **more: Any) -> Any:
        return self.open(url, method="POST", **more)


@dataclass
class Holder:
    """One person with one of everything that a person can have, and two colleagues who cannot sign in."""

    person: Person
    grant: RoleGrant  # of a colleague: the caller's own role is what the tests vary
    rank_change: RankChange
    secondment: Posting
    idle: Person  # deactivated
    request: CorrectionRequest  # of the deactivated one: nobody answers their own
    gone: Person  # retired
    spare: Unit  # below the person's, with nobody in it
    shut: Unit  # the same, closed
    running: int = 0  # attempts
    closed: int = 0
    marked: int = 0  # an attempt of a colleague: slot 2 lies before the person, slot 3 is marked
    mark: str = ""  # its code
    unapplied: int = 0  # an answer of the running attempt that waits for a decision
    device: int = 0  # a device that asks to go on with it
    quiz: int = 0
    slots: tuple[int, ...] = ()  # of the quiz as shown; the first is checked, the second answered
    certificate: Certificate | None = None
    session: SignInSession | None = None  # on another device
    roster: RosterImport | None = None  # checked; row 2 is good, row 3 has a fault
    stopped: RosterImport | None = None  # the same, failed in the middle
    upload: QuestionImport | None = None  # of questions, read; item 1 is good, item 2 has a fault
    uploaded: QuestionImport | None = None  # the same, finished


@dataclass
class World:
    app: Flask
    root: Unit
    town: Unit
    holders: dict[str, Holder]
    exam: Exam  # for everybody, under way
    past: Exam  # for everybody, handed in by everybody
    written: Exam  # everybody here marks it
    other_exam: Exam  # for the sibling town alone
    fresh: Exam  # for everybody, begun by nobody
    quiz: Exam
    fresh_quiz: Exam
    course: Course  # for everybody
    other_course: Course  # for the sibling town alone
    draft: Course  # for everybody once published
    rules: RuleSet
    local: RuleSet
    made: Question  # by a recipe, from an earlier wording
    exam_assignment: ExamAssignment
    course_assignment: CourseAssignment
    group: GroupAllowance  # of nobody: none is so old
    seat: Seat  # of somebody who does not sit the exam, in a sitting that waits for its invigilator
    empty_sitting: Sitting
    question: Question
    retired: Question
    unsent: Question  # a draft
    waiting: Question  # in review
    regrade: Regrade  # proposed by the person at the root
    announcements: list[Announcement]  # to everybody; a draft; to the candidates of the sibling town's exam
    appeal: Appeal | None = None  # of a colleague

    @property
    def caller(self) -> Person:
        return self.holders[CALLER].person


def _made_before_it_changed(rules: RuleSet) -> Question:
    version = build.question(rules, Kind.SINGLE)
    clause = rules.clauses[0]
    text = "党小组会一般每月召开1次，组织党员参加政治学习、谈心谈话等。"
    put_clause(rules, clause, ClauseText(clause.code, "", "", text), 1, factories.CREATED)
    version.recipe = {
        "name": "changed", "seed": 1, "clause": f"{rules.code}/{clause.code}", "revision": 1,
        "arguments": {"sentence": "党小组会每年召开1次"},
    }  # fmt: skip
    return version.question


def build_world(app: Flask, time: Clock) -> World:
    root = factories.unit("青禾县", code="qh")
    town = factories.unit("溪川镇", root, code="xc", kind="town")
    below = factories.unit("云岭村党支部", town, code="xc-01", kind="branch")
    sibling = factories.unit("石桥镇", root, code="sq", kind="town")
    units = dict(zip(PLACES, (town, town, below, sibling, root), strict=True))
    holders = {place: _holder(place, unit) for place, unit in units.items()}
    rules, local = build.rule_set("five-musts"), build.rule_set("seven")
    local.local = True
    rules.clauses[0].amendment = Amendment(
        document="关于修改规定的决定", since=LEFT_ON, at=time.now, by=holders["parent"].person.id,
        filed_text="改动以前的条文", filed_revision=1,
    )  # fmt: skip
    made = _made_before_it_changed(local)
    exam, past, other, fresh = _exams(time, root, sibling)
    _unfilled(fresh)
    course = courses.course("reading", "rules", "quiz", exam=past, title="必修课")
    other_course = courses.course("reading", title="石桥镇的课")
    draft = courses.course("reading", published=False, title="未发布的课")
    question, retired = (build.question(rules, Kind.SINGLE).question for _ in range(2))
    retired.retired_at = time.now
    unsent, waiting = _unapproved(rules, None), _unapproved(rules, time.now)
    world = World(
        app=app, root=root, town=town, holders=holders, exam=exam, past=past,
        written=build.exam(time.now, single=1, short=2), other_exam=other, fresh=fresh,
        quiz=build.quiz(time.now), fresh_quiz=build.quiz(time.now), course=course, other_course=other_course,
        draft=draft, rules=rules, local=local, question=question, retired=retired, made=made,
        unsent=unsent, waiting=waiting, regrade=_regrade(exam, holders["parent"].person, time),
        announcements=_announcements(other, holders["parent"].person, time),
        exam_assignment=db.session.query(ExamAssignment).filter_by(exam_id=exam.id).one(),
        course_assignment=courses.assigned(course, root),
        group=factories.save(
            GroupAllowance(exam_id=exam.id, born_by=date(1900, 1, 1), minutes=5, reason="高龄")
        ),
        seat=factories.save(
            Seat(
                exam_id=exam.id, sitting=_sitting(exam, "第一考场"), person_id=holders[CALLER].idle.id,
                number=1, ticket="T1",
            )
        ),
        empty_sitting=factories.save(_sitting(exam, "第二考场")),
    )  # fmt: skip
    courses.assigned(other_course, sibling)
    courses.assigned(draft, root)
    for holder in holders.values():
        _let_sit(world, holder)
        holder.certificate = certificate(holder.person, course, pdf=small_pdf(holder.person.username))
        _let_mark(world, holder, time)
    factories.grant(factories.person("阅卷人", root, username="marker"), Role.GRADER, root)
    factories.grant(factories.person("监考员", root, username="watcher"), Role.INVIGILATOR, root)
    factories.save(Invigilator(sitting_id=world.seat.sitting_id, person_id=holders["below"].person.id))
    hall = factories.save(_sitting(fresh, "大礼堂", by_hand=False))
    for number, holder in enumerate(holders.values(), 1):
        factories.save(
            Seat(
                exam_id=fresh.id, sitting=hall, person_id=holder.person.id, number=number,
                ticket=f"T{number + 1}",
            )
        )  # fmt: skip
    _let_sit_elsewhere(world)
    colleague = world.holders["same unit"].closed
    world.appeal = factories.save(Appeal(attempt_id=colleague, slot=1, text="我选对了", at=time.now))
    factories.save(
        Picture(sha256=PICTURE, mime="image/png", width=1, height=1, data=b"x", created_at=factories.CREATED)
    )
    db.session.commit()
    return world


def _announcements(other: Exam, by: Person, time: Clock) -> list[Announcement]:
    told = (("放假通知", None, time.now), ("草稿", None, None), ("石桥镇考试", other.id, time.now))
    return [
        factories.save(
            Announcement(
                title=title, text="请留意。", exam_id=exam_id, written_at=time.now, written_by=by.id,
                published_at=at,
            )
        )
        for title, exam_id, at in told
    ]  # fmt: skip


def _regrade(exam: Exam, by: Person, time: Clock) -> Regrade:
    question = papers.slots(exam.paper_id or 0)[1].question
    return regrading.propose(exam, question, Remedy.ALL, None, "题干有误", by.id, time.now)


def _unfilled(exam: Exam) -> None:
    """Papers of it were ordered and could not be made; a nearest plan is offered."""
    assert exam.blueprint
    grid = grids.of(exam.blueprint)
    advice = Advice((Lack(0, 1),), (), grids.plan(grid))
    factories.save(
        Assembly(
            exam_id=exam.id, grid=grid, forms=1, seed=1, ordered_at=factories.CREATED,
            done_at=factories.CREATED, outcome=asdict(advice),
        )
    )  # fmt: skip


def _sitting(exam: Exam, room: str, by_hand: bool = True) -> Sitting:
    return Sitting(
        exam=exam, room=room, seats=5, doors_at=exam.opens_at, opens_at=exam.opens_at,
        closes_at=exam.closes_at, by_hand=by_hand,
    )  # fmt: skip


def _unapproved(rules: RuleSet, submitted_at: datetime | None) -> Question:
    version = build.question(rules, Kind.SINGLE)
    version.submitted_at, version.approved_at = submitted_at, None
    version.question.current_version_id = None
    return version.question


def _holder(place: str, unit: Unit) -> Holder:
    password = PASSWORD if place in {CALLER, "parent"} else None
    person = factories.person(f"某人{place}", unit, username=place.replace(" ", "-"), password=password)
    idle = factories.person(f"停用{place}", unit, active=False)
    gone = factories.person(f"离开{place}", unit, active=False, left_on=LEFT_ON, left_reason="retired")
    for one, until in ((person, None), (idle, None), (gone, LEFT_ON)):
        days = (date(2020, 1, 1), date(2023, 12, 31)), (date(2024, 1, 1), until)
        for post, (since, last) in zip(("旧职务", ""), days, strict=True):
            _posting(one, unit, since=since, until=last, post=post)
    if place != "parent":
        second_factor.offer(person.id)
        db.session.get_one(SecondFactor, person.id).confirmed_at = factories.CREATED
    return Holder(
        person=person,
        grant=factories.grant(factories.person(f"任职{place}", unit), Role.LIAISON, unit),
        rank_change=factories.save(RankChange(person_id=person.id, rank="二级科员", since=date(2020, 1, 1))),
        secondment=_posting(person, unit, kind=PostingKind.SECONDMENT, since=date(2025, 1, 1), until=None),
        idle=idle,
        request=factories.save(CorrectionRequest(person_id=idle.id, at=factories.CREATED, text="职务不对")),
        gone=gone,
        spare=factories.unit(f"空单位{place}", unit, code=f"spare-{place.replace(' ', '-')}"),
        shut=factories.unit(
            f"撤了的{place}", unit, code=f"shut-{place.replace(' ', '-')}", closed_at=factories.CREATED
        ),
        session=factories.session_for(person),
        roster=_roster(person, unit, idle),
        stopped=_roster(person, unit, idle, "failed"),
        upload=_upload(person, "ready"),
        uploaded=_upload(person, "done"),
    )


def _upload(person: Person, state: str) -> QuestionImport:
    """Questions of a file: nothing of it is saved yet."""
    made = factories.save(
        QuestionImport(
            created_at=factories.CREATED, created_by=person.id, file_name="试卷.docx", state=state,
            finished_at=factories.CREATED if state == "done" else None,
        )
    )  # fmt: skip
    for number, key in ((1, True), (2, "")):
        asked = Content(Kind.JUDGE, f"第 {number} 问", (), key, "", (), "党章", "easy")
        factories.save(
            ImportItem(
                import_id=made.id, number=number, place="第 1 行", source="1、第一问（√）", faults=[],
                content=items.stored(asked) | {"code": "", "barred": number == 2},
                decision="new" if number == 1 else "fault",
            )
        )  # fmt: skip
    return made


def _roster(person: Person, unit: Unit, idle: Person, state: str = "ready") -> RosterImport:
    """An import that is ready to be confirmed, and one person of the unit whom its sheet does not name."""
    made = factories.save(
        RosterImport(
            created_at=factories.CREATED, created_by=person.id, unit_id=unit.id, file_name="名册.xlsx",
            state=state,
        )
    )  # fmt: skip
    for number, outcome in ((2, "new"), (3, "fault")):
        written = {
            Field.NAME: f"新人{number}", Field.USERNAME: f"new{made.id}-{number}", Field.UNIT_CODE: unit.code,
        }  # fmt: skip
        sealed = cells.seal(cells.Row(number, written), {})
        factories.save(RosterRow(import_id=made.id, number=number, sealed=sealed, outcome=outcome))
    missing = RosterRow(import_id=made.id, number=-1, sealed="", outcome="missing", person_id=idle.id)
    factories.save(missing)
    return made


def _posting(person: Person, unit: Unit, kind: PostingKind = PostingKind.HOME, **more: Any) -> Posting:
    return factories.save(Posting(person_id=person.id, unit_id=unit.id, kind=kind, **more))


def _exams(time: Clock, root: Unit, sibling: Unit) -> tuple[Exam, Exam, Exam, Exam]:
    exams = [build.exam(time.now, attempts=None, minutes=45) for _ in range(4)]
    for exam, unit in zip(exams, (root, root, sibling, root), strict=True):
        service.assign(exam, unit=unit)
    db.session.commit()
    return exams[0], exams[1], exams[2], exams[3]


def _started(world: World, exam: Exam, person: Person) -> tuple[Visitor, int, dict[str, Any]]:
    visitor = client_of(world.app, person)
    made = visitor.post(f"/exams/{exam.id}/attempts")
    assert made.status_code == 201, made.text
    attempt = made.json["attempt"]
    state = visitor.post(f"/attempts/{attempt}/takeover").json
    return visitor, attempt, state


def _let_mark(world: World, holder: Holder, time: Clock) -> None:
    """Two answers of a colleague before the person, one of them marked."""
    factories.save(Grader(exam_id=world.written.id, person_id=holder.person.id, versions=[]))
    attempt, _made = attempts.start(world.written, holder.grant.person_id, time.now)
    given = [{"slot": slot, "seq": 1, "value": "写了"} for slot in (2, 3)]
    sent = saving.parse({"epoch": 1, "responses": given})[1]
    session = factories.session_for(db.session.get_one(Person, holder.grant.person_id))
    attempts.submit(attempt.id, attempt.person_id, Origin(session.id), None, sent, time.now)
    holder.marked = attempt.id
    for mark in verdicts.marks_of(attempt.id):
        mark.grader_id, mark.claimed_at = holder.person.id, time.now
        if mark.slot == 2:
            holder.mark = mark.code
    db.session.flush()
    done = next(one for one in verdicts.marks_of(attempt.id) if one.slot == 3)
    marking.give(done, holder.person.id, 0, marking.Given((10, 0), ""), time.now)
    db.session.commit()


def _let_sit(world: World, holder: Holder) -> None:
    """A running attempt with a saved answer, a closed and scored one, a quiz with a checked slot."""
    visitor, holder.running, state = _started(world, world.exam, holder.person)
    answer = {"epoch": state["epoch"], "responses": [{"slot": 1, "seq": 1, "value": "a"}]}
    assert visitor.post(f"/attempts/{holder.running}/responses", json=answer).status_code == 200
    holder.unapplied = factories.save(
        UnappliedResponse(
            attempt_id=holder.running, slot=2, epoch=1, seq=1, value='"b"', received_at=factories.CREATED,
            reason="file",
        )
    ).id  # fmt: skip
    holder.device = factories.save(
        DeviceRequest(
            attempt_id=holder.running, session_id=holder.session.id, asked_at=factories.CREATED
        )
    ).id  # fmt: skip
    visitor, holder.closed, state = _started(world, world.past, holder.person)
    done = visitor.post(f"/attempts/{holder.closed}/submit", json={"epoch": state["epoch"], "responses": []})
    assert done.status_code == 200, done.text
    visitor, holder.quiz, state = _started(world, world.quiz, holder.person)
    holder.slots = tuple(slot for slot, _keys in state["order"])
    kinds = {slot["slot"]: slot["kind"] for slot in papers.document(world.quiz.paper_id)["slots"]}
    answers = [
        {"slot": slot, "seq": 1, "value": True if kinds[slot] == "judge" else "a"}
        for slot in holder.slots[:2]
    ]
    body = {"epoch": state["epoch"], "responses": answers}
    assert visitor.post(f"/attempts/{holder.quiz}/responses", json=body).status_code == 200
    assert visitor.post(f"/attempts/{holder.quiz}/slots/{holder.slots[0]}/check").status_code == 200


def _let_sit_elsewhere(world: World) -> None:
    """The sibling town's own exam has a candidate, so that its paper is held by somebody."""
    _started(world, world.other_exam, world.holders["sibling"].person)


def small_pdf(text: str) -> bytes:
    """A real PDF of one empty page, unlike any other."""
    made, out = pypdfium2.PdfDocument.new(), io.BytesIO()
    made.new_page(200, 200)
    made.save(out)
    return out.getvalue() + f"\n%{text}\n".encode()

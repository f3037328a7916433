"""What stands in the arguments of each route: objects in every place, and whose they are."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from app.courses.models import Lesson
from app.exams import papers
from app.exams.models import Blueprint
from app.people import sign_in
from app.web.db import db
from tests.attack.world import CALLER, PICTURE, Holder, World

NOWHERE = 2**31 - 2  # no row has this id


@dataclass(frozen=True)
class Thing:
    """Values for a route's arguments. `path`: the unit it belongs to, None where it is the school's.

    `mine`: it is the caller's own, or a learner's face shows it to the caller.
    """

    label: str
    values: dict[str, Any]
    path: str | None = None
    mine: bool = True
    private: bool = False  # nobody but its owner sees it, whatever they may do
    serves: bool = False  # a person who holds a role


Make = Callable[[World], Iterator[Thing]]


def _held(private: bool = False, other: bool = False, **names: Callable[[Holder], Any]) -> Make:
    """One thing for each holder, belonging to the holder's unit; `other`: a colleague's, not their own."""

    def make(world: World) -> Iterator[Thing]:
        for place, holder in world.holders.items():
            values = {name: value(holder) for name, value in names.items()}
            own = place == CALLER and not other
            yield Thing(place, values, holder.person.unit.path, own, private)

    return make


def _others(**names: Callable[[Holder], Any]) -> Make:
    """The same without the caller's own, where nobody may act for themselves."""

    def make(world: World) -> Iterator[Thing]:
        return (thing for thing in _held(**names)(world) if thing.label != CALLER)

    return make


def _school(*options: Callable[[World], dict[str, Any]]) -> Make:
    """Things without a unit, open to whoever may do the action."""

    def make(world: World) -> Iterator[Thing]:
        for number, option in enumerate(options):
            yield Thing(f"school {number}", option(world))

    return make


def _whole_room(world: World) -> Iterator[Thing]:
    """A sitting with everybody in it, whichever their units."""
    values = {"exam_id": world.exam.id, "sitting_id": world.seat.sitting_id}
    yield Thing("whole room", values, world.root.path)


def _seat_of_whole_room(world: World) -> Iterator[Thing]:
    values = {"exam_id": world.exam.id, "sitting_id": world.seat.sitting_id, "seat_id": world.seat.id}
    yield Thing("whole room", values, world.root.path)


def _to_learn(mine: Callable[[World], list[dict[str, Any]]], not_mine: Callable[[World], Any]) -> Make:
    """Things that reach the caller as a learner, and things that do not."""

    def make(world: World) -> Iterator[Thing]:
        yield from (Thing(f"mine {n}", values) for n, values in enumerate(mine(world)))
        yield from (Thing(f"not mine {n}", values, mine=False) for n, values in enumerate(not_mine(world)))

    return make


def _lesson(course: Any, at: int = 0) -> dict[str, Any]:
    lessons = db.session.scalars(
        sa.select(Lesson).where(Lesson.course_id == course.id).order_by(Lesson.position)
    ).all()
    return {"course_id": course.id, "lesson_id": lessons[at].id}


def _paper(exam: Any) -> dict[str, Any]:
    return {"sha256": papers.digest(exam.paper_id)}


def _blueprint() -> Any:
    return db.session.scalars(sa.select(Blueprint.id).order_by(Blueprint.id)).first()


def _people(world: World) -> Iterator[Thing]:
    """Someone without a role in each place, and someone with one."""
    for place, holder in world.holders.items():
        path = holder.person.unit.path
        yield Thing(place, {"person_id": holder.person.id}, path, place == CALLER)
        yield Thing(f"{place} with a role", {"person_id": holder.grant.person_id}, path, False, serves=True)


RUNNING = _held(attempt_id=lambda h: h.running)

# Keyed by endpoint, or by the face ("learn", "manage") and the arguments. A new kind of argument goes here,
# with something for it in `world.py`.
THINGS: dict[Any, Make] = {
    ("learn", "attempt_id"): RUNNING,
    "exams.result": _held(attempt_id=lambda h: h.closed),
    ("learn", "attempt_id", "slot"): _held(attempt_id=lambda h: h.quiz, slot=lambda h: h.slots[1]),
    ("learn", "attempt_id", "n"): _held(attempt_id=lambda h: h.quiz, n=lambda h: 2),
    ("learn", "certificate_id"): _held(certificate_id=lambda h: h.certificate.id),
    ("learn", "course_id"): _to_learn(
        lambda w: [{"course_id": w.course.id}],
        lambda w: [{"course_id": one.id} for one in (w.other_course, w.draft)],
    ),
    ("learn", "course_id", "lesson_id"): _to_learn(
        lambda w: [_lesson(w.course)], lambda w: [_lesson(w.other_course), _lesson(w.draft)]
    ),
    ("learn", "exam_id"): _to_learn(
        lambda w: [{"exam_id": one.id} for one in (w.exam, w.fresh)], lambda w: [{"exam_id": w.other_exam.id}]
    ),
    "exam_room.arrive": _to_learn(
        lambda w: [{"exam_id": w.fresh.id}], lambda w: [{"exam_id": w.other_exam.id}]
    ),
    "exam_room.ticket": _to_learn(
        lambda w: [{"exam_id": w.fresh.id}], lambda w: [{"exam_id": w.other_exam.id}]
    ),
    "exams_api.bell": _to_learn(
        lambda w: [{"exam_id": w.fresh.id}], lambda w: [{"exam_id": w.other_exam.id}]
    ),
    ("learn", "mark"): _held(mark=lambda h: sign_in.mark(h.session)),
    "exams.quiz": _school(lambda w: {"exam_id": w.quiz.id}, lambda w: {"exam_id": w.fresh_quiz.id}),
    "exams.quiz_start": _school(lambda w: {"exam_id": w.quiz.id}, lambda w: {"exam_id": w.fresh_quiz.id}),
    ("learn", "sha256"): _to_learn(
        lambda w: [_paper(w.exam)], lambda w: [_paper(w.other_exam), _paper(w.fresh)]
    ),
    "pictures.picture": _school(lambda w: {"sha256": PICTURE}),
    ("learn", "code"): _school(lambda w: {"code": w.quiz.code.removeprefix("quiz:")}),
    ("learn", "set_code", "code"): _school(lambda w: {"set_code": w.rules.code, "code": "1"}),
    "certificates.verified": _held(code=lambda h: h.certificate.code),
    "static": _school(lambda w: {"version": "x", "filename": "css/ganxun.css"}),
    ("manage", "unit_id"): _held(unit_id=lambda h: h.person.unit_id),
    "people_manage.unit_move": _held(unit_id=lambda h: h.spare.id),
    "people_manage.unit_merge": _held(unit_id=lambda h: h.spare.id),
    "people_manage.unit_close": _held(unit_id=lambda h: h.spare.id),
    "people_manage.unit_restore": _held(unit_id=lambda h: h.shut.id),
    ("manage", "person_id"): _people,
    "people_manage.person_activate": _held(other=True, person_id=lambda h: h.idle.id),
    "people_manage.person_leave": _held(
        other=True, person_id=lambda h: h.idle.id
    ),  # nobody by their own hand
    "people_manage.person_leave_undo": _held(other=True, person_id=lambda h: h.gone.id),
    "people_manage.person_return": _held(other=True, person_id=lambda h: h.gone.id),
    "home_manage.person_erase": _held(person_id=lambda h: h.idle.id),  # the others sit exams and hold roles
    ("manage", "request_id"): _held(request_id=lambda h: h.request.id),
    ("manage", "person_id", "change_id"): _held(
        person_id=lambda h: h.person.id, change_id=lambda h: h.rank_change.id
    ),
    ("manage", "person_id", "posting_id"): _held(
        person_id=lambda h: h.person.id, posting_id=lambda h: h.secondment.id
    ),
    ("manage", "import_id"): _held(private=True, import_id=lambda h: h.roster.id),
    ("manage", "import_id", "at"): _held(private=True, import_id=lambda h: h.roster.id, at=lambda h: 2),
    "people_manage.roster_reopen": _held(private=True, import_id=lambda h: h.stopped.id),
    ("manage", "upload_id"): _held(private=True, upload_id=lambda h: h.upload.id),
    ("manage", "upload_id", "at"): _held(private=True, upload_id=lambda h: h.upload.id, at=lambda h: 1),
    "bank_manage.import_reopen": _held(private=True, upload_id=lambda h: h.uploaded.id),
    ("manage", "grant_id"): _held(grant_id=lambda h: h.grant.id),
    ("manage", "certificate_id"): _held(certificate_id=lambda h: h.certificate.id),
    ("manage", "attempt_id"): RUNNING,
    "exams_manage.reopen": _held(attempt_id=lambda h: h.closed),
    "exams_manage.marks": _held(attempt_id=lambda h: h.marked),
    ("manage", "attempt_id", "slot"): _held(attempt_id=lambda h: h.marked, slot=lambda h: 3),
    "exams_manage.mark": _held(private=True, code=lambda h: h.mark),
    "exams_manage.mark_give": _held(private=True, code=lambda h: h.mark),
    "exams_manage.mark_skip": _held(private=True, code=lambda h: h.mark),
    ("manage", "exam_id", "version_id", "part"): _school(
        lambda w: {"exam_id": w.written.id, "version_id": _written(w), "part": 0}
    ),
    "exams_manage.graders": _school(lambda w: {"exam_id": w.written.id}),
    "exams_manage.grader_dismiss": _school(
        lambda w: {"exam_id": w.written.id, "person_id": w.holders["below"].person.id}
    ),
    "exams_manage.device": _others(attempt_id=lambda h: h.running, request_id=lambda h: h.device),
    "exams_manage.kept": _others(attempt_id=lambda h: h.running),
    "exams_manage.decide": _others(attempt_id=lambda h: h.running),
    "exams_manage.bring_in": _others(attempt_id=lambda h: h.running),
    "exams_manage.replay": _others(attempt_id=lambda h: h.running),
    ("manage", "exam_id"): _school(lambda w: {"exam_id": w.exam.id}, lambda w: {"exam_id": w.fresh.id}),
    "exams_manage.entries_add": _school(lambda w: {"exam_id": w.other_exam.id}),
    "exams_manage.nearest": _school(lambda w: {"exam_id": w.fresh.id}),
    ("manage", "exam_id", "number"): _school(lambda w: {"exam_id": w.fresh.id, "number": 1}),
    ("manage", "exam_id", "number", "slot"): _school(
        lambda w: {"exam_id": w.fresh.id, "number": 1, "slot": 1}
    ),
    ("manage", "exam_id", "assignment_id"): _school(
        lambda w: {"exam_id": w.exam.id, "assignment_id": w.exam_assignment.id}
    ),
    ("manage", "exam_id", "sitting_id"): _school(
        lambda w: {"exam_id": w.exam.id, "sitting_id": w.seat.sitting_id}
    ),
    "exams_manage.sitting_remove": _school(
        lambda w: {"exam_id": w.exam.id, "sitting_id": w.empty_sitting.id}
    ),
    ("manage", "exam_id", "sitting_id", "person_id"): _school(
        lambda w: {
            "exam_id": w.exam.id,
            "sitting_id": w.seat.sitting_id,
            "person_id": w.holders["below"].person.id,
        }
    ),
    ("manage", "exam_id", "sitting_id", "seat_id"): _school(
        lambda w: {"exam_id": w.exam.id, "sitting_id": w.seat.sitting_id, "seat_id": w.seat.id}
    ),
    "exams_manage.sitting_start": _whole_room,
    "exams_manage.seat_arrive": _seat_of_whole_room,
    ("manage", "exam_id", "group_id"): _school(lambda w: {"exam_id": w.exam.id, "group_id": w.group.id}),
    ("manage", "course_id"): _school(
        lambda w: {"course_id": w.course.id}, lambda w: {"course_id": w.draft.id}
    ),
    ("manage", "course_id", "assignment_id"): _school(
        lambda w: {"course_id": w.course.id, "assignment_id": w.course_assignment.id}
    ),
    ("manage", "course_id", "lesson_id"): _school(lambda w: _lesson(w.course), lambda w: _lesson(w.draft)),
    ("manage", "course_id", "kind"): _school(lambda w: {"course_id": w.course.id, "kind": "reading"}),
    ("manage", "question_id"): _school(
        lambda w: {"question_id": w.question.id}, lambda w: {"question_id": w.retired.id}
    ),
    "bank_manage.question_send": _school(lambda w: {"question_id": w.unsent.id}),
    "bank_manage.question_approve": _school(lambda w: {"question_id": w.waiting.id}),
    "bank_manage.question_give_back": _school(lambda w: {"question_id": w.waiting.id}),
    ("manage", "code"): _school(lambda w: {"code": w.local.code}),
    ("manage", "code", "clause"): _school(
        lambda w: {"code": w.local.code, "clause": "1"}, lambda w: {"code": w.rules.code, "clause": "1"}
    ),
    "reports.clause_undo": _school(lambda w: {"code": w.rules.code, "clause": "1"}),
    ("manage", "appeal_id"): _school(lambda w: {"appeal_id": w.appeal.id}),
    ("manage", "announcement_id"): _school(
        lambda w: {"announcement_id": w.announcements[0].id},
        lambda w: {"announcement_id": w.announcements[1].id},
    ),
    ("learn", "announcement_id"): _to_learn(
        lambda w: [{"announcement_id": w.announcements[0].id}],
        lambda w: [{"announcement_id": one.id} for one in w.announcements[1:]],
    ),
    "exams.appeal": _held(attempt_id=lambda h: h.closed),
    ("manage", "regrade_id"): _school(lambda w: {"regrade_id": w.regrade.id}),
    ("manage", "blueprint_id"): _school(lambda w: {"blueprint_id": _blueprint()}),
}


def _written(world: World) -> int:
    return papers.slots(world.written.paper_id)[2].version_id


def _in_exam(world: World) -> Iterator[Thing]:
    for thing in _held(person_id=lambda h: h.person.id)(world):
        yield Thing(thing.label, {"exam_id": world.exam.id, **thing.values}, thing.path, thing.mine)


def _on_paper(world: World) -> Iterator[Thing]:
    """Somebody of each place who has not sat the exam."""
    for place, holder in world.holders.items():
        values = {"exam_id": world.fresh.id, "person_id": holder.idle.id, "form_number": 1}
        yield Thing(place, values, holder.person.unit.path)


THINGS["manage", "exam_id", "person_id"] = _in_exam
THINGS["manage", "exam_id", "person_id", "form_number"] = _on_paper


class Unknown(Exception):
    """The world holds nothing for a route's arguments."""


def things_for(world: World, rule: str, endpoint: str, arguments: tuple[str, ...]) -> list[Thing]:
    """What the route is tried with. Raises Unknown."""
    if not arguments and endpoint not in THINGS:
        return [Thing("", {})]
    face = "manage" if rule.startswith("/manage") else "learn"
    make = THINGS.get(endpoint) or THINGS.get((face, *arguments))
    if make is None:
        raise Unknown(f"{endpoint} {arguments}: add it to THINGS in tests/attack/things.py")
    return list(make(world))


def missing_id(thing: Thing) -> dict[str, Any] | None:
    """The same arguments, the last number naming no row; None where there is no number."""
    ids = [name for name, value in thing.values.items() if isinstance(value, int) and name.endswith("_id")]
    return thing.values | {ids[-1]: NOWHERE} if ids else None

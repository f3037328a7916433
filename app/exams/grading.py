"""Reads of marking: which questions, how far along, how well graders agree. A few statements each."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from app.bank.queries import Answer
from app.domain import marking as rules
from app.domain import papers as paper_rules
from app.domain.scoring import portions
from app.exams import papers, scoring
from app.exams.marking import OF_ITEM, Key, free_for
from app.exams.models import Attempt, Exam, ExamForm, PaperItem
from app.exams.result_models import Grader, Mark
from app.web.db import db


@dataclass(frozen=True)
class Asked:
    """A question that is marked by hand, as one of the exam's papers has it. `number`: its slot there."""

    key: Key
    number: int
    points: int
    content: dict[str, Any]
    material: dict[str, Any] | None


def asked(exam_id: int) -> dict[Key, Asked]:
    """All of an exam, in the order of its papers."""
    forms = sa.select(ExamForm.paper_id).where(ExamForm.exam_id == exam_id)
    sat = sa.select(Attempt.paper_id).where(Attempt.exam_id == exam_id).distinct()
    found: dict[Key, Asked] = {}
    for paper_id in sorted(set(db.session.scalars(sa.union(forms, sat)))):
        document = papers.document(paper_id)
        contents = {slot["slot"]: slot for slot in document["slots"]}
        for number, slot in papers.slots(paper_id).items():
            if slot.by_hand:
                key, content = Key(slot.version_id, slot.part), contents[number]
                told = paper_rules.material(document, content)
                found.setdefault(key, Asked(key, number, slot.points, content, told))
    return found


@dataclass(frozen=True)
class Laid:
    """An answer before a grader, without a word of whose it is."""

    mark: Mark
    asked: Asked
    answer: Answer
    text: str
    points: tuple[tuple[str, int], ...]  # of the key, with the most that each can earn
    earlier: tuple[Mark, ...]  # what an arbitrator sees of the marks before

    @property
    def most(self) -> tuple[int, ...]:
        return tuple(points for _, points in self.points)


def laid(mark: Mark) -> Laid:
    attempt, slot = mark.attempt, mark.slot
    rule = papers.slots(attempt.paper_id)[slot]
    document = papers.document(attempt.paper_id)
    content = next(one for one in document["slots"] if one["slot"] == slot)
    answer = papers.answers(attempt.paper_id, [slot])[slot]
    told = [str(point) for point in answer.key] if isinstance(answer.key, list) else []
    most = portions(rule.points, len(told) or 1)
    earlier: Sequence[Mark] = ()
    if mark.round >= rules.ARBITRATION:
        before = sa.select(Mark).where(
            Mark.attempt_id == attempt.id, Mark.slot == slot, Mark.round < mark.round, Mark.at.is_not(None)
        )
        earlier = db.session.scalars(before.order_by(Mark.round)).all()
    question = Asked(
        Key(rule.version_id, rule.part), slot, rule.points, content, paper_rules.material(document, content)
    )
    value = scoring.current_responses(attempt.id)[slot].value
    return Laid(
        mark, question, answer, str(value), tuple(zip(told or [""], most, strict=True)), tuple(earlier)
    )


def key_of(mark: Mark) -> Key:
    return Key(*papers.slots(mark.attempt.paper_id)[mark.slot].question)


def open_to(grader: Grader, key: Key) -> bool:
    return not grader.versions or key.version_id in grader.versions


def waiting(graders: Sequence[Grader], now: datetime) -> dict[tuple[int, Key], tuple[int, int]]:
    """By exam and question: how many answers wait for this person, and how many the person has marked.

    `graders`: the same person in several exams.
    """
    found: dict[tuple[int, Key], tuple[int, int]] = {}
    for arbitrates in (False, True):
        mine = [one for one in graders if one.arbitrates is arbitrates]
        if not mine:
            continue
        free = free_for(mine[0], now)
        own = sa.and_(Mark.grader_id == mine[0].person_id, Mark.at.is_(None))
        given = sa.and_(Mark.grader_id == mine[0].person_id, Mark.at.is_not(None))
        rows = db.session.execute(
            sa.select(
                Attempt.exam_id, PaperItem.version_id, PaperItem.part,
                sa.func.count(sa.case((sa.or_(free, own), 1))), sa.func.count(sa.case((given, 1))),
            )
            .select_from(Mark)
            .join(Attempt, Attempt.id == Mark.attempt_id)
            .join(PaperItem, OF_ITEM)
            .where(Attempt.exam_id.in_([one.exam_id for one in mine]))
            .group_by(Attempt.exam_id, PaperItem.version_id, PaperItem.part)
        )  # fmt: skip
        for exam_id, version_id, part, left, done in rows:
            found[exam_id, Key(version_id, part)] = (left, done)
    return found


def graders_of(person_id: int) -> Sequence[Grader]:
    """In which exams the person marks, the last to close first."""
    return db.session.scalars(
        sa.select(Grader)
        .join(Exam, Exam.id == Grader.exam_id)
        .where(Grader.person_id == person_id)
        .order_by(Exam.closes_at.desc(), Exam.id)
    ).all()


def waiting_for(person_id: int, now: datetime) -> int:
    """How many answers a grader could mark now."""
    mine = graders_of(person_id)
    by_exam = {one.exam_id: one for one in mine}
    counts = waiting(mine, now)
    return sum(left for (exam_id, key), (left, _) in counts.items() if open_to(by_exam[exam_id], key))


@dataclass
class Progress:
    """How far the marking of a question is; `by`: what each grader gave, (how many, tenths in all)."""

    answers: int = 0
    marked: int = 0  # first marks
    second: int = 0
    second_marked: int = 0
    arbitration: int = 0  # and marking again
    arbitrated: int = 0
    by: dict[int, tuple[int, int]] = field(default_factory=dict)
    pairs: list[tuple[int, int]] = field(default_factory=list)

    @property
    def difference(self) -> int | None:
        return rules.mean_difference(self.pairs)


def progress(exam_id: int) -> dict[Key, Progress]:
    """By question; two statements."""
    found: dict[Key, Progress] = defaultdict(Progress)
    rows = db.session.execute(
        sa.select(
            PaperItem.version_id, PaperItem.part, Mark.round, sa.case((Mark.at.is_not(None), Mark.grader_id)),
            sa.func.count(), sa.func.coalesce(sa.func.sum(Mark.points), 0),
        )
        .select_from(Mark)
        .join(Attempt, Attempt.id == Mark.attempt_id)
        .join(PaperItem, OF_ITEM)
        .where(Attempt.exam_id == exam_id)
        .group_by(
            PaperItem.version_id, PaperItem.part, Mark.round, sa.case((Mark.at.is_not(None), Mark.grader_id))
        )
    )  # fmt: skip
    for version_id, part, number, grader_id, many, points in rows:
        _add(found[Key(version_id, part)], number, grader_id, many, points)
    for version_id, part, _first, _second, one, other in _pairs(exam_id):
        found[Key(version_id, part)].pairs.append((one, other))
    return dict(found)


def _add(one: Progress, number: int, grader_id: int | None, many: int, points: int) -> None:
    done = many if grader_id is not None else 0
    if number == rules.FIRST:
        one.answers, one.marked = one.answers + many, one.marked + done
    elif number == rules.SECOND:
        one.second, one.second_marked = one.second + many, one.second_marked + done
    else:
        one.arbitration, one.arbitrated = one.arbitration + many, one.arbitrated + done
    if grader_id is not None:
        before = one.by.get(grader_id, (0, 0))
        one.by[grader_id] = (before[0] + many, before[1] + points)


def _pairs(exam_id: int) -> Sequence[Any]:
    first, second = aliased(Mark), aliased(Mark)
    item = sa.and_(PaperItem.paper_id == Attempt.paper_id, PaperItem.slot == first.slot)
    both = sa.and_(second.attempt_id == first.attempt_id, second.slot == first.slot)
    return db.session.execute(
        sa.select(
            PaperItem.version_id,
            PaperItem.part,
            first.grader_id,
            second.grader_id,
            first.points,
            second.points,
        )
        .select_from(first)
        .join(Attempt, Attempt.id == first.attempt_id)
        .join(PaperItem, item)
        .join(second, both)
        .where(Attempt.exam_id == exam_id, first.round == rules.FIRST, second.round == rules.SECOND)
        .where(first.at.is_not(None), second.at.is_not(None))
    ).all()  # fmt: skip


def differences(exam_id: int) -> dict[int, int | None]:
    """By grader, how far the other marks of the same answers are from theirs, on average."""
    pairs: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for _version, _part, first, second, one, other in _pairs(exam_id):
        pairs[first].append((one, other))
        pairs[second].append((other, one))
    return {grader_id: rules.mean_difference(found) for grader_id, found in pairs.items()}


def before(mark: Mark, key: Key) -> str | None:
    """The code of the answer to this question that the same grader marked last, other than this one."""
    rows = (
        sa.select(Mark.code)
        .join(Attempt, Attempt.id == Mark.attempt_id)
        .join(PaperItem, OF_ITEM)
        .where(Attempt.exam_id == mark.attempt.exam_id, Mark.grader_id == mark.grader_id)
        .where(PaperItem.version_id == key.version_id, PaperItem.part == key.part)
        .where(Mark.at.is_not(None), Mark.id != mark.id)
        .order_by(Mark.at.desc(), Mark.id.desc())
    )
    if mark.at is not None:
        rows = rows.where(Mark.at < mark.at)
    return db.session.scalar(rows.limit(1))

"""What a candidate may see after answering: the verdict of a checked quiz slot, the reviewed paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from string import ascii_uppercase
from typing import Any

import sqlalchemy as sa

from app.bank.queries import Answer
from app.domain import attempts as clock_rules
from app.domain.attempts import Review
from app.domain.correcting import corrected
from app.domain.questions import CHOICES, Kind
from app.domain.scoring import recited
from app.exams import papers, queries, scoring
from app.exams.models import Attempt, Score, SlotCheck
from app.web.db import db


def verdict(attempt: Attempt, slot: int, points: int) -> dict[str, Any]:
    """Of a slot that was checked and so can no longer change."""
    answer = papers.answers(attempt.paper_id, [slot])[slot]
    rule = papers.slots(attempt.paper_id)[slot]
    return {
        "correct": points == rule.points,
        "points": points,
        "key": answer.key,
        "explanation": answer.explanation,
        "clause": [
            {"set": c.set_title, "code": c.code, "text": c.text, "source": c.source} for c in answer.clauses
        ],
    }


@dataclass(frozen=True)
class Choice:
    """An option of a reviewed question, in the order shown."""

    letter: str
    text: str
    chosen: bool
    right: bool


@dataclass(frozen=True)
class Place:
    """A place of an order, or a prompt to match: what was put there and what belongs there, in words."""

    name: str  # of a prompt; "" in an order
    given: str  # "" where nothing was put
    right: str
    agrees: bool


@dataclass(frozen=True)
class ReviewedSlot:
    """One question of a closed attempt, or a checked one of a quiz, with everything about it."""

    number: int  # as shown to this person
    slot: int
    content: dict[str, Any]  # as in the paper document
    options: list[str]  # keys in the order shown
    value: Any
    points: int
    full: int
    answer: Answer

    @property
    def correct(self) -> bool:
        return self.points == self.full

    @property
    def choices(self) -> list[Choice]:
        """Options with what was chosen and what is right; of single and multiple alone."""
        if self.answer.kind not in CHOICES:
            return []
        texts = {option["key"]: option["text"] for option in self.content["options"]}
        chosen, right = _keys(self.value), _keys(self.answer.key)
        return [
            Choice(letter, texts[key], key in chosen, key in right)
            for letter, key in zip(ascii_uppercase, self.options, strict=False)
        ]

    @property
    def places(self) -> list[Place]:
        """Of order and match alone."""
        if self.answer.kind not in (Kind.ORDER, Kind.MATCH):
            return []
        texts = {option["key"]: option["text"] for option in self.content["options"]}
        shown = {
            key: f"{letter}. {texts[key]}" for letter, key in zip(ascii_uppercase, self.options, strict=False)
        }
        right, given = _keys(self.answer.key), _keys(self.value or [])
        given = [*given, *[""] * len(right)][: len(right)]
        names = self.content.get("prompts", [""] * len(right))
        return [
            Place(name, shown.get(put, ""), shown[key], put == key)
            for name, put, key in zip(names, given, right, strict=True)
        ]

    @property
    def recital(self) -> dict[str, Any] | None:
        """Of a recitation alone: the key phrases, each with whether it was said, and the text corrected."""
        match self.answer.key:
            case {"text": str(text)} if self.answer.kind is Kind.RECITE:
                written = self.value or ""
                return {
                    "phrases": recited(self.answer.key, written),
                    "pieces": corrected(text, written) if written else [],
                    "text": text,
                }
        return None


def _keys(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def review_open(attempt: Attempt, now: datetime) -> bool:
    """May keys and explanations be shown? After the exam's close means: after everybody's."""
    exam = attempt.exam
    most_extra = db.session.scalar(
        sa.select(sa.func.max(Attempt.extra_minutes)).where(
            Attempt.exam_id == exam.id, Attempt.submitted_at.is_(None)
        )
    )
    times = queries.attempt_clock(attempt)
    longest = max(times.extra, timedelta(minutes=most_extra or 0))
    shown = clock_rules.AttemptClock(times.started_at, longest, times.submitted_at)
    return clock_rules.review_open(Review(exam.review), now, queries.exam_clock(exam), shown)


def reviewed(attempt: Attempt, points: Mapping[int, int]) -> list[ReviewedSlot]:
    """These slots (with what each earned) in the order this person saw, with keys.

    For closed attempts, ask `review_open` first; for a quiz, only checked slots.
    """
    contents = {slot["slot"]: slot for slot in papers.document(attempt.paper_id)["slots"]}
    rules = papers.slots(attempt.paper_id)
    answers = papers.answers(attempt.paper_id, list(points))
    values = scoring.current_responses(attempt.id)
    return [
        ReviewedSlot(
            number=number,
            slot=slot,
            content=contents[slot],
            options=options,
            value=values[slot].value if slot in values else None,
            points=points[slot],
            full=rules[slot].points,
            answer=answers[slot],
        )
        for number, (slot, options) in enumerate(attempt.order, 1)
        if slot in points
    ]


def by_slot(score: Score) -> dict[int, int]:
    """What each slot earned, in tenths."""
    return {int(slot): points for slot, points in score.detail.items()}


def checked(attempt: Attempt) -> dict[int, int]:
    """Checked slots of a quiz and what each earned, in tenths."""
    rows = db.session.execute(
        sa.select(SlotCheck.slot, SlotCheck.points).where(SlotCheck.attempt_id == attempt.id)
    )
    return {row.slot: row.points for row in rows}

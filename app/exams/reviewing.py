"""What a candidate may see after answering: the verdict of a checked quiz slot, the reviewed paper."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from string import ascii_uppercase
from typing import Any

import sqlalchemy as sa

from app.bank.queries import Answer
from app.domain import papers as paper_rules
from app.domain.correcting import corrected
from app.domain.questions import CHOICES, MARKED_BY_HAND, Kind
from app.domain.regrading import Decision, Remedy, keys
from app.domain.releasing import Part
from app.domain.scoring import recited
from app.exams import papers, remedies, saying, scoring
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
    """One question of a closed attempt, or a checked one of a quiz, with all of it that may be seen."""

    number: int  # as shown to this person
    slot: int
    content: dict[str, Any]  # as in the paper document
    options: list[str]  # keys in the order shown
    value: Any
    points: int | None  # None: still to be marked
    full: int
    kind: Kind
    answer: Answer | None  # None: the key is not published
    explained: bool
    material: dict[str, Any] | None = None  # of the case that it is a part of
    decided: Decision | None = None  # about its key, afterwards

    @property
    def void(self) -> bool:
        return self.decided is not None and self.decided.remedy is Remedy.VOID

    @property
    def also(self) -> list[str]:
        """Further answers that were accepted afterwards, in words; those of blanks are in the key itself."""
        if self.answer is None or self.decided is None or self.decided.remedy is not Remedy.ACCEPT:
            return []
        if self.kind is Kind.BLANKS:
            return []
        letters = dict(zip(self.options, ascii_uppercase, strict=False))
        return [saying.in_letters(one, letters) for one in self.decided.key]

    @property
    def correct(self) -> bool:
        return self.points == self.full

    @property
    def wrong(self) -> bool:
        return self.points is not None and self.points < self.full

    @property
    def choices(self) -> list[Choice]:
        """Options with what was chosen and what is right; of single and multiple alone."""
        if self.kind not in CHOICES:
            return []
        texts = {option["key"]: option["text"] for option in self.content["options"]}
        chosen, right = _keys(self.value), _keys(self.answer.key) if self.answer else []
        return [
            Choice(letter, texts[key], key in chosen, key in right)
            for letter, key in zip(ascii_uppercase, self.options, strict=False)
        ]

    @property
    def places(self) -> list[Place]:
        """Of order and match alone."""
        if self.kind not in (Kind.ORDER, Kind.MATCH):
            return []
        texts = {option["key"]: option["text"] for option in self.content["options"]}
        shown = {
            key: f"{letter}. {texts[key]}" for letter, key in zip(ascii_uppercase, self.options, strict=False)
        }
        names = self.content.get("prompts", [""] * len(texts))
        right = _keys(self.answer.key) if self.answer else [""] * len(names)
        given = [*_keys(self.value or []), *[""] * len(right)][: len(right)]
        return [
            Place(name, shown.get(put, ""), shown.get(key, ""), put == key)
            for name, put, key in zip(names, given, right, strict=True)
        ]

    @property
    def by_hand(self) -> bool:
        return self.kind in MARKED_BY_HAND

    @property
    def recital(self) -> dict[str, Any] | None:
        """Of a recitation alone: the key phrases, each with whether it was said, and the text corrected."""
        match self.answer:
            case Answer(kind=Kind.RECITE, key={"text": str(text)} as key):
                written = self.value or ""
                return {
                    "phrases": recited(key, written),
                    "pieces": corrected(text, written) if written else [],
                    "text": text,
                }
        return None


def _keys(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value]


def reviewed(
    attempt: Attempt, points: Mapping[int, int | None], parts: Collection[Part] = frozenset(Part)
) -> list[ReviewedSlot]:
    """These slots (with what each earned) in the order this person saw, with those parts that are published.

    Of a quiz only checked slots.
    """
    document = papers.document(attempt.paper_id)
    contents = {slot["slot"]: slot for slot in document["slots"]}
    rules = papers.slots(attempt.paper_id)
    decisions = remedies.in_force(attempt.exam_id) if attempt.exam.kind == "exam" else {}
    decided = remedies.of_paper(attempt.paper_id, decisions)
    answers = _answers(attempt.paper_id, list(points), decided) if Part.KEYS in parts else {}
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
            kind=rules[slot].kind,
            answer=answers.get(slot),
            explained=Part.EXPLANATIONS in parts,
            material=paper_rules.material(document, contents[slot]),
            decided=decided.get(slot),
        )
        for number, (slot, options) in enumerate(attempt.order, 1)
        if slot in points
    ]


def _answers(paper_id: int, slots: Collection[int], decided: Mapping[int, Decision]) -> dict[int, Answer]:
    """With the keys by which was scored; of several, the question's own."""
    found = papers.answers(paper_id, slots)
    right = {n: keys(answer.kind, answer.key, decided.get(n))[0] for n, answer in found.items()}
    return {n: replace(answer, key=right[n]) for n, answer in found.items()}


def by_slot(attempt: Attempt, score: Score) -> dict[int, int | None]:
    """What each slot earned, in tenths; None where it is still to be marked."""
    return {slot: score.detail.get(str(slot)) for slot, _ in attempt.order}


def checked(attempt: Attempt) -> dict[int, int]:
    """Checked slots of a quiz and what each earned, in tenths."""
    rows = db.session.execute(
        sa.select(SlotCheck.slot, SlotCheck.points).where(SlotCheck.attempt_id == attempt.id)
    )
    return {row.slot: row.points for row in rows}

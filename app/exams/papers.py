"""Papers: drawn and frozen once, then read from memory; nothing about a paper ever changes."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

import sqlalchemy as sa

from app.bank import queries as bank
from app.domain import papers as rules
from app.domain.papers import Candidate, Document, Section
from app.domain.questions import MARKED_BY_HAND, Kind
from app.domain.scoring import PRESETS, Preset
from app.exams.models import Paper, PaperItem
from app.web.db import db


@dataclass(frozen=True)
class Slot:
    """How one slot is scored. `version_id` names the question version whose key decides."""

    version_id: int
    kind: Kind
    points: int  # tenths
    preset: Preset
    part: int = 0  # of a case, from 1; 0: the question is none

    @property
    def by_hand(self) -> bool:
        return self.kind in MARKED_BY_HAND

    @property
    def question(self) -> tuple[int, int]:
        """What is asked: a question version, and which part of a case (0: it is none)."""
        return self.version_id, self.part


def freeze(
    title: str, sections: Sequence[Section], drawn: Sequence[Sequence[Candidate]], now: datetime
) -> Paper:
    """Store the paper, or return the one that is the same to the letter, to the question versions and to how
    they are scored."""
    contents = bank.contents([c.version_id for chosen in drawn for c in chosen])
    document = rules.document(title, sections, [[contents[c.version_id] for c in chosen] for chosen in drawn])
    items = [
        (c.version_id, part, preset)
        for section, chosen in zip(sections, drawn, strict=True)
        for c in chosen
        for part, preset in _scored(section, contents[c.version_id])
    ]
    digest = rules.digest(document)
    for paper in db.session.scalars(sa.select(Paper).where(Paper.sha256 == digest)):
        if [(slot.version_id, slot.part, slot.preset) for slot in slots(paper.id).values()] == items:
            return paper
    paper = Paper(sha256=digest, document=document, created_at=now)
    db.session.add(paper)
    db.session.flush()
    db.session.add_all(
        PaperItem(
            paper_id=paper.id, slot=slot["slot"], version_id=version, part=part, points=slot["points"],
            preset=preset.value,
        )
        for slot, (version, part, preset) in zip(document["slots"], items, strict=True)
    )  # fmt: skip
    db.session.flush()
    return paper


def _scored(section: Section, content: rules.Content) -> list[tuple[int, Preset]]:
    """Part and preset of each slot of a question; a part of a case is scored as its kind usually is."""
    return [(n, PRESETS[kind][0]) for n, (kind, _) in enumerate(content.parts, 1)] or [(0, section.preset)]


@lru_cache(maxsize=256)
def _document(database: str, paper_id: int) -> tuple[str, Document]:
    paper = db.session.get_one(Paper, paper_id)
    return paper.sha256, paper.document


def document(paper_id: int) -> Document:
    return _document(_database(), paper_id)[1]


def digest(paper_id: int) -> str:
    return _document(_database(), paper_id)[0]


@lru_cache(maxsize=64)
def _canonical(database: str, paper_id: int) -> bytes:
    return rules.canonical(document(paper_id))


def canonical(paper_id: int) -> bytes:
    """The bytes that the paper's SHA-256 is of."""
    return _canonical(_database(), paper_id)


@lru_cache(maxsize=256)
def _slots(database: str, paper_id: int) -> dict[int, Slot]:
    rows = db.session.execute(
        sa.select(PaperItem.slot, PaperItem.version_id, PaperItem.points, PaperItem.preset, PaperItem.part)
        .where(PaperItem.paper_id == paper_id)
        .order_by(PaperItem.slot)
    ).all()
    kinds = {slot["slot"]: Kind(slot["kind"]) for slot in document(paper_id)["slots"]}
    return {
        n: Slot(version, kinds[n], points, Preset(preset), part) for n, version, points, preset, part in rows
    }


def slots(paper_id: int) -> dict[int, Slot]:
    return _slots(_database(), paper_id)


@lru_cache(maxsize=256)
def _keys(database: str, paper_id: int) -> dict[int, object]:
    return {n: answer.key for n, answer in answers(paper_id, slots(paper_id)).items()}


def keys(paper_id: int) -> dict[int, object]:
    """Right answers by slot, for scoring alone. A question version's key never changes."""
    return _keys(_database(), paper_id)


def answers(paper_id: int, numbers: Collection[int]) -> dict[int, bank.Answer]:
    """Keys, explanations and clauses of some slots: for a checked slot and an open review alone."""
    wanted = {n: slot for n, slot in slots(paper_id).items() if n in numbers}
    found = bank.answers({slot.version_id for slot in wanted.values()})
    return {n: of_slot(slot, found[slot.version_id]) for n, slot in wanted.items()}


def of_slot(slot: Slot, answer: bank.Answer) -> bank.Answer:
    """The answer to what the slot asks: of a case, to one of its parts."""
    if not slot.part:
        return answer
    keys = answer.key if isinstance(answer.key, list) else []
    return replace(answer, kind=slot.kind, key=keys[slot.part - 1])


def _database() -> str:
    # Tests open several databases in one process; ids are unique in each alone.
    return str(id(db.engine))


def forget() -> None:
    """Drop what is remembered (tests empty their database)."""
    for remembered in (_document, _canonical, _slots, _keys):
        remembered.cache_clear()

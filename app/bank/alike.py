"""Questions of the bank that are much like a given one."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise
from typing import Any, TypeVar

import sqlalchemy as sa

from app.bank.models import Question, QuestionVersion, VersionBand
from app.domain.likeness import ALIKE, bands, likeness, shingles, shingles_of
from app.domain.questions import Question as Content
from app.web.db import db

K = TypeVar("K")
_CROWD = 50  # questions looked at of those that share one number
_BATCH = 500  # versions read at once
_NEAREST = 20  # how many a question is compared with: those that share most with it


@dataclass(frozen=True)
class Alike:
    """A question in use that is like the given one. `percent` 100: the same text."""

    question_id: int
    code: str
    stem: str
    percent: int


def like(content: Content, apart_from: int | None = None) -> list[Alike]:
    """Questions in use much like this one, the likest first; two statements."""
    return [one for one in like_each({0: content})[0] if one.question_id != apart_from]


def like_each(contents: Mapping[K, Content]) -> dict[K, list[Alike]]:
    """The same for some hundred at once, still two statements."""
    given = {name: shingles_of(content) for name, content in contents.items()}
    values = {name: set(bands(of)) for name, of in given.items()}
    near = _near(values)
    stored = _stored({question_id for ids in near.values() for question_id in ids})
    return {name: _likest(of, near[name], stored) for name, of in given.items()}


def _near(values: Mapping[K, set[int]]) -> dict[K, list[int]]:
    """Ids of the questions that share a number with each, those that share most first.

    Of a number that a crowd shares (questions made by one pattern), only so many are looked at.
    """
    place = sa.func.row_number().over(partition_by=VersionBand.value, order_by=VersionBand.version_id)
    shared_by = (
        sa.select(VersionBand.value, Question.id, place.label("place"))
        .join(Question, Question.newest_version_id == VersionBand.version_id)
        .where(VersionBand.value.in_(set().union(*values.values())), Question.retired_at.is_(None))
        .subquery()
    )
    rows = db.session.execute(
        sa.select(shared_by.c.value, shared_by.c.id)
        .where(shared_by.c.place <= _CROWD)
        .order_by(shared_by.c.id)
    )
    holders: dict[int, list[int]] = defaultdict(list)
    for value, question_id in rows:
        holders[value].append(question_id)
    shared = {
        name: Counter(q for value in own for q in holders.get(value, ())) for name, own in values.items()
    }
    return {name: [q for q, _times in counted.most_common(_NEAREST)] for name, counted in shared.items()}


def pairs(codes: Mapping[int, str]) -> list[tuple[str, str]]:
    """Which of these versions (id → code of the question) are much alike, two by two.

    Of a number that a crowd shares, each is compared with its neighbours alone, as in `_near`.
    """
    holders: dict[int, list[int]] = defaultdict(list)
    banded = sa.select(VersionBand.value, VersionBand.version_id)
    for batch in _batches(sorted(codes)):
        for row in db.session.execute(banded.where(VersionBand.version_id.in_(batch))):
            holders[row.value].append(row.version_id)
    likely: set[tuple[int, int]] = set()
    for sharing in map(sorted, holders.values()):
        likely.update(combinations(sharing, 2) if len(sharing) <= _CROWD else pairwise(sharing))
    said = _shingles(sorted({version for pair in likely for version in pair}))
    return [(codes[a], codes[b]) for a, b in sorted(likely) if likeness(said[a], said[b]) >= ALIKE]


def _shingles(version_ids: Sequence[int]) -> dict[int, frozenset[str]]:
    V = QuestionVersion
    wanted = sa.select(V.id, V.stem, V.options, V.prompts, V.parts)
    batches = (wanted.where(V.id.in_(batch)) for batch in _batches(version_ids))
    rows = (row for batch in batches for row in db.session.execute(batch))
    return {row.id: shingles(texts(row)) for row in rows}


def _batches(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    return (ids[n : n + _BATCH] for n in range(0, len(ids), _BATCH))


def _stored(question_ids: Collection[int]) -> dict[int, tuple[Any, frozenset[str]]]:
    """By question, its newest version's row and shingles."""
    V = QuestionVersion
    rows = db.session.execute(
        sa.select(Question.id, Question.code, V.stem, V.options, V.prompts, V.parts)
        .join(V, V.id == Question.newest_version_id)
        .where(Question.id.in_(question_ids))
    )
    return {row.id: (row, shingles(texts(row))) for row in rows}


def texts(row: Any) -> list[str]:
    """All that a candidate reads of a version, as `likeness.shingles_of` takes it from a question."""
    asked = [text for part in row.parts for text in (part["stem"], *part["prompts"], *part["options"])]
    return [row.stem, *row.prompts, *row.options, *asked]


def _likest(
    of: frozenset[str], ids: list[int], stored: Mapping[int, tuple[Any, frozenset[str]]]
) -> list[Alike]:
    measured = [(likeness(of, other), row) for row, other in (stored[q] for q in ids if q in stored)]
    found = [Alike(row.id, row.code, row.stem, int(share * 100)) for share, row in measured if share >= ALIKE]
    return sorted(found, key=lambda one: (-one.percent, one.question_id))

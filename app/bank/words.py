"""Finding questions by what is written in their stems and by their tags: one index for both engines.

Chinese has no spaces, and the engines' own indexes begin at three characters; people look for words of two.
So every pair of neighbouring characters of a stem is a word here, and a tag is one with a mark before it.
"""

from collections.abc import Iterable
from itertools import pairwise

import sqlalchemy as sa

from app.bank.models import Question, QuestionVersion, VersionWord
from app.domain.questions import normalise
from app.web.db import db

_TAG = "#"  # no pair holds it: `normalise` leaves no such mark


def index(versions: Iterable[QuestionVersion]) -> None:
    """Make new versions, which have their ids, findable."""
    index_texts((version.id, version.stem, version.tags) for version in versions)


def index_texts(versions: Iterable[tuple[int, str, Iterable[str]]]) -> None:
    """The same by id, stem and tags."""
    rows = [
        {"word": word, "version_id": version_id}
        for version_id, stem, tags in versions
        for word in {*_pairs(stem), *(_TAG + tag for tag in tags)}
    ]
    if rows:
        db.session.execute(sa.insert(VersionWord), rows)


def _pairs(text: str) -> list[str]:
    return ["".join(pair) for pair in pairwise(normalise(text))]


def _has(word: str) -> sa.ColumnElement[bool]:
    held = sa.select(VersionWord.version_id).where(VersionWord.word == word)
    return Question.newest_version_id.in_(held)


def tagged(tag: str) -> sa.ColumnElement[bool]:
    """Condition on a question: its newest version has this tag."""
    return _has(_TAG + tag)


def written(text: str) -> sa.ColumnElement[bool]:
    """Condition on a question and its newest version: the stem holds this text.

    The pairs only spare the engine to read every stem; a single character, or punctuation alone, has none.
    """
    pairs = dict.fromkeys(_pairs(text))
    return sa.and_(*map(_has, pairs), QuestionVersion.stem.icontains(text, autoescape=True))

"""The whole bank, looked at for what is weak: ordered by a person, done by the worker, kept as a report."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import combinations, pairwise
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.audit.service import record
from app.bank import alike, service, terms
from app.bank.models import BankCheck, Citation, Clause, Question, QuestionVersion, VersionBand
from app.domain.likeness import ALIKE, bands, likeness, shingles, shingles_of
from app.domain.quality import Tally, advice
from app.web import clock, uow
from app.web.db import db

UNCITED = "no_citation"
ALIKES = "alike"
_BATCH = 500
_LISTED = 200  # of each weakness; the count says how many there are
_CROWD = 30  # so many with a number in common are compared with their neighbours alone


def order(now: datetime, by: int) -> None:
    """Ask the worker for a check, unless one is under way."""
    if db.session.scalar(sa.select(BankCheck.id).where(BankCheck.done_at.is_(None)).limit(1)) is None:
        db.session.add(BankCheck(ordered_at=now, ordered_by=by))
        record("bank.check", "bank:1", "检查题库")


def last() -> tuple[BankCheck | None, bool]:
    """The last check that was done, and whether another one is under way."""
    checks = db.session.scalars(sa.select(BankCheck).order_by(BankCheck.id.desc()).limit(2)).all()
    done = next((check for check in checks if check.done_at is not None), None)
    return done, any(check.done_at is None for check in checks)


def run() -> int:
    """Do the check that was ordered first. Returns how many were done."""
    waiting = sa.select(BankCheck.id).where(BankCheck.done_at.is_(None)).order_by(BankCheck.id).limit(1)
    check_id = db.session.scalar(waiting)
    if check_id is None:
        return 0
    report = examine()
    check = db.session.get_one(BankCheck, check_id)
    check.report, check.done_at = report, clock.now()
    uow.commit_item()
    return 1


def examine() -> dict[str, Any]:
    """Counts and lists of what is weak in the questions in use, and where right answers stand."""
    counts: Counter[str] = Counter()
    found: dict[str, list[list[Any]]] = defaultdict(list)
    tally = Tally()
    for question_id, version in _versions():
        counts["checked"] += 1
        content = service.content_of(version)
        weak = [(str(one.weakness), one.detail) for one in advice(content, terms.outdated())]
        for name, detail in weak if content.clauses else [*weak, (UNCITED, "")]:
            counts[name] += 1
            if len(found[name]) < _LISTED:
                found[name].append([question_id, detail])
        for part in content.asked:
            tally.add(part)
    pairs = _alike_pairs()
    counts[ALIKES] = len(pairs)
    return {
        "counts": dict(counts), "found": dict(found), "alike": pairs[:_LISTED], "places": _places(tally),
        "longest": [tally.longest.seen, round(tally.longest.expected), tally.longest_biased],
    }  # fmt: skip


def _places(tally: Tally) -> dict[str, list[list[Any]]]:
    """By kind: [key, how often right there, how often by chance, whether that is too far apart]."""
    biased = set(tally.biases())
    return {
        kind: [
            [key, share.seen, round(share.expected), (kind, key) in biased]
            for key, share in sorted(places.items())
        ]
        for kind, places in tally.places.items()
    }


def _versions() -> Iterator[tuple[int, QuestionVersion]]:
    """The newest version of every question in use, a batch in memory at a time."""
    after = 0
    while True:
        rows = db.session.scalars(
            sa.select(Question)
            .join(QuestionVersion, QuestionVersion.id == Question.newest_version_id)
            .where(Question.retired_at.is_(None), Question.id > after)
            .options(contains_eager(Question.newest).options(
                joinedload(QuestionVersion.answer), selectinload(QuestionVersion.bands),
                selectinload(QuestionVersion.citations).joinedload(Citation.clause).joinedload(Clause.rule_set),
            ))
            .order_by(Question.id).limit(_BATCH)
        ).all()  # fmt: skip
        if not rows:
            return
        for question in rows:
            _band(question.newest)
            yield question.id, question.newest
        after = rows[-1].id
        uow.commit_item()
        db.session.expunge_all()


def _band(version: QuestionVersion) -> None:
    """Versions from before there were numbers to find the like by get theirs here."""
    if not version.bands:
        values = set(bands(shingles_of(service.content_of(version))))
        version.bands = [VersionBand(value=value) for value in values]


def _alike_pairs() -> list[list[int]]:
    """[one question, another, percent], the likest first."""
    pairs = _likely_pairs()
    texts = dict(_shingles(sorted({question_id for pair in pairs for question_id in pair})))
    measured = [(likeness(texts[one], texts[other]), one, other) for one, other in pairs]
    near = sorted(((share, -one, -other) for share, one, other in measured if share >= ALIKE), reverse=True)
    return [[-one, -other, int(share * 100)] for share, one, other in near]


def _likely_pairs() -> set[tuple[int, int]]:
    """Questions in use that share a number."""
    rows = db.session.execute(
        sa.select(VersionBand.value, Question.id)
        .join(Question, Question.newest_version_id == VersionBand.version_id)
        .where(Question.retired_at.is_(None))
        .order_by(VersionBand.value, Question.id)
        .execution_options(yield_per=5000)
    )
    pairs: set[tuple[int, int]] = set()
    holders: list[int] = []
    value = None
    for row in rows:
        if row.value != value:
            pairs.update(_within(holders))
            value, holders = row.value, []
        holders.append(row.id)
    pairs.update(_within(holders))
    return pairs


def _within(holders: Sequence[int]) -> Iterator[tuple[int, int]]:
    return iter(combinations(holders, 2) if len(holders) <= _CROWD else pairwise(holders))


def _shingles(question_ids: Sequence[int]) -> Iterator[tuple[int, frozenset[str]]]:
    V = QuestionVersion
    for start in range(0, len(question_ids), _BATCH):
        rows = db.session.execute(
            sa.select(Question.id, V.stem, V.options, V.prompts, V.parts)
            .join(V, V.id == Question.newest_version_id)
            .where(Question.id.in_(question_ids[start : start + _BATCH]))
        )
        yield from ((row.id, shingles(alike.texts(row))) for row in rows)

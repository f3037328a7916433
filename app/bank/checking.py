"""The whole bank, looked at for what is weak: ordered by a person, done by the worker, kept as a report."""

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, groupby, pairwise
from typing import Any
from zlib import crc32

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import contains_eager, joinedload, selectinload

from app.audit.service import record
from app.bank import service, terms
from app.bank.models import BankCheck, Citation, Clause, Question, QuestionVersion, VersionBand
from app.domain.likeness import ALIKE, bands, likeness, shingles_of
from app.domain.quality import Tally, advice
from app.domain.questions import Question as Content
from app.web import clock, uow
from app.web.db import db

UNCITED = "no_citation"
ALIKES = "alike"
_BATCH = 500
_LISTED = 200  # of each weakness; the count says how many there are
_CROWD = 30  # so many with a number in common are compared with their neighbours alone
_MOST = 100_000  # pairs; further ones are not counted
_TRIES = 3  # a check that ends the worker is begun so often
_REMEMBERED = 5  # checks looked through for one that came to its end
log = structlog.get_logger()


def order(now: datetime, by: int) -> None:
    """Ask the worker for a check, unless one is under way."""
    if db.session.scalar(sa.select(BankCheck.id).where(BankCheck.done_at.is_(None)).limit(1)) is None:
        db.session.add(BankCheck(ordered_at=now, ordered_by=by))
        record("bank.check", "bank:1", "检查题库")


@dataclass(frozen=True)
class Checks:
    """The last check that came to its end, and what has become of the newest."""

    done: BankCheck | None
    under_way: bool
    failed: bool


def last() -> Checks:
    checks = db.session.scalars(sa.select(BankCheck).order_by(BankCheck.id.desc()).limit(_REMEMBERED)).all()
    done = next((check for check in checks if "counts" in check.report), None)
    ended = bool(checks) and checks[0].done_at is not None
    return Checks(done, bool(checks) and not ended, ended and checks[0] is not done)


def run() -> int:
    """Do the check that was ordered first. Returns how many were done.

    One that fails, or ends the worker again and again, is not tried for ever: who ordered it is told.
    """
    waiting = sa.select(BankCheck).where(BankCheck.done_at.is_(None)).order_by(BankCheck.id).limit(1)
    check = db.session.scalar(waiting)
    if check is None:
        return 0
    number, begun = check.id, check.report.get("begun", 0)
    check.report = {"begun": begun + 1}
    uow.commit_item()
    report = _examined() if begun < _TRIES else {}
    check = db.session.get_one(BankCheck, number)
    check.report, check.done_at = report, clock.now()
    uow.commit_item()
    return 1


def _examined() -> dict[str, Any]:
    """The report; {} where it could not be made."""
    try:
        return examine()
    except Exception:
        uow.abandon_item()
        log.exception("bank_check_failed")
        return {}


def examine() -> dict[str, Any]:
    """Counts and lists of what is weak in the questions in use, and where right answers stand."""
    counts: Counter[str] = Counter()
    found: dict[str, list[list[Any]]] = defaultdict(list)
    tally = Tally()
    texts: dict[int, array[int]] = {}
    for batch in _batches():
        counts["checked"] += len(batch)
        for question_id, content in batch.items():
            for name, detail in _weak(content):
                counts[name] += 1
                if len(found[name]) < _LISTED:
                    found[name].append([question_id, detail])
            for part in content.asked:
                tally.add(part)
            texts[question_id] = _numbers(content)
    pairs = _alike_pairs(texts)
    counts[ALIKES] = len(pairs)
    return {
        "counts": dict(counts), "found": dict(found), "alike": pairs[:_LISTED], "places": _places(tally),
        "longest": [tally.longest.seen, round(tally.longest.expected), tally.longest_biased],
    }  # fmt: skip


def _weak(content: Content) -> list[tuple[str, str]]:
    weak = [(str(one.weakness), one.detail) for one in advice(content, terms.outdated())]
    return weak if content.clauses else [*weak, (UNCITED, "")]


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


def _batches() -> Iterator[dict[int, Content]]:
    """The newest version of every question in use by the question's id, a batch in memory at a time."""
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
        after = rows[-1].id
        yield {question.id: service.content_of(question.newest) for question in rows}
        uow.commit_item()
        db.session.expunge_all()


def _band(version: QuestionVersion) -> None:
    """Versions from before there were numbers to find the like by get theirs here."""
    if not version.bands:
        values = set(bands(shingles_of(service.content_of(version))))
        version.bands = [VersionBand(value=value) for value in values]


def _numbers(content: Content) -> "array[int]":
    """Its shingles in four bytes each, so that those of 100,000 questions fit the memory."""
    return array("I", (crc32(shingle.encode()) for shingle in shingles_of(content)))


def _alike_pairs(texts: Mapping[int, "array[int]"]) -> list[list[int]]:
    """[one question, another, percent], the likest first."""
    found: dict[tuple[int, int], int] = {}
    for one, other in _likely_pairs():
        if (one, other) in found or one not in texts or other not in texts:
            continue
        share = likeness(frozenset(texts[one]), frozenset(texts[other]))
        if share >= ALIKE:
            found[one, other] = int(share * 100)
        if len(found) >= _MOST:
            break
    return sorted(([*pair, percent] for pair, percent in found.items()), key=lambda row: (-row[2], *row))


def _likely_pairs() -> Iterator[tuple[int, int]]:
    """Questions in use that share a number, once for each number they share."""
    rows = db.session.execute(
        sa.select(VersionBand.value, Question.id)
        .join(Question, Question.newest_version_id == VersionBand.version_id)
        .where(Question.retired_at.is_(None))
        .order_by(VersionBand.value, Question.id)
        .execution_options(yield_per=5000)
    )
    for _value, sharing in groupby(rows, key=lambda row: row.value):
        holders = [row.id for row in sharing]
        yield from combinations(holders, 2) if len(holders) <= _CROWD else pairwise(holders)

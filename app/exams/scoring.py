"""Scores, computed from stored facts alone."""

import base64
import hashlib
import json
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from operator import itemgetter
from typing import Any, NamedTuple, cast

import sqlalchemy as sa

from app.domain import regrading
from app.domain import scoring as rules
from app.domain.regrading import Decision, Worth
from app.domain.scoring import Minimum
from app.exams import laying, papers, remedies
from app.exams.models import Attempt, Exam, Response, Score
from app.web.db import db, to_micros


class Current(NamedTuple):
    """The answer in force in a slot."""

    epoch: int
    seq: int
    value: Any
    received: int  # microseconds, as stored


def _text(number: Any) -> sa.ColumnElement[str]:
    return sa.cast(sa.type_coerce(number, sa.BigInteger), sa.Text)


# The whole journal as the inside of one JSON list: a row for each of a hundred answers costs thrice as much.
JOURNAL = sa.select(
    sa.func.aggregate_strings(
        "[" + _text(Response.slot) + "," + _text(Response.epoch) + "," + _text(Response.seq) + ","
        + Response.value + "," + _text(Response.received_at) + "]",
        ",",
    )
)  # fmt: skip
_JOURNAL_OF = JOURNAL.where(Response.attempt_id == sa.bindparam("attempt"))


def current_responses(attempt_id: int) -> dict[int, Current]:
    return in_force(db.session.scalar(_JOURNAL_OF, {"attempt": attempt_id}))


def responses_of(attempt_ids: Collection[int]) -> dict[int, dict[int, Current]]:
    """By attempt; whoever answered nothing is not there."""
    told = JOURNAL.add_columns(Response.attempt_id).where(Response.attempt_id.in_(attempt_ids))
    rows = db.session.execute(told.group_by(Response.attempt_id)).all()
    return {attempt_id: in_force(journal) for journal, attempt_id in rows}


def in_force(journal: str | None) -> dict[int, Current]:
    """By slot, the entry with the highest (epoch, seq) of a journal as `JOURNAL` tells it."""
    entries = json.loads(f"[{journal or ''}]")
    return {slot: Current(*entry) for slot, *entry in sorted(entries, key=itemgetter(0, 1, 2))}


def read(told: str) -> Any:
    """A value as the journal keeps it."""
    return json.loads(told)


def slot_points(paper_id: int, slot: int, value: Any) -> int:
    """Tenths that the value earns in the slot."""
    return _points(papers.slots(paper_id)[slot], papers.keys(paper_id)[slot], value)


def _points(slot: papers.Slot, key: object, value: Any) -> int:
    return rules.points(slot.kind, key, value, slot.points, slot.preset)


def minimums(exam: Exam) -> list[Minimum]:
    return [Minimum(tuple(one["sections"]), one["points"]) for one in exam.minimums]


def missed(exam: Exam, paper_id: int, detail: Mapping[str, int]) -> list[tuple[Minimum, int]]:
    """The exam's minimums that these points, by slot, do not reach, each with what was earned."""
    if not exam.minimums:
        return []
    slots = papers.slots(paper_id)
    earned, whole, counting = Counter[str](), Counter[str](), Counter[str]()
    for section in papers.document(paper_id)["sections"]:
        title, numbers = section["title"], section["slots"]
        earned[title] += sum(detail.get(str(n), 0) for n in numbers)
        whole[title] += sum(slots[n].points for n in numbers)
        counting[title] += sum(slots[n].points for n in numbers if str(n) in detail)
    return rules.missed([_in_share(one, whole, counting) for one in minimums(exam)], earned)


def _in_share(one: Minimum, whole: Mapping[str, int], counting: Mapping[str, int]) -> Minimum:
    """A minimum of sections of which some questions do not count: as much less as can be earned."""
    of, left = (sum(points.get(title, 0) for title in one.sections) for points in (whole, counting))
    return one if of == left or not of else replace(one, points=rules.share(one.points, left, of))


def passes(exam: Exam, paper_id: int, detail: Mapping[str, int], full: int) -> bool:
    """The one place where a pass is decided: the total reaches the line, and every minimum is reached."""
    total = sum(detail.values())
    return rules.passed(total, full, exam.pass_percent) and not missed(exam, paper_id, detail)


def to_mark(attempt: Attempt, responses: Mapping[int, Current]) -> list[int]:
    """The slots that somebody has to mark; where nothing was written, there is nothing to mark."""
    slots = papers.slots(attempt.paper_id)
    drawn = [n for n, _ in attempt.order if slots[n].by_hand]
    return [n for n in drawn if n in responses and is_text(responses[n].value)]


def is_text(value: Any) -> bool:
    return isinstance(value, str) and value.strip() != ""


class Settled(NamedTuple):
    """What a score says besides its detail."""

    points: int
    full: int
    passed: bool
    pending: int


def worth(paper_id: int, drawn: Iterable[int], void: Collection[int]) -> Worth:
    """What can be earned in these slots of the paper but for those that do not count."""
    slots = papers.slots(paper_id)
    return regrading.worth({n: slots[n].points for n in drawn}, void)


def counted(score: Score) -> Worth:
    """What could be earned when the score was made. What was decided since is for its regrade to bring in."""
    return Worth(score.full, score.pending + len(score.detail))


def settled(exam: Exam, paper_id: int, worth: Worth, detail: Mapping[str, int]) -> Settled:
    """The one place where points become a score. `detail`: what was earned so far, by slot; one that counts
    and is not in it waits for a mark, and until there is none nothing is passed."""
    pending = worth.slots - len(detail)
    passed = pending == 0 and passes(exam, paper_id, detail, worth.full)
    return Settled(sum(detail.values()), worth.full, passed, pending)


class Computed(NamedTuple):
    """What answers come to; `waiting` are the slots that somebody has to mark."""

    settled: Settled
    detail: dict[str, int]
    waiting: set[int]


def computed(attempt: Attempt, responses: Mapping[int, Current]) -> Computed:
    """By the decisions about keys that hold now; slots without an answer earn nothing."""
    slots, keys = papers.slots(attempt.paper_id), papers.keys(attempt.paper_id)
    decided: dict[int, Decision] = {}
    if attempt.exam.kind == "exam":  # nothing is decided about a quiz: its answers are shown at once
        decided = remedies.of_paper(attempt.paper_id, remedies.in_force(attempt.exam_id))
    waiting = set(to_mark(attempt, responses)) - decided.keys()
    detail: dict[str, int] = {}
    for n, _options in attempt.order:
        value = responses[n].value if n in responses else None
        points = None if n in waiting else slot_worth(slots[n], keys[n], decided.get(n), value)
        if points is not None:
            detail[str(n)] = points
    counting = worth(attempt.paper_id, (n for n, _ in attempt.order), remedies.void(decided))
    return Computed(settled(attempt.exam, attempt.paper_id, counting, detail), detail, waiting)


def score(attempt: Attempt, responses: Mapping[int, Current], now: datetime) -> None:
    """Write down what the answers come to, and lay before graders what they have to mark."""
    found = computed(attempt, responses)
    add(attempt.id, found.settled, found.detail, now, "first")
    laying.lay(attempt, found.waiting)


def rescore(attempt: Attempt, last: Score, changed: Collection[int], now: datetime, reason: str) -> None:
    """The next version, with the slots in which another answer counts now scored anew; the others keep what
    they earned. What people mark is laid before them."""
    found = computed(attempt, current_responses(attempt.id))
    fresh = laying.lay_anew(attempt, found.waiting.intersection(changed), reason)
    anew = set(changed) - found.waiting | fresh
    detail = {slot: points for slot, points in last.detail.items() if int(slot) not in anew}
    detail |= {slot: points for slot, points in found.detail.items() if int(slot) in anew}
    add(attempt.id, settled(attempt.exam, attempt.paper_id, counted(last), detail), detail, now, reason)


def add(attempt_id: int, found: Settled, detail: Mapping[str, int], now: datetime, reason: str) -> None:
    """A version beyond those that there are, for callers that hold the attempt."""
    facts = {"attempt": attempt_id, "detail": detail, "scored_at": now, "reason": reason}
    db.session.execute(_ADD, facts | found._asdict())


_SCORES = cast(sa.Table, Score.__table__)
_BEFORE = sa.select(sa.func.coalesce(sa.func.max(Score.version), 0)).where(
    Score.attempt_id == sa.bindparam("attempt")
)
_ADD = sa.insert(_SCORES).values(
    {name: sa.bindparam(name) for name in (*Settled._fields, "detail", "scored_at", "reason")}
    | {"attempt_id": sa.bindparam("attempt"), "version": _BEFORE.scalar_subquery() + 1}
)  # built once: ten thousand may hand in at once


def slot_worth(slot: papers.Slot, key: object, decided: Decision | None, value: Any) -> int | None:
    """Tenths that an answer earns; None: the slot does not count."""
    return regrading.points(decided, slot.kind, key, value, slot.points, slot.preset)


def receipt(attempt: Attempt, responses: Mapping[int, Current], submitted_at: datetime) -> str:
    """A code that proves what was handed in: the same answers, paper and moment give the same code."""
    facts = [
        attempt.id,
        papers.digest(attempt.paper_id),
        to_micros(submitted_at),
        [[slot, r.epoch, r.seq, r.value] for slot, r in sorted(responses.items())],
    ]
    canonical = json.dumps(facts, ensure_ascii=False, separators=(",", ":")).encode()
    code = base64.b32encode(hashlib.sha256(canonical).digest()).decode()[:16]
    return "-".join(code[i : i + 4] for i in range(0, 16, 4))

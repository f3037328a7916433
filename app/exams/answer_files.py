"""应急作答文件: what a candidate's page saved as a file when it could not send it, brought in by staff.

The file was in the candidate's hands, so it proves nothing by itself: its answers wait for a person's
decision. docs/exam-protocol.md says what stands in it.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit.service import record
from app.exams import saving, scoring
from app.exams.models import Attempt, Response, UnappliedResponse
from app.exams.saving import Item
from app.web.db import db

FORMAT = "ganxun-answers/1"
LARGEST = 2 * 1024 * 1024
_MOST = 2000  # answers

Key = tuple[int, int, int]  # slot, epoch, seq


class Unusable(Exception):
    """The message says why, to whoever brings the file in."""


@dataclass(frozen=True)
class Brought:
    """How many answers wait for a decision now, and how many were here before."""

    new: int
    known: int


def bring_in(attempt: Attempt, data: bytes, now: datetime) -> Brought:
    """Keep what the server does not have, unapplied; the same file again adds nothing. Raises Unusable."""
    given = _read(data, attempt)
    here = _here(attempt.id)
    current = scoring.current_responses(attempt.id)
    new: dict[Key, str] = {}
    for epoch, item in given:
        key, value = (item.slot, epoch, item.seq), json.loads(item.value)
        in_force = current.get(item.slot)
        if in_force is not None and in_force.value == value:
            continue
        if item.value in here.get(key, ()):
            continue
        if (key, "file") in here:
            raise Unusable(
                _("同一份答卷先前交来过另一个文件，其中第 %(n)s 题的作答与这个文件不同。", n=item.slot)
            )
        new[key] = item.value
    db.session.add_all(
        UnappliedResponse(
            attempt_id=attempt.id, slot=slot, epoch=epoch, seq=seq, value=value, received_at=now,
            reason="file",
        )
        for (slot, epoch, seq), value in new.items()
    )  # fmt: skip
    if new:
        _record(attempt, len(new))
    return Brought(len(new), len(given) - len(new))


def _here(attempt_id: int) -> dict[Any, set[str]]:
    """The values that the server has under each key; also, under (key, "file"), that a file brought one."""
    found: dict[Any, set[str]] = {}
    counted = sa.select(Response.slot, Response.epoch, Response.seq, Response.value, sa.literal(""))
    kept = sa.select(
        UnappliedResponse.slot, UnappliedResponse.epoch, UnappliedResponse.seq, UnappliedResponse.value,
        UnappliedResponse.reason,
    )  # fmt: skip
    both = sa.union_all(
        counted.where(Response.attempt_id == attempt_id),
        kept.where(UnappliedResponse.attempt_id == attempt_id),
    )
    for slot, epoch, seq, value, reason in db.session.execute(both):
        found.setdefault((slot, epoch, seq), set()).add(value)
        if reason == "file":
            found[(slot, epoch, seq), "file"] = set()
    return found


def _record(attempt: Attempt, count: int) -> None:
    record(
        "attempt.import",
        f"person:{attempt.person_id}",
        f"收下考试“{attempt.exam.title}”的应急作答文件",
        after={"attempt": attempt.id, "count": count},
    )


def _read(data: bytes, attempt: Attempt) -> list[tuple[int, Item]]:
    """(epoch, answer) of a file of this attempt. Raises Unusable."""
    if len(data) > LARGEST:
        raise Unusable(_("文件太大，不是应急作答文件。"))
    try:
        told = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise Unusable(_("读不出这个文件，它不是应急作答文件，或者不完整。")) from error
    if not isinstance(told, dict) or told.get("format") != FORMAT:
        raise Unusable(_("这不是应急作答文件。"))
    if told.get("person") != attempt.person_id:
        raise Unusable(_("这是另一名考生的应急作答文件。"))
    if told.get("attempt") != attempt.id:
        raise Unusable(_("这是本人另一份答卷的应急作答文件，请到那份答卷上办理。"))
    try:
        return list(_answers(told.get("answers"), attempt))
    except (saving.Malformed, RecursionError) as error:
        raise Unusable(_("文件的内容不对：") + str(error)) from error


def _answers(answers: Any, attempt: Attempt) -> Iterator[tuple[int, Item]]:
    """Raises saving.Malformed."""
    if not isinstance(answers, list) or len(answers) > _MOST:
        raise saving.Malformed(f"answers: a list of at most {_MOST} is needed")
    for epoch, responses in _by_epoch(answers, attempt.epoch + 1).items():
        for start in range(0, len(responses), saving.BATCH_LIMIT):
            batch = responses[start : start + saving.BATCH_LIMIT]
            for item in saving.parse({"epoch": epoch, "responses": batch})[1]:
                if not fits(attempt, item.slot, item.fits):
                    raise saving.Malformed(f"slot {item.slot}: not of this attempt, or of another kind")
                yield epoch, item


def _by_epoch(answers: Sequence[Any], newest: int) -> dict[int, list[Any]]:
    found: dict[int, list[Any]] = {}
    for n, entry in enumerate(answers):
        epoch = entry.get("epoch") if isinstance(entry, dict) else None
        if not isinstance(epoch, int) or isinstance(epoch, bool) or not 1 <= epoch <= newest:
            raise saving.Malformed(f"answers[{n}].epoch: no page of this attempt had it")
        found.setdefault(epoch, []).append(entry)
    return found


def fits(attempt: Attempt, slot: int, letters: str) -> bool:
    """Does the attempt ask this slot, and can it hold such a value?"""
    kinds = attempt.slot_kinds
    return 1 <= slot <= len(kinds) and kinds[slot - 1] in letters

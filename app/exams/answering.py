"""Answers that came as a plain form: a page without a script holds the whole paper and takes over."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Protocol

from app.domain.attempts import Phase
from app.domain.questions import Kind
from app.domain.responses import Value
from app.exams import attempts, epochs, papers, saving, scoring
from app.exams.attempts import Refused
from app.exams.epochs import Origin
from app.exams.models import Attempt
from app.exams.saving import Item
from app.web.db import db


class Form(Protocol):
    """The part of a submitted form that is read here."""

    def getlist(self, key: str) -> list[str]: ...


def is_answer(value: Value) -> bool:
    """Whether anything was answered: false is an answer, an empty blank is none."""
    if isinstance(value, list):
        return any(item.strip() for item in value)
    return value is not None and value != ""


def values(form: Form, attempt: Attempt) -> dict[int, Value]:
    """What the form says in every slot of the attempt. Fields are named slot-<n>, one per blank or place."""
    kinds = papers.slots(attempt.paper_id)
    return {slot: _value(kinds[slot].kind, form.getlist(f"slot-{slot}")) for slot, _ in attempt.order}


def _value(kind: Kind, given: list[str]) -> Value:
    match kind:
        case Kind.SINGLE:
            return given[0] if given else None
        case Kind.MULTIPLE:
            return sorted(given) or None
        case Kind.JUDGE:
            return {"true": True, "false": False}.get(given[0]) if given else None
        case Kind.RECITE | Kind.SHORT | Kind.ESSAY:
            # A form ends lines with two characters, a script with one: the same text is the same answer.
            return given[0].replace("\r\n", "\n") if is_answer(given[:1]) else None
    return given if is_answer(given) else None


def unanswered(attempt: Attempt, answers: dict[int, Any]) -> list[tuple[int, int]]:
    """(number shown, slot) of the questions without an answer."""
    return [(n, slot) for n, (slot, _) in enumerate(attempt.order, 1) if not is_answer(answers.get(slot))]


def current(attempt: Attempt) -> dict[int, Any]:
    """The answer in force in each slot that has one."""
    return {slot: response.value for slot, response in scoring.current_responses(attempt.id).items()}


def changes(attempt: Attempt, form: Form) -> tuple[Item, ...]:
    """What the form changes. Raises saving.Malformed."""
    before = current(attempt)
    differing = {slot: v for slot, v in values(form, attempt).items() if v != before.get(slot)}
    return _items(differing)


def _items(answers: dict[int, Value]) -> tuple[Item, ...]:
    entries = [{"slot": slot, "seq": 1, "value": value} for slot, value in answers.items()]
    # The epoch is granted under the lock; this one only satisfies the form of the wire.
    return saving.parse({"epoch": 1, "responses": entries})[1]


def save(attempt_id: int, origin: Origin, items: Sequence[Item], now: datetime) -> None:
    """Take over and save, in the caller's transaction. Raises Refused("closed" | "slot")."""
    attempt = attempts.lock(attempt_id)
    if attempts.phase(attempt.exam, attempt, now) in {Phase.CLOSED, Phase.OVERDUE}:
        raise Refused("closed")
    epoch = epochs.grant(attempt, origin, now)
    if items:
        attempts.save_locked(attempt, origin.session_id, epoch, items, now)


def submit(attempt_id: int, origin: Origin, items: Sequence[Item], now: datetime) -> None:
    """Save and hand in. Raises Refused("closed" | "slot")."""
    owner = db.session.get_one(Attempt, attempt_id).person_id
    attempts.submit(attempt_id, owner, origin, None, items, now)


def answer_quiz(attempt: Attempt, origin: Origin, slot: int, form: Form, now: datetime) -> bool:
    """Save the answer and freeze the slot. False: nothing was answered; a checked slot stays as it is.

    Raises Refused, saving.Malformed.
    """
    if attempts.lock(attempt.id).slot_kinds[slot - 1] == "x":
        return True
    value = values(form, attempt)[slot]
    if not is_answer(value):
        return False
    save(attempt.id, origin, _items({slot: value}), now)
    attempts.check(attempt.id, slot, now)
    return True

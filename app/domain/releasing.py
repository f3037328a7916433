"""What candidates may see of a result, and from when.

A result opens in phases, each on the one before: the score, right or wrong, the keys, the explanations. A
rule says for each from when; the moment follows from facts, so that nothing has to be switched at a bell.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum


class Part(StrEnum):
    """The phases, in their order."""

    SCORE = "score"
    VERDICTS = "verdicts"  # right or wrong, question by question
    KEYS = "keys"
    EXPLANATIONS = "explanations"


class When(StrEnum):
    AT_ONCE = "at_once"  # after hand-in
    AFTER_ALL = "after_all"  # when the last candidate has finished
    BY_HAND = "by_hand"
    FROM = "from"  # a moment
    NEVER = "never"


@dataclass(frozen=True)
class Rule:
    when: When
    moment: datetime | None = None  # of FROM alone


def _rules(*when: When) -> dict[Part, Rule]:
    return {part: Rule(one) for part, one in zip(Part, when, strict=True)}


USUAL: dict[str, dict[Part, Rule]] = {
    "score": _rules(When.AT_ONCE, When.NEVER, When.NEVER, When.NEVER),
    "after_submit": _rules(*[When.AT_ONCE] * 4),
    "after_close": _rules(When.AT_ONCE, *[When.AFTER_ALL] * 3),
    "by_hand": _rules(*[When.BY_HAND] * 4),
}
"""The usual sets of rules, by name."""


def stored(rules: Mapping[Part, Rule]) -> dict[str, str]:
    """As JSON keeps them: the word, or the moment in UTC."""
    return {
        part.value: rule.moment.astimezone(UTC).isoformat() if rule.moment else rule.when.value
        for part, rule in rules.items()
    }


def read(data: Mapping[str, str]) -> dict[Part, Rule]:
    """What `stored` wrote. A part that is not named is never shown."""
    return {part: _rule(data.get(part.value, When.NEVER.value)) for part in Part}


def _rule(told: str) -> Rule:
    if told in set(When) - {When.FROM}:
        return Rule(When(told))
    return Rule(When.FROM, datetime.fromisoformat(told))


@dataclass(frozen=True)
class Facts:
    """What the moments follow from. `finished_at`: nobody writes any more after it, grace included."""

    finished_at: datetime
    released_at: datetime | None  # by hand
    submitted_at: datetime | None = None  # of the attempt; None: it is open


def opens(rules: Mapping[Part, Rule], facts: Facts) -> dict[Part, datetime | None]:
    """The moment from which each part may be seen; None: there is none, as things stand.

    None of an open attempt, and no part before the one it rests on.
    """
    found: dict[Part, datetime | None] = {}
    before = facts.submitted_at
    for part in Part:
        own = _moment(rules[part], facts)
        before = found[part] = max(before, own) if before is not None and own is not None else None
    return found


def _moment(rule: Rule, facts: Facts) -> datetime | None:
    match rule.when:
        case When.AT_ONCE:
            return facts.submitted_at
        case When.AFTER_ALL:
            return facts.finished_at + timedelta.resolution
        case When.BY_HAND:
            return facts.released_at
        case When.FROM:
            return rule.moment
        case When.NEVER:
            return None


def open_parts(rules: Mapping[Part, Rule], facts: Facts, now: datetime) -> frozenset[Part]:
    return frozenset(part for part, moment in opens(rules, facts).items() if moment and moment <= now)


def withdrawn(rules: Mapping[Part, Rule], open_now: frozenset[Part]) -> dict[Part, Rule]:
    """What is out is taken back: it waits to be published by hand, and whatever rests on it with it."""
    return {part: Rule(When.BY_HAND) if part in open_now else rule for part, rule in rules.items()}


def kept_open(
    before: Mapping[Part, Rule], after: Mapping[Part, Rule], released_at: datetime | None
) -> tuple[dict[Part, Rule], datetime | None]:
    """New rules, and when they were published by hand: what newly waits for it is not out with what was
    published before, which stays out from its moment on."""
    waits = {part for part in Part if after[part].when is When.BY_HAND}
    out = {part for part in waits if before[part].when is When.BY_HAND}
    if released_at is None or waits == out:
        return dict(after), released_at
    return {part: Rule(When.FROM, released_at) if part in out else rule for part, rule in after.items()}, None


def may_appeal(settled_at: datetime, score_from: datetime | None, days: int, now: datetime) -> bool:
    """Within so many days after the score was out, or came to be what it is; never before."""
    end = appeal_until(settled_at, score_from, days)
    return end is not None and score_from is not None and max(settled_at, score_from) <= now <= end


def appeal_until(settled_at: datetime, score_from: datetime | None, days: int) -> datetime | None:
    """The end of the days in which a candidate may ask; None: there are none, or not yet."""
    if score_from is None or days <= 0:
        return None
    return max(settled_at, score_from) + timedelta(days=days)

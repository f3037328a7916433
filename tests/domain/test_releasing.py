from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.releasing import (
    USUAL,
    Facts,
    Part,
    Rule,
    When,
    appeal_until,
    kept_open,
    may_appeal,
    open_parts,
    opens,
    read,
    stored,
    withdrawn,
)

START = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
TICK = timedelta.resolution


def at(hours: float) -> datetime:
    return START + timedelta(hours=hours)


RULES = st.fixed_dictionaries(
    {
        part: st.one_of(
            st.sampled_from([Rule(when) for when in When if when is not When.FROM]),
            st.integers(0, 48).map(lambda hours: Rule(When.FROM, at(hours))),
        )
        for part in Part
    }
)
MOMENTS = st.integers(0, 48).map(at)
FACTS = st.builds(Facts, MOMENTS, st.none() | MOMENTS, st.none() | MOMENTS)


@pytest.mark.parametrize(
    ("name", "now", "shown"),
    [
        ("score", at(9), {"score"}),
        ("after_submit", at(1), {"score", "verdicts", "keys", "explanations"}),
        ("after_close", at(2), {"score"}),
        ("after_close", at(2) + TICK, {"score", "verdicts", "keys", "explanations"}),
        ("by_hand", at(5) - TICK, set()),
        ("by_hand", at(5), {"score", "verdicts", "keys", "explanations"}),
    ],
)
def test_the_usual_rules(name: str, now: datetime, shown: set[str]) -> None:
    facts = Facts(finished_at=at(2), released_at=at(5), submitted_at=at(1))
    assert open_parts(USUAL[name], facts, now) == shown


@given(RULES, RULES, FACTS)
def test_new_rules_publish_nothing_that_newly_waits_and_take_nothing_back(
    before: dict[Part, Rule], wanted: dict[Part, Rule], facts: Facts
) -> None:
    after, released_at = kept_open(before, wanted, facts.released_at)
    was, will_be = opens(before, facts), opens(after, replace(facts, released_at=released_at))
    for part in Part:
        if wanted[part].when is When.BY_HAND and before[part].when is not When.BY_HAND:
            assert will_be[part] is None
    if before == wanted:
        assert was == will_be


def test_no_part_opens_before_the_one_it_rests_on() -> None:
    rules = USUAL["after_submit"] | {Part.VERDICTS: Rule(When.FROM, at(7))}
    found = opens(rules, Facts(at(2), None, at(1)))
    assert list(found.values()) == [at(1), at(7), at(7), at(7)]
    hidden = opens(rules | {Part.SCORE: Rule(When.BY_HAND)}, Facts(at(2), None, at(1)))
    assert list(hidden.values()) == [None] * 4


@given(RULES, FACTS, MOMENTS, MOMENTS)
def test_what_is_open_stays_open_and_rests_on_what_is_open(
    rules: dict[Part, Rule], facts: Facts, one: datetime, other: datetime
) -> None:
    earlier, later = sorted((one, other))
    shown = open_parts(rules, facts, earlier)
    assert shown <= open_parts(rules, facts, later)
    assert [part in shown for part in Part] == sorted((part in shown for part in Part), reverse=True)
    if facts.submitted_at is None:
        assert not shown


@given(RULES)
def test_rules_are_read_as_they_were_stored(rules: dict[Part, Rule]) -> None:
    assert read(stored(rules)) == rules


@given(RULES, FACTS, MOMENTS)
def test_what_was_taken_back_is_hidden_until_it_is_published_again(
    rules: dict[Part, Rule], facts: Facts, now: datetime
) -> None:
    shown = open_parts(rules, facts, now)
    after = withdrawn(rules, shown)
    assert open_parts(after, Facts(facts.finished_at, None, facts.submitted_at), now) == frozenset()
    again = Facts(facts.finished_at, now, facts.submitted_at)
    assert shown <= open_parts(after, again, now)


def test_nothing_named_is_never_shown() -> None:
    assert read({"score": "at_once"}) == USUAL["score"]


def test_days_to_appeal_count_from_the_release_or_from_the_last_change() -> None:
    assert appeal_until(at(1), at(5), 7) == at(5 + 7 * 24)
    assert appeal_until(at(9), at(5), 7) == at(9 + 7 * 24)
    assert appeal_until(at(1), None, 7) is None and appeal_until(at(1), at(5), 0) is None
    asked = [at(5) - TICK, at(5), at(5 + 7 * 24), at(5 + 7 * 24) + TICK]
    assert [may_appeal(at(1), at(5), 7, now) for now in asked] == [False, True, True, False]

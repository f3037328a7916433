from typing import Any

import pytest

from app.domain.questions import MARKED_BY_HAND, Kind
from app.domain.regrading import Decision, Remedy, Worth, fault, keys, points, remedies, worth
from app.domain.scoring import Preset

ALL, VOID = Decision(Remedy.ALL), Decision(Remedy.VOID)


@pytest.mark.parametrize(
    ("decided", "value", "earned"),
    [
        (None, "b", 20), (None, "c", 0),
        (Decision(Remedy.KEY, "c"), "c", 20), (Decision(Remedy.KEY, "c"), "b", 0),
        (Decision(Remedy.ACCEPT, ["c", "d"]), "b", 20), (Decision(Remedy.ACCEPT, ["c", "d"]), "d", 20),
        (Decision(Remedy.ACCEPT, ["c"]), "a", 0), (Decision(Remedy.ACCEPT, ["c"]), None, 0),
        (VOID, "b", None), (VOID, None, None), (ALL, "a", 20), (ALL, None, 20),
    ],
)  # fmt: skip
def test_what_each_remedy_gives(decided: Decision | None, value: Any, earned: int | None) -> None:
    assert points(decided, Kind.SINGLE, "b", value, 20, Preset.EXACT) == earned


def test_the_better_of_several_keys_counts_as_a_whole() -> None:
    wider = Decision(Remedy.ACCEPT, [["a", "b", "c"]])
    scored = [
        points(wider, Kind.MULTIPLE, ["a", "c"], value, 20, Preset.HALF)
        for value in (["a", "c"], ["a", "b"], ["a", "b", "c"], ["a", "d"])
    ]
    assert scored == [20, 10, 20, 0]


def test_variants_of_blanks_go_together_place_by_place() -> None:
    more = Decision(Remedy.ACCEPT, [[["中共中央"], ["团结统一", "团结"]]])
    assert keys(Kind.BLANKS, [["党中央"], ["团结"]], more) == [[["党中央", "中共中央"], ["团结", "团结统一"]]]
    mixed = ["中共中央", "团结"]
    assert points(more, Kind.BLANKS, [["党中央"], ["团结"]], mixed, 20, Preset.PER_BLANK) == 20


def test_what_does_not_count_is_worth_nothing() -> None:
    drawn = {1: 20, 2: 20, 3: 30}
    assert [worth(drawn, void) for void in ((), {3}, {1, 2, 3})] == [Worth(70, 3), Worth(40, 2), Worth(0, 0)]


@pytest.mark.parametrize(
    ("kind", "key", "said"),
    [
        (Kind.SINGLE, "b", ""), (Kind.SINGLE, "e", "options"), (Kind.SINGLE, None, "options"),
        (Kind.MULTIPLE, ["a", "b"], ""), (Kind.MULTIPLE, [], "options"),
        (Kind.MULTIPLE, ["a", "a"], "options"), (Kind.MULTIPLE, ["a", "z"], "options"),
        (Kind.JUDGE, False, ""), (Kind.JUDGE, "对吗", "judge"),
        (Kind.ORDER, ["c", "a", "b", "d"], ""), (Kind.ORDER, ["c", "a"], "order"),
        (Kind.MATCH, ["a", "a"], ""), (Kind.MATCH, ["a"], "match"), (Kind.MATCH, ["a", "x"], "match"),
        (Kind.BLANKS, [["甲"], ["乙"]], ""), (Kind.BLANKS, [["甲"]], "blanks"),
        (Kind.BLANKS, [["甲"], [""]], "blanks"),
        (Kind.RECITE, {"text": "原文", "phrases": ["原文"]}, ""), (Kind.RECITE, None, "recite"),
        (Kind.SHORT, ["要点"], "written"),
    ],
)  # fmt: skip
def test_a_key_that_does_not_fit_is_named(kind: Kind, key: Any, said: str) -> None:
    assert fault(kind, key, ("a", "b", "c", "d"), 2, 2) == said


def test_what_people_mark_has_no_other_key() -> None:
    assert {kind for kind in Kind if Remedy.KEY not in remedies(kind)} == set(MARKED_BY_HAND)

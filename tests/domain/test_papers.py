import json
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.papers import (
    Content,
    Document,
    Section,
    canonical,
    digest,
    display_order,
    document,
    quiz_order,
    slot_kinds,
)
from app.domain.questions import Kind
from app.domain.scoring import Preset


def section(kind: Kind = Kind.SINGLE) -> Section:
    return Section("一、题", kind, 20, Preset.EXACT)


# --- the frozen document

words = st.text('abé规矩😀"\\\n', max_size=4)

PAPER = document(
    "结业考试",
    [
        Section("一、单选", Kind.SINGLE, 20, Preset.EXACT),
        Section("二、判断", Kind.JUDGE, 10, Preset.EXACT),
        Section("三、多选", Kind.MULTIPLE, 25, Preset.HALF),
        Section("四、填空", Kind.BLANKS, 15, Preset.PER_BLANK),
    ],
    [
        [Content("第一题", ("甲", "乙", "丙")), Content("第二题", ("丁", "戊"))],
        [Content("第三题")],
        [Content("第四题", ("己", "庚"))],
        [Content("第五____题")],
    ],
)


def test_document() -> None:
    assert PAPER["title"] == "结业考试"
    assert PAPER["sections"][0] == {"title": "一、单选", "kind": "single", "points": 20, "slots": [1, 2]}
    assert [part["slots"] for part in PAPER["sections"]] == [[1, 2], [3], [4], [5]]
    assert PAPER["slots"][1] == {
        "slot": 2,
        "kind": "single",
        "points": 20,
        "stem": "第二题",
        "options": [{"key": "a", "text": "丁"}, {"key": "b", "text": "戊"}],
    }
    assert PAPER["slots"][2]["options"] == []
    assert json.loads(canonical(PAPER)) == PAPER


def test_document_wants_content_for_every_section() -> None:
    with pytest.raises(ValueError):
        document("卷", [section()], [])


def test_canonical_and_digest() -> None:
    assert canonical({"b": [1, "规矩"], "a": None}) == '{"a":null,"b":[1,"规矩"]}'.encode()
    assert digest({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"


@settings(deadline=None, max_examples=50)
@given(st.dictionaries(words, st.integers() | words | st.lists(words, max_size=3), max_size=5))
def test_canonical_does_not_know_the_order_of_keys(content: dict[str, object]) -> None:
    turned = dict(reversed(content.items()))
    assert canonical(turned) == canonical(content)
    assert digest(turned) == digest(content)
    assert json.loads(canonical(content)) == content


# --- orders


def options_of(paper: Document) -> dict[int, list[str]]:
    return {slot["slot"]: [option["key"] for option in slot["options"]] for slot in paper["slots"]}


def test_display_order_unshuffled() -> None:
    order = display_order(PAPER, 1, False, False)
    assert order == [[1, ["a", "b", "c"]], [2, ["a", "b"]], [3, []], [4, ["a", "b"]], [5, []]]


@pytest.mark.parametrize("shown", [display_order, lambda *a: quiz_order(a[0], 4, a[1], (), a[3])])
def test_shuffling_leaves_the_paper_alone(shown: Callable[..., object]) -> None:
    before = canonical(PAPER)
    for seed in range(5):
        shown(PAPER, seed, True, True)
    assert canonical(PAPER) == before


@st.composite
def papers(draw_: st.DrawFn) -> Document:
    parts, contents = [], []
    for kind in draw_(st.lists(st.sampled_from(Kind), min_size=1, max_size=4)):
        width = 0 if kind in (Kind.JUDGE, Kind.BLANKS) else 4
        count = draw_(st.integers(0, 6))
        parts.append(section(kind))
        contents.append([Content(f"题{n}", tuple("甲乙丙丁"[:width])) for n in range(count)])
    return document("卷", parts, contents)


@settings(deadline=None)
@given(papers(), st.integers(), st.booleans(), st.booleans())
def test_display_order_is_a_permutation_inside_sections(
    paper: Document, seed: int, shuffle_slots: bool, shuffle_options: bool
) -> None:
    order = display_order(paper, seed, shuffle_slots, shuffle_options)
    at = 0
    for part in paper["sections"]:
        shown = [slot for slot, _ in order[at : at + len(part["slots"])]]
        assert sorted(shown) == part["slots"]
        assert shuffle_slots or shown == part["slots"]
        at += len(shown)
    assert at == len(order)
    for slot, keys in order:
        assert sorted(keys) == options_of(paper)[slot]
        assert shuffle_options or keys == options_of(paper)[slot]
    assert order == display_order(paper, seed, shuffle_slots, shuffle_options)
    assert json.loads(json.dumps(order)) == order


@settings(deadline=None)
@given(papers(), st.integers(0, 30), st.integers(), st.sets(st.integers(1, 24)), st.booleans())
def test_quiz_order(paper: Document, n: int, seed: int, seen: set[int], shuffle_options: bool) -> None:
    order = quiz_order(paper, n, seed, seen, shuffle_options)
    slots = [slot for slot, _ in order]
    total = len(paper["slots"])
    assert len(slots) == len(set(slots)) == min(n, total)
    unseen = set(range(1, total + 1)) - seen
    fresh = min(n, len(unseen))
    assert set(slots[:fresh]) <= unseen
    assert not set(slots[fresh:]) & unseen
    assert all(sorted(keys) == options_of(paper)[slot] for slot, keys in order)


def test_quiz_order_of_none() -> None:
    assert quiz_order(PAPER, 0, 1, (), True) == quiz_order(PAPER, -1, 1, (), True) == []


def test_slot_kinds() -> None:
    assert slot_kinds(PAPER, display_order(PAPER, 3, True, True)) == "ssjmb"
    assert slot_kinds(PAPER, [[4, ["b", "a"]], [1, ["a", "b", "c"]]]) == "s--m-"
    assert slot_kinds(PAPER, []) == "-----"


@pytest.mark.parametrize("last", [0, 1, 2, 3])
def test_what_must_stay_last_does(last: int) -> None:
    section = Section("一", Kind.SINGLE, 20, Preset.EXACT)
    paper = document("卷", [section], [[Content("问", "甲乙丙丁", last=last)] * 40])
    assert ("last" in paper["slots"][0]) is (last > 0)  # papers frozen before keep their names
    for order in (display_order(paper, 7, True, True), quiz_order(paper, 40, 7, (), True)):
        assert [keys[4 - last :] for _, keys in order] == [list("abcd")[4 - last :]] * 40
        assert {"".join(sorted(keys)) for _, keys in order} == {"abcd"}
        assert (len({"".join(keys) for _, keys in order}) > 1) is (last < 3)

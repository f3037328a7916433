from dataclasses import replace

import pytest

from app.domain.faults import Fault, faults, hindrances
from app.domain.questions import Kind, Part, Question

SINGLE = Question(
    kind=Kind.SINGLE,
    stem="“五个必须”的第一条是（　　）。",
    options=("维护党中央权威", "维护党的团结", "遵循组织程序", "服从组织决定"),
    key="a",
    explanation="见第一条。",
    clauses=("five-musts/1",),
    topic="政治纪律",
    difficulty="easy",
)
MULTIPLE = replace(SINGLE, kind=Kind.MULTIPLE, key=["a", "c"])
JUDGE = replace(SINGLE, kind=Kind.JUDGE, options=(), key=False)
BLANKS = replace(
    SINGLE,
    kind=Kind.BLANKS,
    stem="必须维护____权威，必须维护____。",
    options=(),
    key=[["党中央"], ["党的团结", "团结"]],
)


ORDER = replace(SINGLE, kind=Kind.ORDER, options=("三", "一", "二"), key=["b", "c", "a"])
MATCH = replace(
    SINGLE, kind=Kind.MATCH, options=("团结统一", "中央权威", "组织程序"), key=["b", "a"],
    prompts=("必须维护", "决不允许"),
)  # fmt: skip
RECITE = replace(
    SINGLE, kind=Kind.RECITE, options=(),
    key={"text": "必须维护党中央权威，在任何情况下都保持高度一致", "phrases": ["维护党中央权威", "高度一致"]},
)  # fmt: skip
SHORT = replace(SINGLE, kind=Kind.SHORT, options=(), key=["党中央权威", "党的团结"])
ESSAY = replace(SHORT, kind=Kind.ESSAY)
CASE = replace(
    SINGLE, kind=Kind.CASE, options=(), key=None,
    parts=(Part(Kind.JUDGE, "对吗？", (), True), Part(Kind.SHORT, "为什么？", (), ["有规定"])),
)  # fmt: skip


def codes(question: Question) -> set[tuple[str, str]]:
    return {(fault.field, fault.code) for fault in faults(question)}


@pytest.mark.parametrize(
    "question",
    [SINGLE, MULTIPLE, JUDGE, BLANKS, ORDER, MATCH, RECITE, SHORT, ESSAY, CASE],
    ids=lambda q: q.kind.value,
)
def test_well_formed(question: Question) -> None:
    assert faults(question) == ()
    assert faults(replace(question, difficulty="medium")) == ()


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        (replace(SINGLE, stem=" 　"), {("stem", "missing")}),
        (replace(SINGLE, explanation=""), {("explanation", "missing")}),
        (replace(SINGLE, topic=""), {("topic", "missing")}),
        (replace(SINGLE, clauses=()), {("clauses", "missing")}),
        (replace(SINGLE, clauses=("five-musts/1", "")), {("clauses", "missing")}),
        (replace(SINGLE, difficulty="难"), {("difficulty", "unknown_difficulty")}),
        (replace(SINGLE, options=("甲",)), {("options", "too_few")}),
        (replace(SINGLE, options=("甲", "乙")), set()),
        (replace(SINGLE, options=tuple("甲乙丙丁戊己庚辛")), set()),
        (replace(SINGLE, options=tuple("甲乙丙丁戊己庚辛壬")), {("options", "too_many")}),
        (
            replace(SINGLE, options=tuple("甲" * 30)),
            {("options", "too_many"), ("options", "duplicate_option")},
        ),
        (replace(SINGLE, options=("甲", " ")), {("options", "empty_option")}),
        (replace(SINGLE, options=("甲", " ", "")), {("options", "empty_option")}),
        (replace(SINGLE, options=("党 章", "《党章》")), {("options", "duplicate_option")}),
        (replace(SINGLE, options=("ＡＢ", "ab")), {("options", "duplicate_option")}),
        (replace(SINGLE, options=("、", "，")), set()),
        (replace(JUDGE, options=("对", "错")), {("options", "not_allowed")}),
        (replace(BLANKS, options=("甲",)), {("options", "not_allowed")}),
        (replace(SINGLE, key="e"), {("key", "key_unknown")}),
        (replace(SINGLE, key="A"), {("key", "key_unknown")}),
        (replace(SINGLE, key=""), {("key", "missing")}),
        (replace(SINGLE, key=["a"]), {("key", "key_shape")}),
        (replace(SINGLE, key=None), {("key", "missing")}),
        (replace(MULTIPLE, key="ac"), {("key", "key_shape")}),
        (replace(MULTIPLE, key=["a", 3]), {("key", "key_shape")}),
        (replace(MULTIPLE, key=[]), {("key", "missing")}),
        (replace(MULTIPLE, key=["a"]), {("key", "key_too_few")}),
        (replace(MULTIPLE, key=["a", "a"]), {("key", "key_too_few"), ("key", "key_duplicate")}),
        (replace(MULTIPLE, key=["c", "a"]), {("key", "key_unsorted")}),
        (replace(MULTIPLE, key=["a", "c", "c"]), {("key", "key_duplicate")}),
        (replace(MULTIPLE, key=["a", "e"]), {("key", "key_unknown")}),
        (replace(MULTIPLE, key=["a", "b", "c", "d"]), set()),
        (replace(JUDGE, key=1), {("key", "key_shape")}),
        (replace(JUDGE, key="true"), {("key", "key_shape")}),
        (replace(BLANKS, stem="没有空。"), {("stem", "no_blanks"), ("key", "blank_count")}),
        (replace(BLANKS, key=[["党中央"]]), {("key", "blank_count")}),
        (replace(BLANKS, key=["党中央", "团结"]), {("key", "key_shape")}),
        (replace(BLANKS, key=[["党中央"], []]), {("key", "key_shape")}),
        (replace(BLANKS, key=[["党中央"], [1]]), {("key", "key_shape")}),
        (replace(BLANKS, key=[["党中央"], ["团结", "。"]]), {("key", "empty_variant")}),
        (replace(BLANKS, key=None), {("key", "missing")}),
        (replace(SINGLE, options=("甲\n乙", "丙"), key="a"), {("options", "line_break")}),
        (replace(MATCH, prompts=("甲｜乙", "丙")), {("prompts", "bar")}),
        (replace(MATCH, options=("甲|乙", "丙", "丁")), {("options", "bar")}),
        (replace(BLANKS, key=[["党中央"], ["团|结"]]), {("key", "bar")}),
        (replace(SINGLE, level="深"), {("level", "unknown_level")}),
        (replace(SINGLE, prompts=("甲",)), {("prompts", "not_allowed")}),
        (replace(SINGLE, parts=CASE.parts), {("parts", "not_allowed")}),
        (replace(ORDER, options=("甲", "乙"), key=["b", "a"]), {("options", "too_few")}),
        (replace(ORDER, key=["a", "b", "c"]), {("key", "key_in_order")}),
        (replace(ORDER, key=["b", "a"]), {("key", "key_count")}),
        (replace(ORDER, key=["b", "b", "a"]), {("key", "key_duplicate")}),
        (replace(ORDER, key="bca"), {("key", "key_shape")}),
        (replace(MATCH, key=["a", "b"]), {("key", "key_in_order")}),
        (replace(MATCH, key=["d", "b"]), {("key", "key_unknown")}),
        (replace(MATCH, key=["b"]), {("key", "key_count")}),
        (replace(MATCH, prompts=("甲",), key=["b"]), {("prompts", "too_few"), ("key", "key_in_order")}),
        (replace(MATCH, prompts=("甲", "甲。")), {("prompts", "duplicate_option")}),
        (replace(MATCH, prompts=("甲", "")), {("prompts", "empty_option")}),
        (
            replace(MATCH, prompts=tuple("甲乙丙丁"), key=list("bacd")),
            {("prompts", "too_many"), ("key", "key_unknown")},
        ),
        (replace(RECITE, key="全文"), {("key", "key_shape")}),
        (replace(RECITE, key={"text": "全文", "phrases": [], "more": 1}), {("key", "key_shape")}),
        (replace(RECITE, key={"text": "全文", "phrases": []}), {("key", "empty_variant")}),
        (replace(RECITE, key={"text": "甲乙丙", "phrases": ["丁"]}), {("key", "phrase_unknown")}),
        (replace(RECITE, key={"text": "甲，乙丙", "phrases": ["丙", "甲"]}), {("key", "phrase_unknown")}),
        (replace(RECITE, key={"text": "甲，乙丙", "phrases": ["甲乙", "丙"]}), set()),
        (replace(SHORT, key=[]), {("key", "missing")}),
        (replace(SHORT, key="党中央权威"), {("key", "key_shape")}),
        (replace(ESSAY, key=["党中央权威", " "]), {("key", "empty_variant")}),
        (replace(CASE, parts=()), {("parts", "missing")}),
        (replace(CASE, parts=CASE.parts * 6), {("parts", "too_many")}),
        (replace(CASE, parts=(Part(Kind.CASE, "又一个", (), None),)), {("parts", "part_kind")}),
        (replace(CASE, key=True, options=("甲",)), {("key", "key_shape"), ("options", "not_allowed")}),
        (replace(CASE, stem=""), {("stem", "missing")}),
    ],
)
def test_faults(question: Question, expected: set[tuple[str, str]]) -> None:
    assert codes(question) == expected


def test_a_fault_says_where() -> None:
    assert faults(replace(SINGLE, options=("甲", "乙", "甲。"))) == (
        Fault("options", "duplicate_option", "1, 3"),
    )


def test_all_faults_are_told_at_once() -> None:
    assert len(faults(Question(Kind.SINGLE, "", (), None, "", (), "", ""))) == 7


def test_a_fault_in_a_part_says_in_which() -> None:
    second = replace(CASE.parts[1], key=[])
    assert faults(replace(CASE, parts=(CASE.parts[0], second))) == (Fault("key", "missing", "2: "),)


def test_a_draft_may_lack_whatever_it_can_be_shown_without() -> None:
    bare = Question(Kind.SINGLE, "谁？", (), None, "", (), "", "easy")
    assert len(faults(bare)) == 5
    assert hindrances(faults(bare)) == ()
    assert hindrances(faults(replace(bare, stem=" "))) == (Fault("stem", "missing"),)
    assert hindrances(faults(replace(bare, options=tuple("甲乙丙丁戊己庚辛壬")))) == (
        Fault("options", "too_many", "9"),
    )
    assert hindrances(faults(replace(JUDGE, key="也许"))) == (Fault("key", "key_shape"),)

"""What is weak though well formed."""

from dataclasses import replace

import pytest

from app.domain.quality import Advice, Tally, Term, Weakness, advice, closing, negations
from app.domain.questions import Kind, Part, Question

INSIDE = ("党中央权威", "党中央权威和领导")
SINGLE = Question(Kind.SINGLE, "谁？", ("甲方", "乙方"), "a", "因为。", ("x/1",), "题", "easy")


@pytest.mark.parametrize(
    ("stem", "marked"),
    [
        ("下列不属于“五个必须”的是（　　）。", ["不属于"]),
        ("下列说法错误的是（　　）。", ["错误"]),
        ("下列关于组织生活的说法，不正确的有（）", ["不正确"]),
        ("下列表述中不符合规定的一项是：", ["不符合"]),
        ("党员不得有的行为是____。", ["不得"]),
        ("下列哪一项不属于四风？", ["不属于"]),
        ("除批评教育外，还可以采取的方式有（　　）。", ["除批评教育外"]),
        ("下列做法不合规的是（　　）。", []),
        ("必须坚持的是（　　）。", []),
        ("党员不得搞团团伙伙。", []),
        ("对错误的思想要敢于斗争，这体现的是（　　）。", []),
        ("这是不是一项纪律？", []),
    ],
)
def test_words_that_turn_a_question_round(stem: str, marked: list[str]) -> None:
    assert [stem[start:end] for start, end in negations(stem)] == marked


@pytest.mark.parametrize(
    ("question", "found"),
    [
        (SINGLE, []),
        (replace(SINGLE, stem="下列做法不合规的是（　　）。"), [Advice(Weakness.NEGATIVE)]),
        (replace(SINGLE, stem="下列说法错误的是（　　）。"), []),
        (replace(SINGLE, kind=Kind.JUDGE, stem="不合规的是他。", options=(), key=True), []),
        (replace(SINGLE, options=INSIDE), [Advice(Weakness.OVERLAP, "｜".join(INSIDE))]),
        (replace(SINGLE, options=("警告", "严重警告")), []),
        (replace(SINGLE, options=("五人以上", "都不得从轻")), []),
        (replace(SINGLE, options=("甲方", "以上都对")), [Advice(Weakness.OTHERS, "以上都对")]),
        (replace(SINGLE, options=("甲方", "以上都对"), last=1), []),
        (replace(SINGLE, options=("甲方", "A和B")), [Advice(Weakness.OTHERS, "A和B")]),
        (replace(SINGLE, options=("必须同党中央保持高度一致", "乙方")), [Advice(Weakness.LONGEST)]),
        (replace(SINGLE, options=("必须同党中央保持高度一致", "乙方"), key="b"), []),
        (replace(SINGLE, options=("必须同党中央保持高度一致", "乙方"), key=None), []),
        (replace(SINGLE, stem="监察部是谁？"), [Advice(Weakness.OUTDATED, "监察部")]),
        (
            replace(SINGLE, kind=Kind.CASE, options=(), key=None, stem="监察部……", parts=(
                Part(Kind.MULTIPLE, "选", INSIDE, ["a", "b"]),)),
            [Advice(Weakness.OVERLAP, "｜".join(INSIDE)), Advice(Weakness.OUTDATED, "监察部")],
        ),
    ],
)  # fmt: skip
def test_advice(question: Question, found: list[Advice]) -> None:
    terms = [Term("监察部", "2018-03", "国家监察委员会", "深化党和国家机构改革方案")]
    assert list(advice(question, terms)) == found


def tally(*parts: Part) -> Tally:
    made = Tally()
    for part in parts:
        made.add(part)
    return made


def single(key: str, *options: str) -> Part:
    return Part(Kind.SINGLE, "谁？", options or ("甲", "乙", "丙", "丁"), key)


def test_keys_that_are_mostly_a_stand_out() -> None:
    found = tally(*[single("a")] * 40, *[single(key) for key in "bcd" * 5])
    assert found.count[Kind.SINGLE] == 55
    assert (found.places[Kind.SINGLE]["a"].seen, round(found.places[Kind.SINGLE]["a"].expected, 2)) == (
        40,
        13.75,
    )
    assert (Kind.SINGLE, "a") in found.biases()
    assert tally(*[single(key) for key in "abcd" * 10]).biases() == []
    assert tally(*[single("a")] * 19).biases() == []  # too few to say


def test_multiple_and_judge_are_counted_by_themselves() -> None:
    right = Part(Kind.JUDGE, "对吗？", (), True)
    assert tally(*[right] * 30).biases() == [(Kind.JUDGE, "true"), (Kind.JUDGE, "false")][::-1]
    many = Part(Kind.MULTIPLE, "选", ("甲", "乙", "丙", "丁"), ["a", "b"])
    assert [key for _kind, key in tally(*[many] * 30).biases()] == ["a", "b", "c", "d"]
    all_right = Part(Kind.MULTIPLE, "选", ("甲", "乙"), ["a", "b"])
    assert tally(*[all_right] * 30).biases() == []


def test_the_longest_option_is_right_too_often() -> None:
    long = single("a", "甲乙丙丁", "甲", "乙", "丙")
    short = single("b", "甲乙丙丁", "甲", "乙", "丙")
    assert tally(*[long] * 30).longest_biased
    assert not tally(*[long, short, short, short] * 10).longest_biased
    assert not tally(*[short] * 30).longest_biased  # seldom right gives nobody a point
    assert tally(*[single("a", "甲乙", "丙丁")] * 30).longest.expected == 0


@pytest.mark.parametrize(
    "part",
    [single("z"), single(""), Part(Kind.JUDGE, "对吗？", (), None), Part(Kind.MULTIPLE, "选", (), [])],
)
def test_keys_that_do_not_fit_say_nothing(part: Part) -> None:
    assert tally(part).count.total() == 0


@pytest.mark.parametrize(
    ("options", "last"),
    [
        (("甲", "乙", "以上都对"), 1), (("甲", "以上都对", "以上都不对"), 2), (("以上都对", "甲"), 0),
        (("以上都对", "以上皆错"), 0), (("甲", "A和B"), 0), ((), 0),
    ],
)  # fmt: skip
def test_what_speaks_of_those_above_closes(options: tuple[str, ...], last: int) -> None:
    assert closing(Kind.SINGLE, options) == last
    assert closing(Kind.ORDER, options) == 0

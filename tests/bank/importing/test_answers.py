"""What an answer means, and what it must never be taken for."""

import pytest

from app.bank.importing import answers
from app.domain.questions import Kind


@pytest.mark.parametrize(
    ("answer", "blanks", "key"),
    [
        ("3.5亿", 1, [["3.5亿"]]),
        ("12:30", 1, [["12:30"]]),
        ("2015/1/13", 1, [["2015/1/13"]]),
        ("1/7", 1, [["1/7"]]),
        ("甲/乙", 1, [["甲", "乙"]]),
        ("km/h |", 1, [["km/h"]]),
        ("km/h | 千米/时", 1, [["km/h", "千米/时"]]),
        ("（1）党中央", 1, [["党中央"]]),
        ("①党中央", 1, [["党中央"]]),
        ("1、党中央 2、团结", 2, [["党中央"], ["团结"]]),
        ("1.5；2.5", 2, [["1.5"], ["2.5"]]),
        ("10、20", 2, [["10"], ["20"]]),
    ],
)
def test_a_number_in_a_blank_stays_whole(answer: str, blanks: int, key: list[list[str]]) -> None:
    assert answers.key(Kind.BLANKS, answer, (), "____" * blanks) == key


@pytest.mark.parametrize(
    ("answer", "options", "key"),
    [
        ("3", ("2", "3", "5", "7"), "b"),
        ("3", ("甲", "乙", "丙", "丁"), "c"),
        ("C", ("2", "3", "5", "7"), "c"),
        ("3年", ("2年", "3年", "5年", "7年"), "b"),
    ],
)
def test_the_words_of_an_option_go_before_its_number(answer: str, options: tuple[str, ...], key: str) -> None:
    assert answers.key(Kind.SINGLE, answer, options) == key

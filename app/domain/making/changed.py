"""判断: a sentence of a clause as it stands, or with a word changed so that it is no longer true anywhere."""

import re
from collections.abc import Iterator
from typing import Any

from app.domain.making.texts import LEANING, Clause, Library, Source, by_lot, quoted, segments, sentences
from app.domain.questions import Kind, Question, normalise

SHORTEST, LONGEST = 10, 120  # characters of a sentence
SWAPS: tuple[tuple[str, str], ...] = (
    # opposites
    ("少数服从多数", "多数服从少数"), ("半数以上", "三分之二以上"), ("三分之二以上", "半数以上"),
    ("以上", "以下"), ("大多数", "少数"), ("极少数", "多数"), ("轻处分", "重处分"),
    ("事先", "事后"), ("书面", "口头"), ("无记名", "记名"),
    # how binding it is
    ("一律", "一般"), ("一般每", "必须每"), ("应当", "可以"), ("可以随时", "不得随时"),
    ("决不允许", "原则上不允许"),
    # how often, how long
    ("每季度", "每月"), ("每月", "每季度"), ("每半年", "每年"), ("每年", "每半年"), ("每两年", "每年"),
    ("工作日", "自然日"), ("个月", "周"),
    # who
    ("党员大会", "党小组会"), ("支部委员会", "党小组"), ("上级组织", "下级组织"), ("下级组织", "上级组织"),
    ("上级党组织", "下级党组织"), ("集体领导", "书记领导"),
    ("中央委员会", "中央政治局"), ("党员领导干部", "党外干部"), ("省级", "县级"), ("县级", "市级"),
    # what
    ("政治纪律", "工作纪律"), ("组织纪律", "群众纪律"), ("廉洁纪律", "生活纪律"), ("形式主义", "享乐主义"),
    ("警告", "严重警告"), ("开除党籍", "留党察看"), ("撤销党内职务", "严重警告"), ("预备期", "培养期"),
)  # fmt: skip
"""A word and what it is changed into: an opposite or a neighbour, so that the sentence still reads well."""
EXCHANGED = (("上级组织", "下级组织"), ("上级党组织", "下级党组织"))
"""Where a sentence has both of these, the two are exchanged."""
_FIGURE = re.compile(
    r"(?<![\d第])(?P<figure>\d{1,2}|[一二三四五六七八九十])(?=(?:次|个月|年(?!代|\d)|日内|天|个工作日|人以上))"
)
_NEXT = dict(zip("一二三四五六七八九十", "二三五五三八九六十八", strict=True))
_JOINED = re.compile(r"[和与及同、或]")


def options(library: Library, source: Source, clause: Clause, seed: int) -> Iterator[dict[str, Any]]:
    """As many as it has sentences to leave and words to change; the seed decides which comes first."""
    found: list[dict[str, Any]] = []
    if source.terms:
        return
    for start, end in sentences(clause.text):
        sentence = clause.text[start:end]
        if SHORTEST <= len(sentence) <= LONGEST and not LEANING.search(sentence):
            found.append({"sentence": sentence})
            found += [{"sentence": sentence, "old": old, "new": new} for old, new in _changes(sentence)]
    false = [one for one in found if "old" in one]
    true = [one for one in found if "old" not in one]
    drawn = by_lot(false, seed, clause.name), by_lot(true, seed, clause.name)
    first, second = drawn if by_lot((0, 1), seed, clause.name, "first")[0] else drawn[::-1]
    yield from (*first, *second)


def _changes(sentence: str) -> Iterator[tuple[str, str]]:
    yield from ((old, new) for old, new in SWAPS if _once(sentence, old))
    for found in _FIGURE.finditer(sentence):
        figure, unit = found["figure"], sentence[found.end() : found.end() + 1]
        other = (
            str(int(figure) + 1 if figure == "1" else int(figure) * 2) if figure.isdigit() else _NEXT[figure]
        )
        if _once(sentence, figure + unit):
            yield figure + unit, other + unit


def _once(sentence: str, word: str) -> bool:
    """Does the word stand here once, and as a word: no 上 or 下 before 下级, no 每 before 一次?"""
    at = sentence.find(word)
    return at >= 0 and sentence.count(word) == 1 and sentence[max(at - 1, 0) : at] not in {"上", "下", "不"}


def build(
    library: Library, source: Source, clause: Clause, arguments: dict[str, Any], seed: int
) -> Question | None:
    sentence = arguments["sentence"]
    if sentence not in (clause.text[start:end] for start, end in sentences(clause.text)):
        return None
    if "old" not in arguments:
        return _judged(
            f"{source.intro}{sentence}。", True, f"说法正确。{quoted(clause, source)}", clause, "easy"
        )
    old, new = arguments["old"], arguments["new"]
    if not _once(sentence, old):
        return None
    false = changed(sentence, old, new)
    if false is None or not _false_everywhere(library, clause, sentence, false):
        return None
    explanation = f"说法错误，应是“{old}”，不是“{new}”。{quoted(clause, source)}"
    return _judged(f"{source.intro}{false}。", False, explanation, clause, "medium")


def _judged(stem: str, key: bool, explanation: str, clause: Clause, difficulty: str) -> Question:
    return Question(Kind.JUDGE, stem, (), key, explanation, (clause.name,), "", difficulty)


def changed(sentence: str, old: str, new: str) -> str | None:
    """The sentence with the word changed; where both words stand in it, with the two exchanged.

    None where that reads oddly, or says the same again: of two things joined by 和, either may come first.
    """
    if new not in sentence or new in old or old in new:
        return sentence.replace(old, new)
    if sentence.count(new) > 1 or tuple(sorted((old, new))) not in EXCHANGED:
        return None
    first, second = sorted((sentence.find(old), sentence.find(new)))
    length = len(old) if sentence.find(old) == first else len(new)
    if _JOINED.search(sentence[first + length : second]):
        return None
    return sentence.replace(old, "\0").replace(new, old).replace("\0", new)


def _false_everywhere(library: Library, clause: Clause, sentence: str, false: str) -> bool:
    """No clause says the changed sentence; where it does not name its subject, not even a stretch of it."""
    if normalise(false) == normalise(sentence) or library.says(false):
        return False
    if clause.text.startswith(sentence):
        return True
    kept = {sentence[start:end] for start, end in segments(sentence)}
    altered = [false[start:end] for start, end in segments(false) if false[start:end] not in kept]
    return not any(library.says(stretch) for stretch in altered)

"""What a line of a paper is: a section's head, the start of a question, options, a labelled field."""

import re
from dataclasses import dataclass

from app.bank.importing import words
from app.bank.importing.items import half

LONGEST = 10_000  # characters of a line or cell; of a longer one no more than tells so is read

_FIELDS = {
    "answer": "正确答案 参考答案 标准答案 试题答案 本题答案 答案要点 参考要点 答题要点 要点 评分标准 答案 "
    "ANSWER Answer",
    "explanation": "答案解析 试题解析 题目解析 参考解析 解析 详解 解释 点评 理由",
    "basis": "法规依据 政策依据 答案依据 参考依据 题目来源 试题来源 依据 出处 来源",
    "topic": "所属知识点 考查知识点 知识点 考查点 考点",
    "difficulty": "难易程度 难易度 难度系数 难度",
    "kind": "试题类型 题目类型 题型",
    "level": "认知层次 认知水平",
    "tags": "标签 关键词",
    "score": "分值 分数 得分 我的答案 你的答案",
}
_FIELD_OF = {word: field for field, names in _FIELDS.items() for word in names.split()}
_LABELS = "|".join(sorted(_FIELD_OF, key=len, reverse=True))
_LABEL = re.compile(
    rf"【\s?(?P<boxed>{_LABELS}|分析|答)\s?】\s?:?|\[(?P<square>{_LABELS})\]\s?:?|"
    rf"(?:^|(?<=[\s。;,)）])|(?=[(]))[(]?(?P<bare>{_LABELS})\s?(?:[:]|为[:]?|是[:])\s?"
)
_ANSWER_HEAD = re.compile(r"\s*(?:(?:正确|参考|标准)?答案\s+(?=[A-H√×对错正])|答\s?[:]|【答】)")
_CHINESE = "一二三四五六七八九十"
_SECTION = re.compile(
    rf"\s*(?:第?[{_CHINESE}]{{1,3}}\s?(?:部分|大题)?\s?[、.:)\s]\s?|\([{_CHINESE}]{{1,3}}\)\s?|[IVX]{{1,4}}[.、]\s?)?"
    rf"\s*(?P<kind>{words.WORDS})(?P<rest>.{{0,120}})"
)
_REMARK = re.compile(
    r"$|[(\[【:。,]|(?:每|共|本)|\d+分|参考|的?(?:正确)?答案|"
    r"\d{1,4}\s?(?:[-—~至]\s?\d{1,4}|[.、:])\s?(?:[A-H]|[√×对错])"  # the answers themselves
)
_START = re.compile(
    r"\s*(?:[(]\s?(?P<mark>[A-H]{1,8}|[√×✓✗对错])?\s?[)]\s?)?"
    r"(?:第\s?(?P<nth>\d{1,5})\s?题\s?[.、:)]?|(?P<dotted>\d{1,5})\s?(?P<style>[、)]|[.:](?!\d)|\.(?=(?:19|20)\d\d\s?年))"
    r"|【\s?(?P<boxed>\d{1,5})\s?】|\[(?P<square>\d{1,5})\]|(?P<lettered>[Qq]\d{1,5}|题目?\s?\d{1,5})\s?[.、:)])\s*"
)
_CASE = re.compile(rf"\s*[【\[]?(?:案例|材料)\s?([{_CHINESE}]|\d{{1,2}})?\s?(?:[】\]]\s?[:.、]?|[:.、])\s*")
_BRACKETED = re.compile(r"\s*\((\d{1,5})\)\s*")
_BRACKETED_WITHIN = re.compile(r"\((\d{1,5})\)")
_WITHIN = re.compile(r"(?<=\s)(\d{1,4})\s?[、.](?!\d)")  # a number amid a line
HEADING = re.compile(rf"\s*(?:\([{_CHINESE}]{{1,3}}\)|第[{_CHINESE}]{{1,3}}[章节编篇部])[^。?!]{{0,30}}")
PICTURES = re.compile(r"(?:\s*〔图\d{1,4}〕)+\s*")  # a line of nothing else
_SHEET = re.compile(r"答\s?题\s?[卡纸]|(?:\s?\d{1,4}\s?(?:\[[A-H√×对错]\]\s?){2,8})+")  # "32 [A] [B] [C] [D]"
_SPACED = re.compile(r"\s*(\d{1,4})[\s]+(?=\S)")
_MARK = re.compile(
    r"(?<![A-Za-z0-9])(?:\((?P<round>[A-Ha-h])\)|(?P<letter>[A-Ha-h])\s?(?P<style>[.、:)]))\s*"
)
_ANSWERED = re.compile(r"\(\s?[A-Ha-h](?:[\s、,;.]*[A-Ha-h])+\s?\)")  # "(A、B、C)" marks no options
_SPACED_OPTION = re.compile(r"(?:(?<=^)|(?<=\s))([A-H])(?:\s+|(?=[\u4e00-\u9fff“《]))")


@dataclass(frozen=True)
class Section:
    kind: str
    rest: str  # in half width
    answers: bool  # the answers to the section, not its questions


def section(text: str) -> Section | None:
    """The head of a section: a kind with a numeral before it or with nothing but remarks after it."""
    flat = half(text).strip()
    found = _SECTION.fullmatch(flat) if len(flat) <= 160 else None
    if found is None:
        return None
    rest = found["rest"].strip()
    headed = found.start("kind") > 0
    remark = _REMARK.match(rest)
    if not remark or (not headed and len(rest) > 100):
        return None
    return Section(found["kind"], rest, bool(re.match(r"[:(]?(?:的|参考|正确)?答案", rest)))


@dataclass(frozen=True)
class Start:
    number: int
    style: str
    end: int  # where the question's text begins
    mark: str = ""  # an answer that stands in front of the number


def start(text: str) -> Start | None:
    found = _START.match(half(text[:200]))
    if found is None:
        return None
    given = found["nth"] or found["dotted"] or found["boxed"] or found["square"]
    digits = given or re.sub(r"\D", "", found["lettered"])
    style = found["style"] or ("第" if found["nth"] else "[" if not found["lettered"] else "Q")
    return Start(int(digits), style, found.end(), found["mark"] or "")


def several(text: str) -> list[str]:
    """A line of several questions with their options, cut before each number that counts on."""
    first = start(text)
    if first is None:
        return [text]
    for found in _WITHIN.finditer(half(text)):
        if int(found[1]) != first.number + 1:
            continue
        before, after = text[: found.start()], text[found.start() :]
        if options(before, 0)[1] and options(after, 0)[1]:
            return [before, *several(after)]
    return [text]


def to_be_marked(text: str) -> bool:
    """A line of an answer sheet, or its title."""
    return len(text) <= 200 and _SHEET.fullmatch(half(text).strip()) is not None


def bracketed(text: str) -> Start | None:
    """ "(1) …", which may be a question, a part of one or a point of an answer."""
    found = _BRACKETED.match(half(text[:40]))
    return Start(int(found[1]), "()", found.end()) if found else None


def case(text: str, before: int) -> Start | None:
    """ "案例二：…", "材料：…": the material of a case; one without a number counts on from `before`."""
    found = _CASE.match(half(text[:40]))
    if found is None:
        return None
    given = found[1]
    number = int(given) if given and given.isdecimal() else _CHINESE.find(given) + 1 if given else before + 1
    return Start(number, "案例", found.end())


def last_bracketed(text: str, before: int) -> int:
    """How far "(1) … (2) …" in the text has counted on from `before`."""
    for found in _BRACKETED_WITHIN.finditer(half(text)):
        if int(found[1]) in (1, before + 1):
            before = int(found[1])
    return before


def spaced(text: str) -> Start | None:
    """ "1 …" without any mark: a number that counts on, as the caller sees."""
    found = _SPACED.match(half(text[:40]))
    return Start(int(found[1]), " ", found.end()) if found else None


def options(text: str, wanted: int) -> tuple[int, list[str]]:
    """Where options begin in the line, and their texts, from number `wanted` on (0 is A). (-1, []): none.

    In the midst of a line they begin only with A, and then B follows.
    """
    flat = _ANSWERED.sub(lambda found: " " * len(found[0]), half(text))
    heads = _sequence(list(_MARK.finditer(flat)), flat, wanted)
    if not heads:
        heads = _in_order(list(_SPACED_OPTION.finditer(flat)), wanted)
        if not heads or flat[: heads[0][0]].strip() or (wanted == 0 and len(heads) < 2):
            return -1, []
    ends = [head[0] for head in heads[1:]] + [len(text)]
    return heads[0][0], [text[head[1] : end].strip() for head, end in zip(heads, ends, strict=True)]


def bare_option(text: str, wanted: int) -> int:
    """Where this option's text begins in a line without a mark, such as "A 甲" or "A甲"; 0: it is none."""
    found = _SPACED_OPTION.match(half(text[:40]).lstrip())
    if found is None or "ABCDEFGH".find(found[1]) != wanted:
        return 0
    return len(text) - len(text.lstrip()) + found.end()


def _sequence(found: list[re.Match[str]], flat: str, wanted: int) -> list[tuple[int, int]]:
    """Marks of one style, letter after letter."""
    best: list[tuple[int, int]] = []
    for first in found[:12]:
        letter = first["round"] or first["letter"]
        at_start = not flat[: first.start()].strip()
        if "abcdefgh".index(letter.lower()) != wanted or (letter.islower() and not at_start):
            continue
        same = [mark for mark in found if mark["style"] == first["style"] and mark.start() >= first.start()]
        heads = _in_order(same, wanted)
        if (at_start or (wanted == 0 and len(heads) > 1)) and len(heads) > len(best):
            best = heads
    return best


def _in_order(found: list[re.Match[str]], wanted: int) -> list[tuple[int, int]]:
    heads: list[tuple[int, int]] = []
    for mark in found:
        letter = next(group for group in mark.groups() if group)
        if "abcdefgh".find(letter.lower()) == wanted + len(heads):
            heads.append((mark.start(), mark.end()))
    return heads


def labelled(text: str) -> str:
    """The field of a line that is nothing but its label: 参考答案."""
    field = _FIELD_OF.get(half(text).strip(" \t:【】[]"), "")
    return field if field in ("answer", "explanation") else ""


def fields(text: str) -> list[tuple[str, str]]:
    """The line cut at its labels: ("", what stands before the first), (field, text), …"""
    if field := labelled(text):
        return [("", ""), (field, "")]
    flat = half(text)
    cuts: list[tuple[str, int, int]] = []
    if head := _ANSWER_HEAD.match(flat):
        cuts.append(("answer", head.start(), head.end()))
    for found in _LABEL.finditer(flat):
        word = found["boxed"] or found["square"] or found["bare"]
        field = {"分析": "explanation", "答": "answer"}.get(word) or _FIELD_OF[word]
        # 来源： in the midst of a line may be part of what is asked.
        inside = found["bare"] and not cuts and flat[: found.start()].strip()
        if inside and field not in ("answer", "explanation"):
            continue
        # 解析：……，正确答案为A。 or ……，正确答案：A。 goes on explaining.
        explaining = bool(cuts) and cuts[-1][0] == "explanation" and found["bare"] and field == "answer"
        if explaining and (not found[0].rstrip().endswith(":") or flat[found.start() - 1] in ",;"):
            continue
        if not cuts or found.start() >= cuts[-1][2]:
            cuts.append((field, found.start(), found.end()))
    bounds = [start for _field, start, _end in cuts] + [len(text)]
    before, found_fields = text[: bounds[0]], []
    for (field, at, end), stop in zip(cuts, bounds[1:], strict=True):
        close = _closing(flat[end:stop]) if flat[at] == "(" else -1
        if close >= 0:  # （答案：甲）: what comes after is no part of it
            before, stop = before + text[end + close + 1 : stop], end + close
        found_fields.append((field, text[end:stop].strip()))
    return [("", before), *found_fields]


def _closing(flat: str) -> int:
    """Where the bracket closes that was opened before; -1: nowhere."""
    depth = 0
    for at, char in enumerate(flat):
        depth += (char == "(") - (char == ")")
        if depth < 0:
            return at
    return -1

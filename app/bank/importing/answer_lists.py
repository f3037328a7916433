"""Answers apart from their questions, at the end of a paper: "1-5 ABCDA", "1.A 2.B", tables, texts."""

import re
from collections import defaultdict
from collections.abc import Sequence

from flask_babel import gettext as _

from app.bank.importing import lines, words
from app.bank.importing.answers import MARKS, letters, truth
from app.bank.importing.items import Note, Written, half
from app.domain.questions import CHOICES, Kind

_KEYS = rf"[A-H]{{1,8}}|[{MARKS}]|对|错|正确|错误|[TF](?![A-Za-z])"
_RANGE = re.compile(
    rf"(\d{{1,4}})\s?[-—–~～至到]{{1,2}}\s?(\d{{1,4}})\s?题?\s?[.、:)]?\s*"
    rf"((?:(?:{_KEYS})[\s,、;/]{{0,8}})+)"
)
_ONE = re.compile(rf"[(]?(\d{{1,4}})\s?[.、:)]?\s*((?:{_KEYS})(?:[,、]?\s?[A-H])*)(?=$|[\s,;、。.]|\d|[(])")
_EACH = re.compile(_KEYS)
_MOST = 2000  # questions of a range
_SAME = 300  # questions of one number: sections of a paper
_TITLE = re.compile(r".{0,30}(?:参考答案|标准答案|试题答案|答案)(?:及|与|和)?(?:评分标准|解析|详解|要点)?")
_PART = re.compile(r"第[一二三四五六七八九十IVX\d]{1,3}(?:部分|卷|大题)[:.、]?")
_GRID = re.compile(r"\s*(题号|序号|题目)[\s|:]*(\d.*)")
_ROW = re.compile(r"\d{1,4}(?:[\s|]+\d{1,4})+")  # of numbers alone, in a table without the word
_TIGHT = re.compile(r"\s*(\d{1,4})\s?[.:](?=\d)")  # "2.1978": a number only where it is the next
_WITHIN = re.compile(r"(?<=[\s;,。])(\d{1,4})\s?[.、](?!\d)\s*")
_SENTENCES = (Kind.SHORT, Kind.ESSAY, Kind.CASE, Kind.RECITE)  # whose answers have numbered points
_GRID_ANSWERS = re.compile(r"\s*(?:答案|选项)[\s|:]*(.*)")


def may_be_head(text: str) -> bool:
    bare = half(text[:60]).strip().strip("【】[]():").strip()
    return len(bare) <= 40 and _TITLE.fullmatch(bare) is not None


def is_head(text: str, following: str, found: int, unanswered: int) -> bool:
    """Do answers to the whole paper follow, or the one answer to the question just read?"""
    flat_next = half(following).strip()
    listed = bool(
        _RANGE.match(flat_next) or _ONE.match(flat_next) or _GRID.match(flat_next) or _row(flat_next)
    )
    if listed or lines.section(following) is not None:
        return unanswered > 1 or found == unanswered
    return not half(text).strip().endswith((":", "】")) and unanswered * 2 > found and found > 1


def is_list(text: str) -> bool:
    """Nothing but numbers with keys, two at least."""
    flat = half(text).strip()
    if not flat or not (_RANGE.search(flat) or len(_ONE.findall(flat)) > 1):
        return False
    return not re.sub(r"[\s,;、。.()]", "", _ONE.sub(" ", _RANGE.sub(" ", flat)))


def _row(flat: str) -> list[int]:
    """The numbers of a line of nothing else, if they count on."""
    numbers = list(map(int, re.split(r"[\s|]+", flat))) if _ROW.fullmatch(flat) else [0]
    return numbers if numbers == list(range(numbers[0], numbers[0] + len(numbers))) and numbers[0] else []


class Answers:
    """Takes the lines of the answers; `give` puts each at its question, by kind and number.

    `asked`: the questions so far.
    """

    def __init__(self, asked: Sequence[Written]) -> None:
        self.asked = asked
        self.places: dict[int, list[int]] = defaultdict(list)  # in `asked`, by number
        self.placed = 0
        self.kind = ""
        self.given: list[tuple[str, int, Written]] = []
        self.numbers: list[str] = []  # of a table's row, until its answers come
        self.row: list[int] = []  # the same, of a table without words
        self.field = "answer"

    def section(self, kind: str, rest: str) -> None:
        self.kind = kind
        self.numbers, self.row = [], []
        text = re.sub(r"^[(]?(?:的|参考|正确)?答案[)]?\s*[:]?", "", rest).strip(" :")
        if text and (_RANGE.search(text) or _ONE.match(text)):
            self.take(text)

    def take(self, text: str) -> bool:
        """Whether the line is part of an answer."""
        flat = half(text).strip()
        if _PART.fullmatch(flat):
            self.kind = ""
            return False
        if self._grid(flat) or self._listed(flat):
            return True
        start = lines.start(text) or lines.bracketed(text) or self._tight(text)
        if start is not None and (not self._in_points(start) or start.number == 1 and not self.given):
            self._begin(start.number, text[start.end :])
        elif self.given:
            self._fields(text)
        return bool(self.given)

    def _begin(self, number: int, text: str) -> None:
        """An answer, and those that follow it in the same line."""
        self._add(number)
        flat = half(lines.fields(text)[0][1])
        cut = next((one for one in _WITHIN.finditer(flat) if int(one[1]) == number + 1), None)
        if cut is None or lines.start(text) or not self._is_asked(number + 1, *_SENTENCES):
            self._fields(text)
            return
        self._fields(text[: cut.start()])
        self._begin(number + 1, text[cut.end() :])

    def _in_points(self, start: lines.Start) -> bool:
        """A numbered line that does not count on is a point of the answer above it."""
        if not self.given or self.given[-1][0] != self.kind:
            return False
        last = self.given[-1][1]
        if start.style == "()" or start.number in (last + 1, 1):
            return start.style == "()"
        return start.number < last or not self._is_asked(start.number, *_SENTENCES)

    def _tight(self, text: str) -> lines.Start | None:
        found = _TIGHT.match(half(text[:40]))
        if found is None or not self._is_asked(int(found[1])):
            return None
        number = int(found[1])
        going_on = bool(self.given) and self.given[-1][0] == self.kind
        before = self.given[-1][1] if going_on else number - 1
        return lines.Start(number, ".", found.end()) if number == before + 1 else None

    def _is_asked(self, number: int, *but: Kind) -> bool:
        """Is there a question of this number where the answers are, of none of these kinds?"""
        for place in range(self.placed, len(self.asked)):
            self.places[self.asked[place].number].append(place)
        self.placed = len(self.asked)
        found = (self.asked[place] for place in self.places.get(number, [])[:_SAME])
        return any(of_kind(one, self.kind) and words.kind(one.section) not in but for one in found)

    def _unlabelled(self, flat: str) -> bool:
        """A table of nothing but numbers, and keys below them."""
        if (row := _row(flat)) and all(map(self._is_asked, row)):
            self.row = row
            return True
        numbers, self.row = self.row, []
        cells = re.split(r"[\s|]+", flat)
        if not numbers or not all(letters(cell) or truth(cell) is not None for cell in cells):
            return False
        self._add_all(numbers, cells, flat)
        return True

    def _grid(self, flat: str) -> bool:
        if self._unlabelled(flat):
            return True
        if found := _GRID.fullmatch(flat):
            self.numbers = re.findall(r"\d{1,4}", found[2])
            return True
        if self.numbers and (found := _GRID_ANSWERS.fullmatch(flat)):
            cells = re.split(r"[\s|]+", found[1].strip())
            if len(cells) != len(self.numbers):
                cells = _EACH.findall(found[1])
            self._add_all(list(map(int, self.numbers)), cells, flat)
            self.numbers = []
            return True
        return False

    def _listed(self, flat: str) -> bool:
        """A line of nothing but numbers and keys."""
        ranges = list(_RANGE.finditer(flat))
        rest = _RANGE.sub(" ", flat)
        ones = list(_ONE.finditer(rest))
        if re.sub(r"[\s,;、。.()]", "", _ONE.sub(" ", rest)) or not (ranges or ones):
            return False
        for found in ranges:
            first, last = int(found[1]), int(found[2])
            numbers = range(first, min(last, first + _MOST) + 1)
            self._add_all(numbers, _cut(found[3], len(numbers)), found[0])
        for found in ones:
            self._add(int(found[1]), found[2])
        return True

    def _add_all(self, numbers: Sequence[int], keys: Sequence[str], written: str) -> None:
        """As many keys as numbers; else none of them is sure, and each question says so."""
        if len(keys) == len(numbers):
            for number, key in zip(numbers, keys, strict=True):
                self._add(number, key)
            return
        text = _("卷末“%(text)s”里题号与答案的个数不一致，没有采用，请核对。", text=written.strip()[:40])
        for number in numbers:
            self._add(number)
            self.given[-1][2].notes.append(Note("key", text))

    def _add(self, number: int, answer: str = "") -> None:
        self.given.append((self.kind, number, Written("", number, answer=answer)))
        self.field = "answer"

    def _fields(self, text: str) -> None:
        one = self.given[-1][2]
        for field, part in lines.fields(text):
            if field == "score" or not part.strip():
                continue
            self.field = field or self.field
            before = getattr(one, self.field)
            setattr(one, self.field, f"{before}\n{part.strip()}" if before else part.strip())

    def give(self, questions: list[Written]) -> None:
        """In order; numbers may begin anew with each section."""
        places: dict[int, list[int]] = defaultdict(list)
        for place, one in enumerate(questions):
            places[one.number].append(place)
        after = 0
        for kind, number, given in self.given:
            fitting = [at for at in places[number][:_SAME] if of_kind(questions[at], kind)]
            found = next((at for at in fitting if at >= after), fitting[0] if fitting else None)
            if found is None:
                _tell(questions[after - 1 : after] or questions, kind, given)
            else:
                after = found + 1
                _merge(questions[found], given)


def of_kind(one: Written, kind: str) -> bool:
    if kind == words.CHOICE:
        return words.kind(one.section) in (None, *CHOICES)
    return not kind or one.section == kind or words.kind(one.section) is words.kind(kind)


def _tell(questions: Sequence[Written], kind: str, given: Written) -> None:
    """An answer that no question takes: said at the question before, so that it is not lost."""
    if not questions:
        return
    before = [one for one in questions if of_kind(one, kind)] or questions
    near = next((one for one in reversed(before) if one.number < given.number), before[-1])
    text = _(
        "卷末有第 %(n)s 题的答案“%(answer)s”，卷中没有读到这道题，请核对。",
        n=given.number, answer=given.answer[:20],
    )  # fmt: skip
    near.notes.append(Note("", text))
    near.source.append("\n".join(filter(None, (f"{given.number}、{given.answer}", given.explanation))))


def same(one: str, other: str) -> bool:
    """Do two ways of writing a key mean the same?"""
    if truth(one) is not None and truth(other) is not None:
        return truth(one) == truth(other)
    return (letters(one) or half(one.strip())) == (letters(other) or half(other.strip()))


def _merge(one: Written, given: Written) -> None:
    answer, _dot, rest = _headed(given.answer, one)
    one.notes += given.notes
    if one.answer.strip() and answer and not same(one.answer, answer):
        text = _("题目处的答案“%(a)s”与文末的“%(b)s”不一致，请核对。", a=one.answer[:20], b=answer[:20])
        one.notes.append(Note("key", text, bars=True))
    one.answer = one.answer or answer
    one.explanation = "\n".join(part for part in (one.explanation, rest, given.explanation) if part)
    for field in ("basis", "topic", "difficulty"):
        setattr(one, field, getattr(one, field) or getattr(given, field))
    one.source.append("\n".join(part for part in (given.answer, given.explanation) if part))


def _headed(text: str, one: Written) -> tuple[str, str, str]:
    """ "B。第三条规定……" is the key and why."""
    found = re.match(rf"\s*({_KEYS})(\s*[。.,;:]\s*|\s+)(?=\S)", half(text))
    if found and (one.options or words.kind(one.section) is Kind.JUDGE):
        return found[1], found[2], text[found.end() :].strip()
    return text.strip(), "", ""


def _cut(text: str, count: int) -> list[str]:
    """The keys of a range: groups as they stand apart, or else one letter each."""
    groups = [group for group in re.split(r"[\s,、;/]+", text.strip()) if group]
    if len(groups) == count:
        return groups
    keys = _EACH.findall(text)
    if len(keys) == count:
        return keys
    letters = re.findall(rf"[A-H]|[{MARKS}]|对|错|[TF]", text)
    return letters if len(letters) == count else groups

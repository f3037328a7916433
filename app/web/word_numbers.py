"""Numbers that a Word document counts by itself, for app/web/word_blocks.py: they are in no text."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from app.web.unpacking import Node, child, children, value

_DIGITS = "零一二三四五六七八九"
_ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"),
          (10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip
_CHINESE = {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "taiwaneseCounting",
            "ideographDigital", "taiwaneseCountingThousand"}  # fmt: skip


@dataclass(frozen=True)
class Level:
    """How a level is written: "%2." in decimal."""

    form: str
    text: str
    start: int


@dataclass
class List:
    """A list that paragraphs name. `abstract`: lists that share it count on from each other."""

    abstract: str
    starts: dict[int, int] = field(default_factory=dict)  # where a level begins anew


class Numbers:
    """`of` each paragraph in turn."""

    def __init__(self, numbering: Node | None, styles: Node | None) -> None:
        self.levels = {
            one[1].get("abstractNumId", ""): dict(_levels(one)) for one in children(numbering, "abstractNum")
        }
        self.lists = {one[1].get("numId", ""): _list(one) for one in children(numbering, "num")}
        self.styles = {one[1].get("styleId", ""): one for one in children(styles, "style")}
        self.counts: dict[str, dict[int, int]] = {}
        self.begun: set[tuple[str, int]] = set()

    def of(self, look: Node | None) -> str:
        """What stands before the paragraph with these properties: "1. ", or nothing."""
        number, level = self._named(look)
        one = self.lists.get(number)
        levels = self.levels.get(one.abstract) if one else None
        if one is None or not levels or level not in levels:
            return ""
        counts = self.counts.setdefault(one.abstract, {})
        for deeper in [at for at in counts if at > level]:
            del counts[deeper]
        if level in one.starts and (number, level) not in self.begun:
            counts.pop(level, None)
        self.begun.add((number, level))
        first = one.starts.get(level, levels[level].start)
        counts[level] = counts[level] + 1 if level in counts else first
        return self._written(levels, level, counts)

    def _written(self, levels: dict[int, Level], level: int, counts: dict[int, int]) -> str:
        if levels[level].form in ("bullet", "none"):
            return ""
        text = levels[level].text
        for at in range(level + 1):
            if at in levels and f"%{at + 1}" in text:
                text = text.replace(f"%{at + 1}", shown(counts.get(at, levels[at].start), levels[at].form))
        return text if not text or text.endswith(("、", "）", " ")) else f"{text} "

    def _named(self, look: Node | None) -> tuple[str, int]:
        """The list and the level: of the paragraph, else of its style, or of what that one is based on."""
        level = None
        for depth, node in enumerate(self._looks(look)):
            numbered = child(node, "numPr")
            if numbered is None:
                continue
            given = value(child(numbered, "ilvl"))
            level = int(given) if level is None and given.isdigit() else level
            if (number := value(child(numbered, "numId"))) or depth > 9:
                return number, level or 0
        return "", 0

    def _looks(self, look: Node | None) -> Iterator[Node]:
        if look is None:
            return
        yield look
        name = value(child(look, "pStyle"))
        for _depth in range(10):
            style = self.styles.get(name)
            if style is None:
                return
            if (own := child(style, "pPr")) is not None:
                yield own
            name = value(child(style, "basedOn"))


def _levels(abstract: Node) -> Iterator[tuple[int, Level]]:
    for one in children(abstract, "lvl"):
        start = value(child(one, "start"))
        form, text = value(child(one, "numFmt")), value(child(one, "lvlText"))
        yield int(one[1].get("ilvl", 0)), Level(form or "decimal", text, int(start) if start.isdigit() else 1)


def _list(node: Node) -> List:
    made = List(value(child(node, "abstractNumId")))
    for one in children(node, "lvlOverride"):
        if (start := value(child(one, "startOverride"))).isdigit():
            made.starts[int(one[1].get("ilvl", 0))] = int(start)
    return made


def shown(number: int, form: str) -> str:
    if form in ("upperLetter", "lowerLetter"):
        letters = chr(ord("A") + (number - 1) % 26) * min((number - 1) // 26 + 1, 9)
        return letters if form == "upperLetter" else letters.lower()
    if form in ("upperRoman", "lowerRoman"):
        return _roman(number) if form == "upperRoman" else _roman(number).lower()
    if form in _CHINESE:
        return _chinese(number)
    if form.startswith("decimalEnclosedCircle") and 1 <= number <= 20:
        return chr(ord("①") + number - 1)
    return str(number)


def _roman(number: int) -> str:
    text = ""
    for size, letters in _ROMAN:
        while 0 < size <= number < 4000:
            text, number = text + letters, number - size
    return text


def _chinese(number: int) -> str:
    if not 0 < number < 100:
        return str(number)
    tens, ones = divmod(number, 10)
    head = ("" if tens == 1 else _DIGITS[tens]) + "十" if tens else ""
    return head + (_DIGITS[ones] if ones else "")

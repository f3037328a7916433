"""What is weak in a question though it is well formed: advice for its author, and figures of a whole bank."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from math import sqrt

from app.domain.questions import CHOICES, Kind, Part, Question, normalise, option_keys

_ENOUGH = 20  # questions of a kind before their figures say anything
_UNLIKELY = 3.0  # standard deviations from what chance would give
_LONGER, _BY = 1.5, 6  # times, and characters, by which a right option gives itself away


class Weakness(StrEnum):
    OVERLAP = "overlap"  # one option contains another
    LONGEST = "longest"  # the right option is by far the longest
    NEGATIVE = "negative"  # asks for what is not so, in words that no page marks
    OTHERS = "others"  # an option speaks of the other options, which may stand in any order
    OUTDATED = "outdated"  # a term that is no longer used


@dataclass(frozen=True)
class Advice:
    """One weakness, and what exactly."""

    weakness: Weakness
    detail: str = ""


@dataclass(frozen=True)
class Term:
    """A term that was replaced: when, by what, and where that is laid down."""

    term: str
    since: str
    instead: str
    source: str


_WITHIN = r"[^。；，,;？?（(]{0,24}?"
_ASKED = r"的[^。；，,？?（(的]{0,6}?(?:是|有|包括)\s*(?=[（(:：？?。]|_{4}|$)"
_NOT = (
    "不属于|不包括|不包含|不正确|不准确|不恰当|不妥当|不符合|不适用|不允许|不可以|不应当|不需要|不得|不能|不是|不应|"
    "错误|有误"
)
_NEGATIONS = (
    re.compile(rf"(?P<word>{_NOT})(?={_WITHIN}{_ASKED}|{_ASKED})"),
    re.compile(rf"哪[^。；，,？?]{{0,16}}?(?P<word>{_NOT})(?=[^。；，,]{{0,24}}[？?])"),
    re.compile(rf"(?P<word>除[^。；，,（(]{{1,16}}?外)(?=[，,]?{_WITHIN}{_ASKED})"),
)
_NEGATIVE = re.compile(rf"(?:不(?!少于|低于|超过|良)|未|非(?!组织)|错)[^。；，,;？?（(]{{0,6}}?{_ASKED}")
_ABOVE = re.compile(
    r"(?:以上|上述)(?:都|均|各|全|皆|选项|答案|说法)|^[都均全](?:对|错|正确|不对|不正确|是|不是)$"
)
_BY_LETTER = re.compile(r"(?<![A-Za-z])[A-H](?:和|与|、)[A-H](?![A-Za-z])")
_SHORTEST = 4  # characters that one option must have to be worth finding in another


def closing(kind: Kind, options: Sequence[str]) -> int:
    """How many options at the end speak of those above them (以上都对), and have to stay there."""
    if kind not in CHOICES:
        return 0
    found = 0
    for option in reversed(options):
        if not _ABOVE.search(option):
            break
        found += 1
    return found if found < len(options) else 0


def negations(stem: str) -> list[tuple[int, int]]:
    """Where the words stand that turn the question round, so that a page can mark them: (start, end)."""
    found = [match.span("word") for pattern in _NEGATIONS for match in pattern.finditer(stem)]
    kept: list[tuple[int, int]] = []
    for start, end in sorted(set(found)):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept


def advice(q: Question, terms: Iterable[Term] = ()) -> tuple[Advice, ...]:
    """What its author should look at again; nothing of it keeps a question from being published."""
    found = [one for part in q.asked for one in _of_part(part)]
    texts = "\n".join((q.stem, *(text for part in q.asked for text in part.texts)))
    outdated = [term for term in terms if term.term in texts]
    return (*dict.fromkeys(found), *(Advice(Weakness.OUTDATED, term.term) for term in outdated))


def _of_part(part: Part) -> Iterator[Advice]:
    if part.kind not in CHOICES:
        return
    if _NEGATIVE.search(part.stem) and not negations(part.stem):
        yield Advice(Weakness.NEGATIVE)
    for one, other in _overlapping(part.options):
        yield Advice(Weakness.OVERLAP, f"{one}｜{other}")
    for n, option in enumerate(part.options, 1):
        stays = n > len(part.options) - part.last
        if _BY_LETTER.search(option) or (_ABOVE.search(option) and not stays):
            yield Advice(Weakness.OTHERS, option)
    right, wrong = _lengths(part)
    if part.kind is Kind.SINGLE and wrong and right >= max(_LONGER * max(wrong), max(wrong) + _BY):
        yield Advice(Weakness.LONGEST)


def _overlapping(options: Sequence[str]) -> Iterator[tuple[str, str]]:
    plain = [normalise(option) for option in options]
    for n, one in enumerate(plain):
        for m, other in enumerate(plain):
            if n != m and len(one) >= _SHORTEST and one != other and one in other:
                yield options[n], options[m]


def _lengths(part: Part) -> tuple[int, list[int]]:
    """Of the right option, 0 where the key names none, and of the others."""
    lengths = dict(zip(option_keys(min(len(part.options), 26)), map(len, part.options), strict=False))
    right = lengths.pop(part.key, 0) if isinstance(part.key, str) else 0
    return right, list(lengths.values())


@dataclass
class Share:
    """How often something was so, and how often it would be so by chance."""

    seen: int = 0
    expected: float = 0.0
    variance: float = 0.0

    def add(self, seen: bool, chance: float) -> None:
        self.seen += seen
        self.expected += chance
        self.variance += chance * (1 - chance)

    @property
    def biased(self) -> bool:
        """Farther from chance than chance would have it."""
        return abs(self.seen - self.expected) > _UNLIKELY * sqrt(self.variance)


@dataclass
class Tally:
    """Figures of many questions: where the right answers stand, and whether the longest option is right."""

    count: Counter[Kind] = field(default_factory=Counter)
    places: dict[Kind, dict[str, Share]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(Share))
    )
    longest: Share = field(default_factory=Share)

    def add(self, part: Part) -> None:
        """A part whose key fits; others say nothing."""
        keys = option_keys(min(len(part.options), 26))
        if part.kind is Kind.JUDGE and isinstance(part.key, bool):
            self._place(part.kind, ("true", "false"), {"true" if part.key else "false"})
        elif part.kind is Kind.SINGLE and part.key in keys:
            self._place(part.kind, keys, {str(part.key)})
            self._length(part)
        elif part.kind is Kind.MULTIPLE and isinstance(part.key, list) and keys:
            self._place(part.kind, keys, {one for one in part.key if one in keys})

    def _place(self, kind: Kind, keys: Sequence[str], right: set[str]) -> None:
        self.count[kind] += 1
        for key in keys:
            self.places[kind][key].add(key in right, len(right) / len(keys))

    def _length(self, part: Part) -> None:
        right, wrong = _lengths(part)
        if wrong and right != max(wrong):  # else the two longest are as long: nobody can tell
            self.longest.add(right > max(wrong), 1 / len(part.options))

    def biases(self) -> list[tuple[Kind, str]]:
        """Kind and key of the places where right answers stand too often or too seldom."""
        return [
            (kind, key)
            for kind, places in self.places.items()
            for key, share in sorted(places.items())
            if self.count[kind] >= _ENOUGH and share.biased
        ]

    @property
    def longest_biased(self) -> bool:
        """Is the longest option right more often than chance would have it?"""
        share = self.longest
        return self.count[Kind.SINGLE] >= _ENOUGH and share.biased and share.seen > share.expected

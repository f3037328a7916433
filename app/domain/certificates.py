"""What is printed on a certificate: its number, names, and whether the font can write them."""

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import date

CODE_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
"""Of verification codes: without i, l, o and u, which people misread."""
CODE_LENGTH = 28  # 140 bits
_MISREAD = str.maketrans("ilo", "110")


@dataclass(frozen=True)
class Facts:
    """Everything printed, as printed; frozen when the certificate is issued."""

    name: str
    unit_and_post: str
    course: str
    started: str
    finished: str
    hours: str
    score: str  # empty where the course has no exam
    number: str
    school: str
    issued: str


LABELS: Mapping[str, str] = {
    "name": "姓名",
    "unit_and_post": "单位及职务",
    "course": "课程名称",
    "number": "证书编号",
    "school": "发证单位",
}
"""The parts that people wrote, so that may hold a character no font has."""


def number(prefix: str, year: int, serial: int) -> str:
    """The certificate number in the form of official documents: 青禾党校〔2026〕第00001号.

    Serials count from 1 per prefix and year; past 99999 the number grows. Raises ValueError below 1.
    """
    if serial < 1:
        raise ValueError("serials start at 1")
    return f"{prefix}〔{year}〕第{serial:05d}号"


def chinese_date(day: date) -> str:
    """2026年11月3日, as documents write it."""
    return f"{day.year}年{day.month}月{day.day}日"


def chinese_hours(tenths: int) -> str:
    """Credit hours with one decimal, as hour records write them: 6.0."""
    return f"{tenths // 10}.{tenths % 10}"


def chinese_score(points: str, full: str) -> str:
    """92分; where the full score is not the usual 100, it is said: 46分（满分50分）."""
    return f"{points}分" if full == "100" else f"{points}分（满分{full}分）"


def mask_name(name: str) -> str:
    """A name as the public verification page shows it: first and last character, one * per hidden one.

    Two characters keep the first (张*), a single one is hidden.
    """
    name = name.strip()
    if len(name) < 2:
        return "*" * len(name)
    if len(name) == 2:
        return name[0] + "*"
    return name[0] + "*" * (len(name) - 2) + name[-1]


def missing_glyphs(text: str, coverage: Container[int]) -> tuple[str, ...]:
    """The distinct characters, in order of appearance, that the font lacks; spaces need no glyph."""
    return tuple(char for char in dict.fromkeys(text) if not char.isspace() and ord(char) not in coverage)


def unprintable(facts: Facts, coverage: Container[int]) -> dict[str, tuple[str, ...]]:
    """Field → the characters in it that the font lacks."""
    found = {field: missing_glyphs(getattr(facts, field), coverage) for field in LABELS}
    return {field: chars for field, chars in found.items() if chars}


def unit_and_post(unit: str, post: str) -> str:
    """单位及职务 written together, as documents do: 青禾县委办公室 + 主任 → 青禾县委办公室主任.

    What the post repeats of the unit is written once: 溪川镇云岭村党支部 + 云岭村党支部书记 →
    溪川镇云岭村党支部书记. A single shared character is chance. Either may be empty.
    """
    unit, post = unit.strip(), post.strip()
    shared = next((n for n in range(len(unit), 1, -1) if post.startswith(unit[-n:])), 0)
    return unit + post[shared:]


def grouped(code: str) -> str:
    """A verification code as printed, in fours."""
    return " ".join(code[i : i + 4] for i in range(0, len(code), 4))


def read_code(entered: str) -> str | None:
    """The code in what a person typed or pasted: spaces, capitals, misread letters, a whole address.

    None when it cannot be a code.
    """
    last = entered.strip().rstrip("/").rsplit("/", 1)[-1]
    code = "".join(char for char in last.lower() if not char.isspace() and char != "-").translate(_MISREAD)
    return code if len(code) == CODE_LENGTH and set(code) <= set(CODE_ALPHABET) else None

"""What is printed on a certificate: its number, names, and whether the font can write them."""

from collections.abc import Container


def number(prefix: str, year: int, serial: int) -> str:
    """The certificate number in the form of official documents: 青禾党校〔2026〕第00001号.

    Serials count from 1 per prefix and year; past 99999 the number grows. Raises ValueError below 1.
    """
    if serial < 1:
        raise ValueError("serials start at 1")
    return f"{prefix}〔{year}〕第{serial:05d}号"


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


def unit_and_post(unit: str, post: str) -> str:
    """单位及职务 written together, as documents do: 青禾县委办公室 + 主任 → 青禾县委办公室主任.

    A post entered with its unit in front is not given the unit twice; either may be empty.
    """
    unit, post = unit.strip(), post.strip()
    return post if post.startswith(unit) else unit + post

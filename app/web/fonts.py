"""The CJK fonts of this machine: which files, and which characters they can print."""

import shutil
import subprocess
from functools import cache
from pathlib import Path

from fontTools.ttLib import TTCollection, TTFont
from noto_cjk_sans_otc import FONT_PATH


def _match(family: str) -> Path | None:
    """The file fontconfig would use for the family, if it is really that family."""
    if shutil.which("fc-match") is None:
        return None
    done = subprocess.run(
        ["fc-match", "-f", "%{family}\n%{file}", f"{family}:lang=zh-cn"],
        capture_output=True, text=True, timeout=20, check=False,
    )  # fmt: skip
    families, _, file = done.stdout.partition("\n")
    return Path(file) if family in families.split(",") and file else None


@cache
def serif() -> Path | None:
    return _match("Noto Serif CJK SC") or _match("Source Han Serif SC")


@cache
def bundled() -> Path:
    """Noto Sans CJK, the copy that comes with the requirements: there is always a font that prints."""
    return Path(str(FONT_PATH))


@cache
def sans() -> Path:
    """Noto Sans from the system, or the bundled copy."""
    return _match("Noto Sans CJK SC") or bundled()


def printing() -> Path:
    """The file whose characters certificates can show."""
    return serif() or sans()


def stylesheet() -> str:
    """What a printed document starts with: one whole font for everything.

    The web slices of a font print wrong characters in WeasyPrint, and no font prints empty boxes.
    """
    family = '"Noto Serif CJK SC", "Source Han Serif SC", "Noto Sans CJK SC"'
    if serif() or sans() != bundled():
        return f"html {{ font-family: {family}; }}\n"
    return (
        '@font-face { font-family: "Ganxun CJK"; src: url("ganxun:cjk"); }\n'
        'html { font-family: "Ganxun CJK"; }\n'
    )


@cache
def coverage(path: Path) -> frozenset[int]:
    """The code points that the font can print."""
    if path.suffix in {".ttc", ".otc"}:
        with TTCollection(str(path), lazy=True) as collection:
            return frozenset(collection.fonts[0].getBestCmap())
    with TTFont(str(path), lazy=True) as font:
        return frozenset(font.getBestCmap())

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
def sans() -> Path:
    """Noto Sans from the system, or the copy that comes with the requirements."""
    return _match("Noto Sans CJK SC") or Path(str(FONT_PATH))


@cache
def coverage(path: Path) -> frozenset[int]:
    """The code points that the font can print."""
    if path.suffix in {".ttc", ".otc"}:
        with TTCollection(str(path), lazy=True) as collection:
            return frozenset(collection.fonts[0].getBestCmap())
    with TTFont(str(path), lazy=True) as font:
        return frozenset(font.getBestCmap())

"""The application's own source, parsed once."""

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
APP = ROOT / "app"
FLOORS = (
    "domain", "web", "audit", "people", "bank", "exams", "practice", "hours", "courses", "certificates",
    "reports", "home", "backup",
)  # fmt: skip
TOP = len(FLOORS)  # app/__init__.py, cli.py and the commands' own modules


@cache
def files() -> tuple[Path, ...]:
    return tuple(sorted(APP.rglob("*.py")))


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def floor(path: Path) -> int:
    """Where the file stands; its number counts from the left."""
    first = path.relative_to(APP).parts[0]
    return FLOORS.index(first) if first in FLOORS else TOP


def imported(node: ast.AST) -> Iterator[str]:
    """Absolute module names that an import statement may load."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "relative imports hide the floor"
        yield from (f"{node.module}.{alias.name}" for alias in node.names)


def attribute(node: ast.AST) -> str:
    """`a.b.c` of a name or attribute, "" for anything else."""
    if isinstance(node, ast.Attribute):
        return f"{attribute(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""

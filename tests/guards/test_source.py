"""Rules about the source itself: floors, imports, commits, the clock, sizes."""

import ast
import sys

import pytest

from tests.guards.source import FLOORS, TOP, attribute, files, floor, imported, name, tree

COMMITTERS = {
    "app/web/uow.py": "the one unit of work",
    "app/web/db.py": "what a commit means on SQLite",
    "app/exams/saving.py": "the save writer, outside the ORM",
}
CLOCK = "app/web/clock.py"
CLOCK_READS = {
    "datetime.now", "datetime.utcnow", "datetime.today", "datetime.datetime.now", "date.today",
    "datetime.date.today", "time.time", "time.time_ns", "time.localtime", "time.gmtime",
}  # fmt: skip
FILE_LINES, FUNCTION_LINES, VIEW_LINES = 300, 40, 25


def test_every_package_is_a_floor() -> None:
    packages = {p.parent.name for p in files() if p.name == "__init__.py" and p.parent.parent.name == "app"}
    assert packages <= set(FLOORS)


@pytest.mark.parametrize("path", files(), ids=name)
def test_a_floor_imports_only_floors_to_its_left(path) -> None:
    own = floor(path)
    for node in ast.walk(tree(path)):
        for module in imported(node):
            parts = module.split(".")
            if parts[0] != "app" or len(parts) < 2:
                continue
            other = FLOORS.index(parts[1]) if parts[1] in FLOORS else TOP
            assert other <= own, f"{name(path)} imports {module}"


@pytest.mark.parametrize("path", [p for p in files() if floor(p) == 0], ids=name)
def test_the_domain_imports_only_the_standard_library(path) -> None:
    for node in ast.walk(tree(path)):
        for module in imported(node):
            first = module.split(".")[0]
            assert first in sys.stdlib_module_names or module.startswith("app.domain"), module


@pytest.mark.parametrize("path", files(), ids=name)
def test_only_the_unit_of_work_commits(path) -> None:
    if name(path) in COMMITTERS:
        return
    calls = [n.lineno for n in ast.walk(tree(path))
             if isinstance(n, ast.Call) and attribute(n.func).endswith(".commit")]  # fmt: skip
    assert calls == []


@pytest.mark.parametrize("path", files(), ids=name)
def test_the_clock_is_read_in_one_place(path) -> None:
    if name(path) == CLOCK:
        return
    reads = [n.lineno for n in ast.walk(tree(path))
             if isinstance(n, ast.Call) and attribute(n.func) in CLOCK_READS]  # fmt: skip
    assert reads == []


@pytest.mark.parametrize("path", files(), ids=name)
def test_imports_stand_at_the_top(path) -> None:
    late = [
        node.lineno
        for function in ast.walk(tree(path))
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ]
    assert late == []


def _length(node: ast.FunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _is_view(node: ast.FunctionDef) -> bool:
    """A function with a declared permission."""
    marks = (d.func if isinstance(d, ast.Call) else d for d in node.decorator_list)
    return any(attribute(mark).split(".")[-1] in {"requires", "public"} for mark in marks)


@pytest.mark.parametrize("path", files(), ids=name)
def test_sizes_stay_within_what_one_can_take_in(path) -> None:
    lines = path.read_text(encoding="utf-8").count("\n")
    assert lines <= FILE_LINES, f"{name(path)} has {lines} lines: split it by noun"
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.FunctionDef):
            limit = VIEW_LINES if _is_view(node) else FUNCTION_LINES
            assert _length(node) <= limit, f"{name(path)}:{node.lineno} {node.name}: {_length(node)} lines"


def test_exceptions_to_the_rules_still_exist() -> None:
    names = {name(path) for path in files()}
    assert {CLOCK, *COMMITTERS} <= names

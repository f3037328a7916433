"""docs/security.md: the tests that it names exist, and it leaves out and invents no requirement."""

import re

from tests.guards.source import ROOT

PAGE = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
# OWASP ASVS 5.0.0, levels 1 and 2: section → its requirements.
REQUIREMENTS = {
    "1.1": (1, 2), "1.2": range(1, 10), "1.3": range(1, 12), "1.4": (1, 2, 3), "1.5": (1, 2),
    "2.1": (1, 2, 3), "2.2": (1, 2, 3), "2.3": (1, 2, 3, 4), "2.4": (1,),
    "3.2": (1, 2), "3.3": (1, 2, 3, 4), "3.4": range(1, 7), "3.5": range(1, 6), "3.7": (1, 2),
    "4.1": (1, 2, 3), "4.2": (1,), "4.3": (1, 2), "4.4": (1, 2, 3, 4),
    "5.1": (1,), "5.2": (1, 2, 3), "5.3": (1, 2), "5.4": (1, 2, 3),
    "6.1": (1, 2, 3), "6.2": range(1, 13), "6.3": (1, 2, 3, 4), "6.4": (1, 2, 3, 4), "6.5": range(1, 6),
    "6.6": (1, 2, 3), "6.8": (1, 2, 3, 4),
    "7.1": (1, 2, 3), "7.2": (1, 2, 3, 4), "7.3": (1, 2), "7.4": range(1, 6), "7.5": (1, 2), "7.6": (1, 2),
    "8.1": (1, 2), "8.2": (1, 2, 3), "8.3": (1,), "8.4": (1,), "9.1": (1, 2, 3), "9.2": (1, 2, 3, 4),
    "10.1": (1, 2), "10.2": (1, 2), "10.3": (1, 2, 3, 4), "10.4": range(1, 12), "10.5": range(1, 6),
    "10.6": (1, 2), "10.7": (1, 2, 3),
    "11.1": (1, 2), "11.2": (1, 2, 3), "11.3": (1, 2, 3), "11.4": (1, 2, 3, 4), "11.5": (1,), "11.6": (1,),
    "12.1": (1, 2, 3), "12.2": (1, 2), "12.3": (1, 2, 3, 4),
    "13.1": (1,), "13.2": range(1, 6), "13.3": (1, 2), "13.4": range(1, 6),
    "14.1": (1, 2), "14.2": (1, 2, 3, 4), "14.3": (1, 2, 3),
    "15.1": (1, 2, 3), "15.2": (1, 2, 3), "15.3": range(1, 8),
    "16.1": (1,), "16.2": range(1, 6), "16.3": (1, 2, 3, 4), "16.4": (1, 2, 3), "16.5": (1, 2, 3),
    "17.1": (1,), "17.2": (1, 2, 3, 4), "17.3": (1, 2),
}  # fmt: skip
# GB/T 22239-2019 8.1.4: the items of each clause.
GRADED = {"1": "abcd", "2": "abcdefg", "3": "abcd", "4": "abcdef", "5": "", "6": "", "7": "ab", "8": "ab",
          "9": "abc", "10": "ab", "11": "ab"}  # fmt: skip
STATES = {"met", "partly", "not met", "operator", "n/a"}


def _rows() -> list[list[str]]:
    lines = [line for line in PAGE.splitlines() if re.match(r"\| \d", line)]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def _numbers(cell: str) -> list[str]:
    """The requirements that a first cell names: "1.2.6–1.2.8, 1.3.1"."""
    found = []
    for part in cell.split(", "):
        first, _, last = part.partition("–")
        section, _, number = first.rpartition(".")
        end = int(last.rpartition(".")[2]) if last else int(number)
        assert not last or last.startswith(f"{section}."), part
        found += [f"{section}.{n}" for n in range(int(number), end + 1)]
    return found


def test_every_named_test_exists() -> None:
    defined = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)", path.read_text(encoding="utf-8"), re.M)
    }
    named = set(re.findall(r"`(test_\w+)`", PAGE))
    assert named - defined == set() and len(named) > 80


def test_every_requirement_stands_there_once() -> None:
    wanted = [f"{section}.{n}" for section, numbers in REQUIREMENTS.items() for n in numbers]
    named = [number for row in _rows() if not row[0].startswith("8.1.4.") for number in _numbers(row[0])]
    assert len(wanted) == 253
    assert sorted(named) == sorted(wanted)


def test_every_item_of_the_graded_protection_stands_there_once() -> None:
    wanted = {(clause, letter) for clause, letters in GRADED.items() for letter in letters or [""]}
    named = [
        (clause, letter)
        for row in _rows()
        if (found := re.fullmatch(r"8\.1\.4\.(\d+)(?: ([a-g, ]+))?", row[0]))
        for clause, letters in [found.groups()]
        for letter in (letters or "").split(", ")
    ]
    assert len(named) == len(set(named)) and set(named) == wanted


def test_every_row_has_a_state() -> None:
    states = {row[2] if row[0].startswith("8.1.4.") else row[1] for row in _rows()}
    assert states == STATES

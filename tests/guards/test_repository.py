"""What is tracked names no machine and no package index of the people who wrote it."""

import re
import subprocess

import pytest

from tests.guards.source import ROOT

TEXT = {".py", ".md", ".toml", ".txt", ".in", ".sh", ".html", ".css", ".js", ".cfg", ".ini", ".mako", ""}
FORBIDDEN = {
    "package index": re.compile(r"--(?:extra-)?index-url|--find-links|--trusted-host|/simple\b"),
    "mark of a merge": re.compile(r"^(?:<{7} |>{7} |={7}$)", re.MULTILINE),
    "home or work folder": re.compile(r"(?<![\w.])/(?:home|root|work|Users)/\w"),
}


def _tracked() -> list[str]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return [str(p.relative_to(ROOT)) for p in ROOT.iterdir() if p.is_file()]
    return done.stdout.splitlines()


@pytest.mark.parametrize("what", FORBIDDEN)
def test_tracked_files_name_no_machine(what: str) -> None:
    found = []
    for tracked in _tracked():
        path = ROOT / tracked
        if path == ROOT / "tests/guards/test_repository.py" or path.suffix not in TEXT or not path.is_file():
            continue
        found += [f"{tracked}: {hit.group()}" for hit in FORBIDDEN[what].finditer(path.read_text("utf-8"))]
    assert found == []


def test_requirements_are_pinned_by_name_and_version() -> None:
    for file in ("requirements.txt", "requirements-dev.txt"):
        lines = (ROOT / file).read_text().splitlines()
        pins = [line for line in lines if line and not line.startswith("#")]
        assert len(pins) > 30
        assert [pin for pin in pins if not re.fullmatch(r"[\w.-]+==[\w.]+", pin)] == []

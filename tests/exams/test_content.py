from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.domain.questions import Kind
from app.exams import content
from app.exams.models import Blueprint
from app.web.config import CONTENT
from app.web.content import ContentError
from app.web.db import db

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)
FILE = """\
code = "final"
title = "结业考试"
minutes = 45
pass_percent = 60

[[section]]
title = "一、多项选择题"
kind = "multiple"
count = 10
points = 2.5
topics = ["政治纪律"]

[[section]]
title = "二、填空题"
kind = "blanks"
count = 5
points = 3
preset = "exact"
"""


def write(folder: Path, old: str = "", new: str = "") -> Path:
    (folder / "blueprints").mkdir(exist_ok=True)
    (folder / "blueprints/final.toml").write_text(FILE.replace(old, new, 1) if old else FILE)
    return folder


def test_the_blueprints_of_the_house_are_well_formed() -> None:
    assert [str(fault) for fault in content.check(CONTENT)] == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('"final"', '"other"', "1 code：应与文件名（final）相同。"),
        ("minutes = 45", "minutes = 0", "3 minutes：不能小于 1。"),
        ("pass_percent = 60", "pass_percent = 101", "4 pass_percent：不能大于 100。"),
        ('"multiple"', '"many"', f"8 kind：只能是 {'、'.join(Kind)}。"),
        ("count = 10", "count = 0", "9 count：不能小于 1。"),
        ("points = 2.5", "points = 2.55", "10 points：分值应大于 0，最多一位小数。"),
        ("points = 2.5", "points = 0", "10 points：分值应大于 0，最多一位小数。"),
        ('topics = ["政治纪律"]', 'topics = "政治纪律"', '11 topics：应当是列表，如 ["甲", "乙"]。'),
        ('preset = "exact"', 'preset = "all"', "18 preset：只能是 per_blank、exact。"),
        ("[[section]]", "[[part]]", "6 part：没有这个字段，请核对拼写。"),
    ],
)
def test_a_fault_names_file_line_and_field(tmp_path: Path, old: str, new: str, fault: str) -> None:
    found = [str(f) for f in content.check(write(tmp_path, old, new))]
    assert found == [f"blueprints/final.toml:{fault}"]


def test_loading_twice_changes_nothing_and_points_become_tenths(app: Flask, tmp_path: Path) -> None:
    assert content.load(write(tmp_path), NOW) == {"blueprints_created": 1}
    assert content.load(tmp_path, NOW) == {}
    row = db.session.scalars(sa.select(Blueprint)).one()
    assert (row.code, row.minutes, row.pass_percent) == ("final", 45, 60)
    assert row.sections == [
        {"title": "一、多项选择题", "kind": "multiple", "count": 10, "points": 25, "preset": "half",
         "topics": ["政治纪律"], "rule_sets": []},
        {"title": "二、填空题", "kind": "blanks", "count": 5, "points": 30, "preset": "exact",
         "topics": [], "rule_sets": []},
    ]  # fmt: skip


def test_a_changed_blueprint_keeps_its_row(app: Flask, tmp_path: Path) -> None:
    content.load(write(tmp_path), NOW)
    assert content.load(write(tmp_path, "count = 10", "count = 8"), NOW) == {"blueprints_changed": 1}
    assert db.session.scalars(sa.select(Blueprint)).one().sections[0]["count"] == 8


def test_a_fault_loads_nothing(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="blueprints/final.toml:9 count"):
        content.load(write(tmp_path, "count = 10", "count = 0"), NOW)
    assert db.session.scalars(sa.select(Blueprint)).all() == []

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
total = 40

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
        ('"multiple"', '"many"', f"9 kind：只能是 {'、'.join(Kind)}。"),
        ("count = 10", "count = 0", "10 count：不能小于 1。"),
        ("points = 2.5", "points = 2.55", "11 points：分值应大于 0，最多一位小数。"),
        ("points = 2.5", "points = 0", "11 points：分值应大于 0，最多一位小数。"),
        ('topics = ["政治纪律"]', 'topics = "政治纪律"', '12 topics：应当是列表，如 ["甲", "乙"]。'),
        ('preset = "exact"', 'preset = "all"', "19 preset：只能是 per_blank、exact。"),
        ("points = 3", "points = 4", "5 total：各部分合计 45 分，与满分 40 分不符。"),
        ("count = 5", 'count = 5\ndifficulty = "so so"', "18 difficulty：只能是 easy、medium、hard。"),
        ('"exact"', '"exact"\n[[section.cell]]\ncount = 5', "17 count：没有这个字段，请核对拼写。"),
        ("[[section]]", "[[part]]", "7 part：没有这个字段，请核对拼写。"),
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
        {"title": "一、多项选择题", "kind": "multiple", "points": 25, "preset": "half",
         "cells": [cell(10, topics=["政治纪律"])]},
        {"title": "二、填空题", "kind": "blanks", "points": 30, "preset": "exact", "cells": [cell(5)]},
    ]  # fmt: skip
    assert (row.total, row.at_least, row.enemies, row.rest_days, row.rest_exams) == (400, [], [], 0, 0)


GRID = """
[[section.cell]]
count = 3
difficulty = "hard"
clauses = ["seven-phenomena/3"]

[[section.cell]]
count = 2
rule_sets = ["five-musts"]

[[at_least]]
count = 1
kind = "blanks"
topics = ["政治纪律"]
"""


def cell(count: int, **more: object) -> dict[str, object]:
    return {"count": count, "topics": [], "difficulty": "", "rule_sets": [], "clauses": []} | more


def test_a_section_may_have_a_grid_and_the_paper_conditions(app: Flask, tmp_path: Path) -> None:
    content.load(write(tmp_path, 'count = 5\npoints = 3\npreset = "exact"\n', f"points = 3\n{GRID}"), NOW)
    row = db.session.scalars(sa.select(Blueprint)).one()
    hard = cell(3, difficulty="hard", clauses=["seven-phenomena/3"])
    assert row.sections[1]["cells"] == [hard, cell(2, rule_sets=["five-musts"])]
    assert row.at_least == [cell(1, kind="blanks", topics=["政治纪律"])]


def test_a_changed_blueprint_keeps_its_row(app: Flask, tmp_path: Path) -> None:
    content.load(write(tmp_path), NOW)
    write(tmp_path, "pass_percent = 60", "pass_percent = 70")
    assert content.load(tmp_path, NOW) == {"blueprints_changed": 1}
    assert db.session.scalars(sa.select(Blueprint)).one().pass_percent == 70


def test_a_fault_loads_nothing(app: Flask, tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="blueprints/final.toml:10 count"):
        content.load(write(tmp_path, "count = 10", "count = 0"), NOW)
    assert db.session.scalars(sa.select(Blueprint)).all() == []

"""Check and load the blueprints of papers from files (question_bank/README.md)."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit.service import record
from app.domain.questions import DIFFICULTIES, Kind
from app.domain.scoring import PRESETS, Preset, format_points
from app.exams.models import Blueprint
from app.web.content import ContentError, Fault, Table, read_folder
from app.web.db import db


def check(folder: Path) -> list[Fault]:
    """Everything that is wrong in the files; empty when they can be loaded."""
    return sorted(_read(folder)[1])


def load(folder: Path, now: datetime) -> dict[str, int]:
    """Bring the blueprints up to the files. Papers already made stay as they are.

    Raises ContentError, and writes nothing, when a file has a fault.
    """
    blueprints, faults = _read(folder)
    if faults:
        raise ContentError(faults)
    stored = {row.code: row for row in db.session.scalars(sa.select(Blueprint))}
    counts: Counter[str] = Counter()
    for values in blueprints:
        row = stored.get(values["code"])
        if row is None:
            db.session.add(Blueprint(**values))
            counts["blueprints_created"] += 1
        elif any(getattr(row, name) != value for name, value in values.items()):
            for name, value in values.items():
                setattr(row, name, value)
            counts["blueprints_changed"] += 1
    if counts:
        record("blueprint.import", "blueprint:files", "导入组卷规则文件", after=dict(counts))
        db.session.flush()
    return dict(counts)


def _read(folder: Path) -> tuple[list[dict[str, Any]], list[Fault]]:
    found: list[Fault] = []
    blueprints = []
    for path, table in read_folder(folder, "blueprints/*.toml", found):
        blueprints.append(_blueprint(table))
        if blueprints[-1]["code"] != path.stem:
            table.fault("code", _("应与文件名（%(name)s）相同。", name=path.stem))
    return blueprints, found


def _blueprint(table: Table) -> dict[str, Any]:
    sound = len(table.faults)
    made: dict[str, Any] = {
        "code": table.text("code"),
        "title": table.text("title"),
        "minutes": table.whole("minutes", at_least=1),
        "pass_percent": table.whole("pass_percent"),
        "sections": [_section(part) for part in table.tables("section")],
        "at_least": [_condition(part) for part in table.tables("at_least")],
        "enemies": [],
        "total": _tenths(table, "total", 100.0),
        "rest_days": table.whole("rest_days", 0),
        "rest_exams": table.whole("rest_exams", 0),
    }
    if made["pass_percent"] > 100:
        table.fault("pass_percent", _("不能大于 100。"))
    if not made["sections"]:
        table.fault("section", _("至少要有一个部分。"))
    table.refuse_unknown()
    points = sum(
        cell["count"] * section["points"] for section in made["sections"] for cell in section["cells"]
    )
    if points != made["total"] and len(table.faults) == sound:
        table.fault(
            "total", _("各部分合计 %(points)s 分，与满分 %(total)s 分不符。",
                       points=format_points(points), total=format_points(made["total"]))
        )  # fmt: skip
    return made


def _section(table: Table) -> dict[str, Any]:
    """A section as it is stored; points in tenths. Without cells it is one cell itself."""
    kind = _one_of(table, "kind", table.text("kind"), Kind)
    presets = PRESETS[Kind(kind)] if kind else tuple(Preset)
    cells = table.tables("cell")
    made = {
        "title": table.text("title"),
        "kind": kind,
        "points": _tenths(table, "points"),
        "preset": _one_of(table, "preset", table.text("preset", presets[0]), presets),
        "cells": [_cell(part) for part in cells] or [_asked(table)],
    }
    table.refuse_unknown()
    return made


def _cell(table: Table) -> dict[str, Any]:
    made = _asked(table)
    table.refuse_unknown()
    return made


def _asked(table: Table) -> dict[str, Any]:
    """How many questions, and which."""
    return {
        "count": table.whole("count", at_least=1),
        "topics": table.texts("topics", []),
        "difficulty": _one_of(table, "difficulty", table.text("difficulty", ""), DIFFICULTIES),
        "rule_sets": table.texts("rule_sets", []),
        "clauses": table.texts("clauses", []),
    }


def _condition(table: Table) -> dict[str, Any]:
    made = {"kind": _one_of(table, "kind", table.text("kind", ""), Kind)} | _asked(table)
    table.refuse_unknown()
    return made


def _one_of(table: Table, field: str, value: str, known: Iterable[str]) -> str:
    """The value, or an empty text and a fault when it is none of those known."""
    if value in set(known):
        return str(value)
    if value:
        table.fault(field, _("只能是 %(names)s。", names="、".join(known)))
    return ""


def _tenths(table: Table, field: str, usual: float | None = None) -> int:
    points = table.number(field, usual)
    tenths = round(points * 10)
    if field in table.data and (tenths < 1 or abs(points * 10 - tenths) > 1e-6):
        table.fault(field, _("分值应大于 0，最多一位小数。"))
    return tenths

"""Check and load the blueprints of papers from files (question_bank/README.md)."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from app.audit.service import record
from app.domain.questions import Kind
from app.domain.scoring import PRESETS, Preset
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
    made: dict[str, Any] = {
        "code": table.text("code"),
        "title": table.text("title"),
        "minutes": table.whole("minutes", at_least=1),
        "pass_percent": table.whole("pass_percent"),
        "sections": [_section(part) for part in table.tables("section")],
    }
    if made["pass_percent"] > 100:
        table.fault("pass_percent", _("不能大于 100。"))
    if not made["sections"]:
        table.fault("section", _("至少要有一个部分。"))
    table.refuse_unknown()
    return made


def _section(table: Table) -> dict[str, Any]:
    """A section as it is stored; points in tenths."""
    kind = _one_of(table, "kind", table.text("kind"), Kind)
    presets = PRESETS[Kind(kind)] if kind else tuple(Preset)
    made = {
        "title": table.text("title"),
        "kind": kind,
        "count": table.whole("count", at_least=1),
        "points": _tenths(table),
        "preset": _one_of(table, "preset", table.text("preset", presets[0]), presets),
        "topics": table.texts("topics", []),
        "rule_sets": table.texts("rule_sets", []),
    }
    table.refuse_unknown()
    return made


def _one_of(table: Table, field: str, value: str, known: Iterable[str]) -> str:
    """The value, or an empty text and a fault when it is none of those known."""
    if value in set(known):
        return str(value)
    if value:
        table.fault(field, _("只能是 %(names)s。", names="、".join(known)))
    return ""


def _tenths(table: Table) -> int:
    points = table.number("points")
    tenths = round(points * 10)
    if "points" in table.data and (tenths < 1 or abs(points * 10 - tenths) > 1e-6):
        table.fault("points", _("分值应大于 0，最多一位小数。"))
    return tenths

"""The rules of a blueprint as they are stored (models.Blueprint), and as the domain knows them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, TypeAlias

import sqlalchemy as sa

from app.bank.models import Question, QuestionVersion
from app.domain.assembly import AtLeast, Cell, Form, Plan, Wanted
from app.domain.papers import Candidate, Section
from app.domain.questions import Kind
from app.domain.scoring import Preset
from app.exams.models import Blueprint, Exam, ExamForm, PaperItem
from app.web.db import db

Grid: TypeAlias = dict[str, Any]  # the fields below
FIELDS = ("sections", "at_least", "enemies", "total", "rest_days", "rest_exams")


def of(blueprint: Blueprint) -> Grid:
    return {name: getattr(blueprint, name) for name in FIELDS}


def heads(sections: Sequence[Mapping[str, Any]]) -> list[Section]:
    """The sections that papers by the grid have."""
    return [Section(s["title"], Kind(s["kind"]), s["points"], Preset(s["preset"])) for s in sections]


def plan(grid: Grid, forms: int = 1) -> Plan:
    cells = tuple(
        Cell(number, wanted(cell | {"kind": section["kind"]}), cell["count"], section["points"])
        for number, section in enumerate(grid["sections"])
        for cell in section["cells"]
    )
    rules = tuple(AtLeast(wanted(rule), rule["count"]) for rule in grid["at_least"])
    return Plan(cells, rules, forms, grid["total"])


def wanted(said: Mapping[str, Any]) -> Wanted:
    return Wanted(
        Kind(said["kind"]) if said.get("kind") else None, tuple(said["topics"]), said["difficulty"],
        tuple(said["rule_sets"]), tuple(said["clauses"]),
    )  # fmt: skip


def eased(grid: Grid, nearest: Plan) -> Grid:
    """The grid with the counts of a plan that was made from it."""
    counts: Iterator[int] = (cell.count for cell in nearest.cells)
    sections = [
        section | {"cells": [cell | {"count": next(counts)} for cell in section["cells"]]}
        for section in grid["sections"]
    ]
    rules = zip(grid["at_least"], nearest.at_least, strict=True)
    return grid | {"sections": sections, "at_least": [rule | {"count": new.count} for rule, new in rules]}


def by_section(grid: Grid, form: Form) -> list[list[Candidate]]:
    """A form's questions in the order of its paper: per section, cell after cell."""
    cells = iter(form)
    return [[one for _cell in section["cells"] for one in next(cells)] for section in grid["sections"]]


def by_cell(grid: Grid, drawn: Sequence[Sequence[Candidate]]) -> Form | None:
    """The same the other way round; None: the sections do not have as many questions as the grid says."""
    cells = []
    for section, ones in zip(grid["sections"], drawn, strict=False):
        left = list(ones)
        for cell in section["cells"]:
            cells.append(tuple(left[: cell["count"]]))
            del left[: cell["count"]]
        if left:
            return None
    whole = plan(grid)
    fits = len(cells) == len(whole.cells) and len(drawn) == len(grid["sections"])
    counts = [len(ones) for ones in cells]
    return tuple(cells) if fits and counts == [cell.count for cell in whole.cells] else None


def single(sections: Sequence[Section], drawn: Sequence[Sequence[Candidate]]) -> Plan:
    """What a paper that was put together by hand holds to: the kinds and the points of its sections."""
    cells = [
        Cell(number, Wanted(section.kind), len(ones), section.points)
        for number, (section, ones) in enumerate(zip(sections, drawn, strict=True))
    ]
    made = Plan(tuple(cells))
    return replace(made, total=made.points)


def rested(grid: Grid, apart_from: int | None, now: datetime) -> set[str]:
    """Codes of the questions that must rest: used in exams of late, this one left aside."""
    exams = sa.select(Exam.id).where(Exam.kind == "exam", Exam.forms.any(), Exam.id != (apart_from or 0))
    lately = []
    if grid["rest_days"]:
        lately.append(exams.where(Exam.opens_at >= now - timedelta(days=grid["rest_days"])))
    if grid["rest_exams"]:
        lately.append(exams.order_by(Exam.opens_at.desc(), Exam.id.desc()).limit(grid["rest_exams"]))
    used = (
        sa.select(Question.code).distinct()
        .join(QuestionVersion, QuestionVersion.question_id == Question.id)
        .join(PaperItem, PaperItem.version_id == QuestionVersion.id)
        .join(ExamForm, ExamForm.paper_id == PaperItem.paper_id)
    )  # fmt: skip
    return {code for which in lately for code in db.session.scalars(used.where(ExamForm.exam_id.in_(which)))}

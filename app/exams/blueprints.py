"""组卷规则: written down, and whether the bank can fill them."""

import secrets
from dataclasses import asdict, dataclass
from typing import Any

from app.audit.service import record
from app.bank import queries as bank
from app.exams import grids
from app.exams.grids import Grid
from app.exams.models import Blueprint
from app.web.db import db


@dataclass(frozen=True)
class BlueprintFacts:
    title: str
    minutes: int
    pass_percent: int
    sections: list[dict[str, Any]]
    at_least: list[dict[str, Any]]
    enemies: list[list[str]]
    total: int
    rest_days: int
    rest_exams: int


def save(blueprint: Blueprint | None, facts: BlueprintFacts) -> Blueprint:
    """Papers already made stay as they are."""
    before = None
    if blueprint is None:
        blueprint = Blueprint(code=f"local-{secrets.token_hex(5)}", **asdict(facts))
        db.session.add(blueprint)
    else:
        before = {name: getattr(blueprint, name) for name in BlueprintFacts.__dataclass_fields__}
        for name, value in asdict(facts).items():
            setattr(blueprint, name, value)
    db.session.flush()
    verb, word = ("create", "新建") if before is None else ("update", "修改")
    record(
        f"blueprint.{verb}", f"blueprint:{blueprint.id}", f"{word}组卷规则“{facts.title}”",
        before=before, after=asdict(facts),
    )  # fmt: skip
    return blueprint


def available(grid: Grid) -> tuple[list[int], list[int]]:
    """How many questions in use fit each cell, and each condition."""
    plan, pool = grids.plan(grid), bank.candidates()
    cells = [sum(map(cell.wanted.takes, pool)) for cell in plan.cells]
    return cells, [sum(map(rule.wanted.takes, pool)) for rule in plan.at_least]

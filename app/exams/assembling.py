"""Papers by a plan, from a process of its own: a solver that runs wild ends that process and nothing else.

Takes about as many seconds as it is given, so it belongs in a job rather than in a request.
"""

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import asdict
from typing import Any

from app.domain.assembly import Advice, AtLeast, Cell, Lack, Papers, Plan, Wanted, breaches, senseless
from app.domain.papers import Candidate
from app.domain.questions import Kind
from app.web import limited

_CHILD = "app.exams.solving_child"
SECONDS = 5.0  # to look for the least overlap; the hard rules come before


def assemble(
    plan: Plan,
    pool: Sequence[Candidate],
    seed: int,
    held_back: Collection[str] = (),
    enemies: Iterable[Collection[str]] = (),
    seconds: float = SECONDS,
) -> Papers | Advice:
    """Papers as planned, or why there are none. `held_back`, `enemies`: ids of questions.

    The same arguments give the same papers unless they are `late`. Raises ValueError for a plan that makes no
    sense (`assembly.senseless`), limited.Exhausted.
    """
    if wrong := senseless(plan):
        raise ValueError(wrong)
    apart = [sorted(group) for group in enemies]
    asked = {
        "plan": asdict(plan), "pool": [asdict(one) for one in pool], "seed": seed,
        "held_back": sorted(held_back), "enemies": apart, "seconds": seconds,
    }  # fmt: skip
    said = json.loads(limited.run(_CHILD, json.dumps(asked).encode()))
    if "forms" not in said:
        return advice_of(said)
    versions = {one.version_id: one for one in pool}
    forms = tuple(tuple(tuple(versions[n] for n in cell) for cell in form) for form in said["forms"])
    if broken := breaches(plan, forms, apart):
        raise AssertionError(broken)
    return Papers(forms, said["overlap"], said["at_least"], said["late"])


def plan_of(said: dict[str, Any]) -> Plan:
    """A plan from its JSON (`dataclasses.asdict`)."""
    cells = tuple(Cell(**{**cell, "wanted": _wanted(cell["wanted"])}) for cell in said["cells"])
    rules = tuple(AtLeast(_wanted(rule["wanted"]), rule["count"]) for rule in said["at_least"])
    return Plan(**{**said, "cells": cells, "at_least": rules})


def _wanted(said: dict[str, Any]) -> Wanted:
    lists = {name: tuple(said[name]) for name in ("topics", "rule_sets", "clauses")}
    return Wanted(Kind(said["kind"]) if said["kind"] else None, difficulty=said["difficulty"], **lists)


def advice_of(said: dict[str, Any]) -> Advice:
    """Advice from its JSON."""
    lacks = tuple(
        Lack(**{**lack, "bearing": tuple((rule, count) for rule, count in lack["bearing"])})
        for lack in said["lacks"]
    )
    too_many = tuple((rule, count) for rule, count in said["too_many"])
    return Advice(lacks, too_many, plan_of(said["nearest"]) if said["nearest"] else None)

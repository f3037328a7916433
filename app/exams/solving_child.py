"""What the limited process does for exams/assembling.py: look for papers, or say why there are none."""

import json
from dataclasses import asdict
from typing import Any

from app.domain.assembly import usable
from app.domain.dealing import lay
from app.domain.papers import Candidate
from app.domain.questions import Kind
from app.exams import advising, solving
from app.exams.assembling import plan_of


def answer(data: bytes) -> bytes:
    """A request and its answer, both JSON."""
    asked = json.loads(data)
    plan, pool = plan_of(asked["plan"]), [_candidate(one) for one in asked["pool"]]
    held_back, seed = set(asked["held_back"]), asked["seed"]
    table = lay(plan, usable(pool, held_back), asked["enemies"], seed)
    found = solving.papers(table, plan, seed, asked["seconds"])
    if found is None:
        return json.dumps(asdict(advising.advice(table, plan, pool, held_back))).encode()
    forms = [[[one.version_id for one in cell] for cell in form] for form in found.forms]
    said = {"forms": forms, "overlap": found.overlap, "at_least": found.at_least, "late": found.late}
    return json.dumps(said).encode()


def _candidate(said: dict[str, Any]) -> Candidate:
    lists = {name: tuple(said[name]) for name in ("rule_sets", "clauses")}
    return Candidate(**{**said, "kind": Kind(said["kind"]), **lists})

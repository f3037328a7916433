"""Questions, papers and exams for tests, through the real services."""

import json
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from app.bank import queries as bank
from app.bank.models import AnswerKey, Citation, Clause, Question, QuestionVersion, RuleSet
from app.domain import scoring
from app.domain.questions import WITH_OPTIONS, Kind
from app.exams import grids, papers, service
from app.exams.models import Blueprint, Exam, Response
from app.web.db import db
from tests.factories import CREATED, save

_next = count(1)
KEYS: dict[Kind, Any] = {
    Kind.SINGLE: "b",
    Kind.MULTIPLE: ["a", "c"],
    Kind.JUDGE: True,
    Kind.BLANKS: [["党中央"], ["团结"]],
    Kind.ORDER: ["c", "a", "d", "b"],
    Kind.MATCH: ["b", "d"],
    Kind.SHORT: ["要点一", "要点二"],
    Kind.ESSAY: ["论点一", "论点二", "论点三"],
    Kind.CASE: [True, ["甲点", "乙点"]],  # a judge and a short one
    Kind.RECITE: {"text": "我志愿加入中国共产党，拥护党的纲领。", "phrases": ["加入中国共产党", "党的纲领"]},
}
_PARTS = [
    {"kind": "judge", "stem": "甲的做法对吗？", "options": [], "prompts": []},
    {"kind": "short", "stem": "乙应当怎么办？", "options": [], "prompts": []},
]


def rule_set(code: str | None = None) -> RuleSet:
    n = next(_next)
    made = RuleSet(
        code=code or f"set-{n}", title=f"条目集{n}", summary="", position=n, excerpt=False, local=False,
        document="某讲话", issuer="某人", number="", dated=None, place="北京", note="",
    )  # fmt: skip
    made.clauses = [Clause(code="1", position=1, heading="", locator="", text=f"条款原文{n}")]
    return save(made)


def question(rules: RuleSet, kind: Kind, key: Any = None) -> QuestionVersion:
    n = next(_next)
    identity = Question(code=f"q-{n:05}", current_version_id=None, retired_at=None)
    db.session.add(identity)
    db.session.flush()
    version = QuestionVersion(
        question_id=identity.id, number=1, kind=kind.value,
        stem=f"题干{n} ____ 和 ____" if kind is Kind.BLANKS else f"题干{n}",
        options=[f"选项{n}-{k}" for k in "甲乙丙丁"] if kind in WITH_OPTIONS else [],
        prompts=[f"待配{n}-{k}" for k in "子丑"] if kind is Kind.MATCH else [],
        parts=_PARTS if kind is Kind.CASE else [],
        topic="政治纪律", difficulty="easy", created_at=CREATED, created_by=None, submitted_at=CREATED,
        approved_at=CREATED,
    )  # fmt: skip
    version.answer = AnswerKey(key=KEYS[kind] if key is None else key, explanation=f"解析{n}")
    version.citations = [Citation(clause=rules.clauses[0], revision=1, at=CREATED)]
    db.session.add(version)
    db.session.flush()
    identity.current_version_id = identity.newest_version_id = version.id
    return version


def questions(rules: RuleSet, **counts: int) -> None:
    for kind, many in counts.items():
        for _ in range(many):
            question(rules, Kind(kind))
    db.session.commit()


def blueprint(*rules: RuleSet, **counts: int) -> Blueprint:
    """Draws from these rule sets; from the whole bank when none is named."""
    asked = [rule.code for rule in rules]
    return save(
        Blueprint(
            code=f"bp-{next(_next)}", title="测试蓝图", minutes=45, pass_percent=60,
            sections=[
                {
                    "title": kind, "kind": kind, "points": 20,
                    "preset": scoring.PRESETS[Kind(kind)][0].value,
                    "cells": [cell(many, rule_sets=asked)],
                }
                for kind, many in counts.items()
            ],
            total=20 * sum(counts.values()),
        )
    )  # fmt: skip


def cell(count: int, **more: Any) -> dict[str, Any]:
    return {"count": count, "topics": [], "difficulty": "", "rule_sets": [], "clauses": []} | more


def papered(made: Exam, now: datetime) -> Exam:
    """With the first questions that fit its blueprint, cell by cell; the solver is tested apart."""
    assert made.blueprint
    grid, left = grids.of(made.blueprint), bank.candidates()
    form = []
    for wanted in grids.plan(grid).cells:
        ones = [one for one in left if wanted.wanted.takes(one)][: wanted.count]
        assert len(ones) == wanted.count
        left = [one for one in left if one not in ones]
        form.append(tuple(ones))
    heads = grids.heads(grid["sections"])
    service.use(made, [papers.freeze(made.title, heads, grids.by_section(grid, tuple(form)), now)])
    db.session.commit()
    return made


def exam(
    now: datetime, *, attempts: int | None = 1, hours: float = 2, release: str = "after_submit",
    minutes: int | None = None, **counts: int,
) -> Exam:  # fmt: skip
    """A frozen exam that opened an hour ago, assigned to nobody yet."""
    papers.forget()
    counts = counts or {"single": 2, "multiple": 1, "judge": 1, "blanks": 1}
    rules = rule_set()
    questions(rules, **counts)
    made = service.create_exam(
        "测试考试", blueprint(rules, **counts), now - timedelta(hours=1), now + timedelta(hours=hours),
        attempts, release, now, minutes=minutes,
    )  # fmt: skip
    return papered(made, now)


def quiz(now: datetime, draw: int = 3, **counts: int) -> Exam:
    papers.forget()
    rules = rule_set()
    questions(rules, **(counts or {"single": 4, "judge": 4}))
    made = service.ensure_quiz(f"quiz:{rules.code}", "测验", [rules.code], draw, 60, now)
    db.session.commit()
    return made


def answer(attempt_id: int, slot: int, value: Any, now: datetime, seq: int = 1) -> None:
    """What was saved in a slot; None: nothing was."""
    if value is not None:
        save(
            Response(
                attempt_id=attempt_id, slot=slot, epoch=1, seq=seq, received_at=now,
                value=json.dumps(value, ensure_ascii=False),
            )
        )  # fmt: skip

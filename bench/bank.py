"""A bank of 100,000 questions: what its pages cost. The texts are cut from the real clauses."""

import random
from collections.abc import Iterator, Sequence
from typing import Any
from urllib.parse import quote

import sqlalchemy as sa
from flask import Flask

from app.bank import content, words
from app.bank.models import AnswerKey, Citation, Clause, Question, QuestionVersion, VersionBand
from app.domain.access import Role
from app.domain.likeness import bands, shingles
from app.people.models import Person, RoleGrant, Unit
from app.web import clock
from app.web.config import CONTENT
from app.web.db import db, is_sqlite
from bench import school
from bench.measure import counted, expect, interleaved, request

QUESTIONS = 100_000
_CHUNK = 5_000


def fill(many: int = QUESTIONS) -> None:
    """The bank of the product and `many` more questions in use, each citing one clause."""
    content.load(CONTENT, clock.now())
    db.session.commit()
    clauses = db.session.execute(sa.select(Clause.id, Clause.text)).tuples().all()
    first = (db.session.scalar(sa.select(sa.func.max(Question.id))) or 0) + 1
    first_version = (db.session.scalar(sa.select(sa.func.max(QuestionVersion.id))) or 0) + 1
    rng = random.Random(4)  # noqa: S311
    rows: list[dict[type, dict[str, Any]]] = []
    for n in range(many):
        rows.append(_question(first + n, first_version + n, rng, clauses))
        if len(rows) == _CHUNK or n == many - 1:
            for model in (Question, QuestionVersion, AnswerKey, Citation):
                db.session.execute(sa.insert(model), [row[model] for row in rows])
            db.session.execute(sa.insert(VersionBand), [band for row in rows for band in _bands(row)])
            words.index(QuestionVersion(**row[QuestionVersion]) for row in rows)
            db.session.commit()
            rows = []
    if not is_sqlite():  # ids were given by hand
        for table in ("question", "question_version"):
            db.session.execute(sa.text(f"SELECT setval('{table}_id_seq', (SELECT max(id) FROM {table}))"))  # noqa: S608
        db.session.commit()
    db.session.execute(sa.text("ANALYZE"))
    db.session.commit()


def _bands(row: dict[type, dict[str, Any]]) -> Iterator[dict[str, int]]:
    version = row[QuestionVersion]
    for value in bands(shingles((version["stem"], *version["options"]))):
        yield {"value": value, "version_id": version["id"]}


def _question(
    number: int, version: int, rng: random.Random, clauses: Sequence[tuple[int, str]]
) -> dict[type, dict[str, Any]]:
    now = clock.now()
    clause, text = rng.choice(clauses)
    parts = [_cut(rng, rng.choice(clauses)[1]) for _ in range(4)]
    return {
        Question: {
            "id": number, "code": f"bench-{number:06}", "current_version_id": version,
            "newest_version_id": version,
        },
        QuestionVersion: {
            "id": version, "question_id": number, "number": 1, "kind": rng.choice(["single", "multiple"]),
            "stem": f"{_cut(rng, text)}{_cut(rng, text)}（　　）。", "options": parts, "prompts": [],
            "parts": [], "tags": [], "pictures": [], "level": "", "topic": f"知识点{rng.randrange(60)}",
            "difficulty": rng.choice(["easy", "medium", "hard"]), "created_at": now, "submitted_at": now,
            "approved_at": now,
        },
        AnswerKey: {"version_id": version, "key": "b", "explanation": text[:100]},
        Citation: {"version_id": version, "clause_id": clause, "revision": 1, "at": now},
    }  # fmt: skip


def _cut(rng: random.Random, text: str) -> str:
    start = rng.randrange(max(1, len(text) - 20))
    return text[start : start + rng.randrange(8, 20)]


PAGES = {
    "list": "/manage/bank/questions",
    "last": "/manage/bank/questions?page=2000",
    "kind": "/manage/bank/questions?kind=single&topic=知识点7&difficulty=hard",
    "set": "/manage/bank/questions?rule_set=constitution",
    "search": "/manage/bank/questions?q=党委",
    "rare": "/manage/bank/questions?q=没有这样的词",
    "form": "/manage/bank/questions/{id}/edit",
    "question": "/manage/bank/questions/{id}",
    "due": "/manage/bank/due",
    "resting": "/manage/bank/resting/constitution",
    "clauses": "/rules/search?q=党委",
}


def bench(app: Flask) -> dict[str, float]:
    """CPU-ms and statements of each page for an administrator."""
    fill()
    unit = db.session.scalars(sa.select(Unit)).first()
    assert unit is not None
    staff = school.seat(app, unit.id)
    person = db.session.get_one(Person, staff.person_id)
    db.session.add(
        RoleGrant(person_id=person.id, unit_id=unit.id, role=Role.ADMIN.value, created_at=clock.now())
    )
    db.session.commit()
    some = db.session.scalar(sa.select(sa.func.max(Question.id)))
    figures: dict[str, float] = {}
    for name, url in PAGES.items():
        path, _, query = url.format(id=some).partition("?")

        def page(path: str = path, query: str = quote(query, safe="=&")) -> None:
            expect(200, request(app, "GET", path, staff.cookie, query=query, accept_encoding="br"))

        figures[f"bank.{name}.cpu_ms"] = interleaved({"page": page}, 5, 3)["page"]
        figures[f"bank.{name}.statements"] = counted(page)
    return figures

"""Every text that people can write, replaced by payloads, all at once."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import cycle
from typing import Any

import sqlalchemy as sa

from app.audit.models import AuditEvent
from app.bank.models import Clause, Comment, Question, Wording
from app.exams import papers, service
from app.exams.models import Exam
from app.people.models import CorrectionRequest, Person, Posting, Setting, Unit, UnitChange
from app.web.db import Base, db
from tests import factories
from tests.attack.payloads import corpus
from tests.attack.world import World
from tests.conftest import Clock
from tests.exams import build

# Columns of text that a person wrote, a browser sent or a file brought.
CONTENT = {
    "audit_check": ("ordered_by",),
    "audit_event": ("actor", "address", "agent", "action", "target", "summary"),
    "blueprint": ("title",), "certificate": ("prefix", "number", "void_reason"),
    "group_allowance": ("reason",), "sitting": ("room", "place"),
    "certificate_trouble": ("message",), "clause": ("heading", "locator", "text"),
    "amendment": ("document", "filed_text"), "announcement": ("title", "text"), "appeal": ("text", "answer"),
    "incident": ("text",), "mark": ("comment", "reason"), "regrade": ("reason", "answer"),
    "correction_request": ("text", "answer", "answered_by"), "course": ("title", "summary"),
    "answer_key": ("explanation",), "exam": ("title",), "lesson": ("title", "body"),
    "person": ("name", "post", "left_reason", "staff_no", "username"),
    "posting": ("post", "note"), "question": ("code",), "question_version": ("stem", "topic"),
    "question_comment": ("text",), "question_import": ("file_name", "message"),
    "question_import_item": ("place", "source"), "wording": ("text",),
    "role_grant": ("granted_by", "reason"), "roster_import": ("file_name", "message"),
    "rule_set": ("title", "summary", "document", "issuer", "number", "place", "note"), "score": ("reason",),
    "setting": ("value",), "sign_in_failure": ("username", "address"),
    "sign_in_session": ("address", "agent"), "takeover": ("address", "agent"),
    "unapplied_response": ("decision",), "unit": ("name", "short_name"), "unit_change": ("by",),
}  # fmt: skip
# Columns of text that the application itself writes from a closed list, a number, a digest or a seal.
STRUCTURE = {
    "access_code": ("digest",), "blueprint": ("code",),
    "attempt": ("medium", "slot_kinds", "closed_by", "receipt"), "regrade": ("kind",),
    "audit_check": ("state",), "audit_event": ("result", "before", "after"),
    "audit_seal": ("algorithm", "previous", "digest"),
    "audit_anchor": ("algorithm", "digest", "mac"), "certificate": ("code",),
    "certificate_file": ("sha256",), "certificate_series": ("prefix",), "clause": ("code",),
    "course": ("code",),
    "exam": ("kind", "code", "outcome"), "seat": ("ticket",), "sitting": ("code",),
    "incident": ("kind", "form"), "lesson": ("code", "kind"), "mark": ("code",),
    "paper": ("sha256",),
    "paper_item": ("preset",), "posting": ("kind",), "picture": ("sha256", "mime"),
    "question_version": ("kind", "difficulty", "level"),
    "question_import": ("state",), "question_import_item": ("decision",),
    "person": ("pinyin", "initials", "sex", "id_number_sealed", "id_number_digest", "phone_sealed",
               "phone_digest", "rank", "political", "password_hash"),
    "rank_change": ("rank",), "recovery_code": ("digest",), "response": ("value",), "role_grant": ("role",),
    "roster_import": ("state", "notes"), "roster_row": ("sealed", "outcome", "faults"), "rule_set": ("code",),
    "second_factor": ("secret_sealed",), "setting": ("key",), "sign_in_failure": ("device",),
    "sign_in_session": ("id",), "takeover": ("session_id",), "device_request": ("session_id",),
    "unapplied_response": ("value", "reason"),
    "unit": ("path", "code", "kind"), "unit_change": ("what", "before", "after"),
    "version_word": ("word",),
}  # fmt: skip


def text_columns() -> set[tuple[str, str]]:
    return {
        (table.name, column.name)
        for table in Base.metadata.sorted_tables
        for column in table.columns
        if isinstance(column.type, sa.Text) and not isinstance(column.type, sa.JSON)
    }


def classified() -> set[tuple[str, str]]:
    return {
        (table, name) for kinds in (CONTENT, STRUCTURE) for table, names in kinds.items() for name in names
    }


_OTHERS = {"order": 3, "match": 3, "recite": 3}  # besides single, so that every macro has a hostile text


def add_rows(world: World, time: Clock) -> None:
    """So many rows in the long tables that every payload has one of its own, and one of each other kind."""
    many, caller = len(corpus()), world.caller
    rules = build.rule_set("hostile")
    build.questions(rules, single=many, **_OTHERS)
    for clause in db.session.scalars(sa.select(Clause)).all():
        db.session.merge(Wording(clause_id=clause.id, revision=1, text="x", since=time.now))
    version = db.session.scalars(sa.select(Question)).first().newest_version_id
    db.session.add(Comment(version_id=version, at=time.now, by=caller.id, text="x"))
    db.session.add_all(
        Person(
            username=f"x{n}", name="x", unit_id=world.town.id, created_at=factories.CREATED, staff_no=f"s{n}"
        )
        for n in range(many)
    )
    db.session.add_all(
        Unit(name="x", code=f"x{n}", kind="branch", parent_id=world.root.id) for n in range(60)
    )
    db.session.flush()
    for unit in db.session.scalars(sa.select(Unit).where(Unit.path == "")):
        unit.path = f"{world.root.path}{unit.id}/"
    day = time.now.date()
    db.session.add_all(
        Posting(
            person_id=caller.id,
            unit_id=world.town.id,
            kind="home",
            since=day - timedelta(days=9 * n + 9),
            until=day - timedelta(days=9 * n),
        )
        for n in range(1, 5)
    )
    texts = iter(corpus())
    db.session.add(
        UnitChange(
            unit_id=world.town.id, at=time.now, what="update", by="x", before=_json(texts), after=_json(texts)
        )
    )  # fmt: skip
    db.session.add(CorrectionRequest(person_id=caller.id, at=time.now, text="x"))
    db.session.commit()


def _json(texts: Iterator[str]) -> str:
    """What the record keeps of a thing's fields."""
    return json.dumps({"name": next(texts), "short_name": next(texts)})


def _unique(name: str, value: str, n: int) -> str:
    """Columns that must differ, and those whose length an index bears."""
    return f"{value} {n}" if name in {"username", "staff_no", "code", "number"} else value


def seed(world: World, time: Clock) -> Exam:
    """Rows for every payload, then a payload in every text; last an exam drawn from the seeded questions."""
    add_rows(world, time)
    texts = cycle(corpus())
    with db.engine.begin() as conn:
        for table in Base.metadata.sorted_tables:
            names = CONTENT.get(table.name, ())
            if not names or table.name == "audit_event":
                continue
            for n, row in enumerate(conn.execute(sa.select(table)).mappings()):
                values = {name: _unique(name, next(texts), n) for name in names if row[name] is not None}
                key = [column == row[column.name] for column in table.primary_key]
                if values:
                    conn.execute(sa.update(table).where(*key).values(values))
        _seed_documents(conn)
    for name in ("name", "contact", "certificate_prefix"):
        db.session.merge(Setting(key=name, value=next(texts)))
    for _ in corpus():
        names = CONTENT["audit_event"]
        written = {name: next(texts) for name in names} | {"before": _json(texts), "after": _json(texts)}
        db.session.add(AuditEvent(at=time.now, actor_id=world.caller.id, **written))
    db.session.commit()
    return _seed_exam(world, time)


def _seed_documents(conn: sa.Connection) -> None:
    """JSON that people wrote: options, titles of sections, what a certificate says."""
    texts = cycle(corpus())
    listed = "options", "prompts"
    changes: dict[str, Callable[[Any], dict[str, Any]]] = {
        "question_version": lambda row: {"tags": [next(texts)]} | {
            name: [next(texts) for _ in row[name]] for name in listed
        },
        "answer_key": lambda row: {"key": _recital(texts) if isinstance(row["key"], dict) else row["key"]},
        "certificate": lambda row: {"facts": {name: next(texts) for name in row["facts"]}},
        "blueprint": lambda row: {
            "sections": [section | {"title": next(texts)} for section in row["sections"]]
        },
    }  # fmt: skip
    for name, change in changes.items():
        table = Base.metadata.tables[name]
        for row in conn.execute(sa.select(table)).mappings():
            key = [column == row[column.name] for column in table.primary_key]
            conn.execute(sa.update(table).where(*key).values(change(row)))


def _recital(texts: Iterator[str]) -> dict[str, Any]:
    phrase = next(texts)
    return {"text": next(texts) + phrase, "phrases": [phrase]}


def _seed_exam(world: World, time: Clock) -> Exam:
    """An exam whose paper holds all the questions."""
    papers.forget()
    hostile = build.blueprint(single=len(corpus()), **_OTHERS)
    made = service.create_exam(
        corpus()[0], hostile, time.now - timedelta(hours=1), time.now + timedelta(hours=2), None,
        "after_submit", time.now,
    )  # fmt: skip
    build.papered(made, time.now)
    service.assign(made, unit=world.root)
    db.session.commit()
    return made

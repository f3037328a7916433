"""A small bank as files, and ways to break it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.bank import content, files, readings, service
from app.bank.models import Question
from app.domain.questions import Kind, Part
from app.domain.questions import Question as Content
from app.web.config import CONTENT
from app.web.db import db
from tests import factories

NOW = datetime(2026, 11, 23, 1, 0, tzinfo=UTC)

RULE_SET = """\
code = "five-musts"
title = "五个必须"
summary = "五个方面。"
order = 10
excerpt = true

[source]
document = "在会上的讲话"
issuer = "习近平"
date = 2015-01-13
place = "北京"

[[clause]]
code = "1"
heading = "维护党中央权威"
locator = "第一条"
text = "必须维护党中央权威"

[[clause]]
code = "2"
text = "必须维护党的团结"
"""
LOCAL_SET = """\
code = "seven-prohibitions"
title = "七个严禁"
summary = "由本县填写。"
order = 140
local = true

[source]
document = ""
issuer = ""
"""
QUESTIONS = """\
[[question]]
id = "five-musts-001"
kind = "single"
stem = "必须维护（　　）。"
options = ["党中央权威", "个人权威"]
key = "a"
explanation = "原文如此。"
clauses = ["five-musts/1"]
topic = "政治纪律"
difficulty = "easy"

[[question]]
id = "five-musts-002"
kind = "blanks"
stem = "必须维护____，必须维护____。"
key = [["党中央权威"], ["党的团结", "团结"]]
explanation = "原文如此。"
clauses = ["five-musts/2", "five-musts/1"]
topic = "组织原则"
difficulty = "hard"
"""
FILES = {
    "rule_sets/five-musts.toml": RULE_SET,
    "rule_sets/seven-prohibitions.toml": LOCAL_SET,
    "questions/five-musts.toml": QUESTIONS,
}


def write(folder: Path, name: str = "", old: str = "", new: str = "") -> Path:
    """The small bank below `folder`, with one replacement in one file."""
    for path, text in FILES.items():
        (folder / path).parent.mkdir(exist_ok=True)
        changed = text.replace(old, new, 1) if path == name else text
        assert path != name or changed != text
        (folder / path).write_text(changed)
    return folder


def answer(text: Content | Part) -> Any:
    """What a reader says who is right."""
    match text.kind:
        case Kind.CASE:
            return [answer(part) for part in text.parts]  # type: ignore[union-attr]
        case Kind.BLANKS:
            return [variants[0] for variants in text.key]  # type: ignore[attr-defined]
        case Kind.RECITE:
            return text.key["text"]  # type: ignore[index]
    return text.key


def read_all(folder: Path) -> Path:
    """A second reader has answered every question that can be read. Never those of the product itself."""
    assert folder != CONTENT
    bank, _faults = files.read(folder)
    sheet = folder / "sheet.toml"
    answers = {code: json.dumps(answer(text), ensure_ascii=False) for code, text in bank.questions.items()}
    sheet.write_text(
        "".join(
            f'[{code}]\nwords = "{readings.words(bank.questions[code], bank.clauses)}"\nanswer = {given}\n'
            for code, given in answers.items()
        )
    )
    questions = {code: (bank.homes[code], text) for code, text in bank.questions.items()}
    assert readings.enter(folder, sheet, questions, bank.clauses, NOW.date()) == []
    return folder


def load(folder: Path) -> dict[str, int]:
    """Publish what the files hold; how much of it was new or other than before."""
    counts = content.load(read_all(folder), NOW)
    counts.pop("questions_published", None)
    db.session.commit()
    return counts


def question(code: str) -> Question:
    return db.session.query(Question).filter_by(code=code).one()


def publish(text: Content) -> Question:
    """A question that one person wrote and another approved."""
    made = service.create_question(text, NOW, factories.person().id)
    service.submit(made, 1, NOW, factories.person().id)
    service.approve(made, 1, NOW, factories.person().id)
    return made

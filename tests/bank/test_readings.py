"""A question from a file is published once somebody else has answered it from its clauses."""

import json
import tomllib
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from app.bank import census, content, files, queries, readings
from app.bank.readings import Reading
from app.domain.questions import Kind, Part
from app.domain.questions import Question as Content
from app.web.content import ContentError
from app.web.db import db
from tests.bank.contents import NOW, load, question, read_all, write

ON = date(2026, 11, 23)
CLAUSES = {"s/1": "必须维护党中央权威", "s/2": "必须维护党的团结"}
SINGLE = Content(Kind.SINGLE, "哪一条？", ("甲", "乙"), "b", "见条款。", ("s/1",), "题", "easy")
CASE = replace(
    SINGLE,
    kind=Kind.CASE,
    options=(),
    key=None,
    parts=(Part(Kind.JUDGE, "对吗？", (), True), Part(Kind.SHORT, "为什么？", (), ["有规定"])),
)
SHORT = replace(SINGLE, kind=Kind.SHORT, options=(), key=["维护党中央权威", "维护党的团结"])  # fmt: skip


def reading(text: Content, answer: object) -> Reading:
    return Reading(ON, readings.words(text, CLAUSES), answer)


@pytest.mark.parametrize(
    ("text", "answer", "held"),
    [
        (SINGLE, "b", True),
        (SINGLE, "a", False),
        (SINGLE, "", False),
        (CASE, [True, ["有规定。"]], True),
        (CASE, [False, ["有规定。"]], False),
        (CASE, [True, []], False),
        (CASE, [True, "有规定"], False),
        (CASE, [True], False),
        (CASE, True, False),
        (SHORT, ["要维护党的团结", "", "维护中央权威"], True),
        (SHORT, ["要维护党的团结"], False),
        (SHORT, ["维护党中央权威", 2], False),
    ],
)
def test_a_reading_holds_when_its_answer_is_right(text: Content, answer: object, held: bool) -> None:
    assert readings.holds(text, reading(text, answer), CLAUSES) is held


@pytest.mark.parametrize(
    "changed",
    [
        replace(SINGLE, stem="哪一个？"),
        replace(SINGLE, options=("甲", "丙")),
        replace(SINGLE, clauses=("s/2",)),
        replace(SINGLE, clauses=("s/1", "s/2")),
    ],
    ids=["stem", "options", "clause", "clauses"],
)
def test_it_holds_only_for_the_words_that_were_read(changed: Content) -> None:
    assert not readings.holds(changed, reading(SINGLE, "b"), CLAUSES)
    assert not readings.holds(SINGLE, reading(SINGLE, "b"), {"s/1": "必须维护党中央集中统一领导"})
    assert not readings.holds(SINGLE, None, CLAUSES)


def test_an_explanation_may_be_mended_without_another_reading() -> None:
    assert readings.holds(replace(SINGLE, explanation="另说。"), reading(SINGLE, "b"), CLAUSES)


def test_the_sheet_shows_no_key_and_no_explanation(tmp_path: Path) -> None:
    bank, _faults = files.read(write(tmp_path))
    sheet = readings.sheet(bank.questions, bank.clauses, bank.sources)
    assert [entry["answer"] for entry in tomllib.loads(sheet).values()] == ["", ""]
    for shown in (
        "必须维护（　　）。",
        "a. 党中央权威",
        "条款 five-musts/2：必须维护党的团结",
        "在会上的讲话",
    ):
        assert shown in sheet
    assert "原文如此" not in sheet and "key" not in sheet


def sheet(folder: Path, **answers: Any) -> Path:
    """As it is printed now, filled in."""
    bank, _faults = files.read(folder)
    entries = tomllib.loads(readings.sheet(bank.questions, bank.clauses, bank.sources))
    path = folder / "sheet.toml"
    words = {code: entries.get(code, {"words": ""})["words"] for code in answers}
    path.write_text(
        "".join(f'[{c}]\nwords = "{words[c]}"\nanswer = {json.dumps(a)}\n' for c, a in answers.items())
    )
    return path


def enter(folder: Path, **answers: Any) -> list[str]:
    bank, _faults = files.read(folder)
    questions = {code: (bank.homes[code], text) for code, text in bank.questions.items()}
    return readings.enter(folder, sheet(folder, **answers), questions, bank.clauses, ON)


def unread(folder: Path) -> list[str]:
    return sorted(files.read(folder)[0].unread)


def test_right_answers_are_kept_and_wrong_ones_told(tmp_path: Path) -> None:
    write(tmp_path)
    assert enter(tmp_path, **{"five-musts-001": "b", "five-musts-002": ["党中央权威", "团结"]}) == [
        "five-musts-001"
    ]
    assert unread(tmp_path) == ["five-musts-001"]
    assert enter(tmp_path, **{"five-musts-001": "a", "five-musts-002": ""}) == []
    assert unread(tmp_path) == []
    kept = (tmp_path / "readings/five-musts.toml").read_text()
    assert kept.startswith("[five-musts-001]\non = 2026-11-23\n")


def test_a_sheet_that_names_no_question_of_ours_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentError, match="没有编号为 other-001 的试题"):
        enter(write(tmp_path), **{"other-001": "a"})
    assert not (tmp_path / "readings").exists()


def test_a_sheet_from_before_a_change_is_refused(tmp_path: Path) -> None:
    filled = sheet(write(tmp_path), **{"five-musts-001": "a"})
    write(tmp_path, "questions/five-musts.toml", "个人权威", "局部权威")
    bank, _faults = files.read(tmp_path)
    questions = {code: (bank.homes[code], text) for code, text in bank.questions.items()}
    with pytest.raises(ContentError, match="题目或条款在印表以后改过"):
        readings.enter(tmp_path, filled, questions, bank.clauses, ON)


def test_a_kept_reading_of_nothing_is_a_fault(tmp_path: Path) -> None:
    read_all(write(tmp_path))
    path = tmp_path / "readings/five-musts.toml"
    path.write_text(path.read_text().replace("five-musts-001", "five-musts-009"))
    assert [str(f) for f in content.check(tmp_path)] == [
        "readings/five-musts.toml:1：没有编号为 five-musts-009 的试题。"
    ]


def test_what_nobody_has_read_waits_for_a_reviewer(app: Flask, tmp_path: Path) -> None:
    counts = content.load(write(tmp_path), NOW)
    assert "questions_published" not in counts
    assert queries.candidates() == []
    waiting = question("five-musts-001").newest
    assert (waiting.submitted_at, waiting.approved_at) == (NOW, None)
    later = NOW + timedelta(days=1)
    assert content.load(read_all(tmp_path), later) == {"questions_published": 2}
    db.session.expire_all()
    published = question("five-musts-001").newest
    assert (published.submitted_at, published.approved_at, published.approved_by) == (NOW, later, None)
    assert len(queries.candidates()) == 2
    assert content.load(tmp_path, later) == {}


def test_a_change_waits_too_and_the_old_version_is_drawn(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path))
    first = question("five-musts-001").current_version_id
    write(tmp_path, "questions/five-musts.toml", "个人权威", "局部权威")
    assert content.load(tmp_path, NOW) == {"questions_changed": 1}
    db.session.expire_all()
    assert question("five-musts-001").current_version_id == first
    assert question("five-musts-001").newest.number == 2


def test_the_census_counts_by_kind_and_source(tmp_path: Path) -> None:
    counted = census.take(write(tmp_path))
    assert list(counted.lines()) == [
        "试题 2 道", "题型：单选题 1，填空题 1", "出处：五个必须 2", "没有依据的条款 0 道",
        "没有第二遍审读 2 道",
    ]  # fmt: skip
    assert not counted.complete
    assert census.take(read_all(tmp_path)).complete

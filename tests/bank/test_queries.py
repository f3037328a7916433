from datetime import date
from pathlib import Path

import pytest
from flask import Flask

from app.bank import queries as reads
from app.bank import service
from app.bank.citing import source_line
from app.bank.models import RuleSet
from app.domain.papers import Candidate, Content
from app.domain.questions import Kind
from tests.bank.contents import NOW, load, question, write
from tests.conftest import Queries


def rule_set(**facts: object) -> RuleSet:
    plain = {"document": "", "issuer": "", "number": "", "place": "", "dated": None, "excerpt": False}
    return RuleSet(**{**plain, **facts})


@pytest.mark.parametrize(
    ("facts", "line"),
    [
        ({}, ""),
        ({"document": "中国共产党章程", "issuer": "二十大", "dated": date(2022, 10, 22), "place": "北京"},
         "二十大：《中国共产党章程》，2022年10月22日，北京"),
        ({"document": "讲话", "issuer": "习近平", "excerpt": True}, "习近平：《讲话》（节选）"),
        ({"document": "规定", "issuer": "县委", "number": "青委〔2026〕3号"},
         "县委：《规定》（青委〔2026〕3号）"),
        ({"document": "2016年1月29日中共中央政治局会议", "issuer": "中共中央政治局",
          "dated": date(2016, 1, 29)}, "2016年1月29日中共中央政治局会议"),
    ],
)  # fmt: skip
def test_a_source_is_one_readable_line(facts: dict[str, object], line: str) -> None:
    assert source_line(rule_set(**facts)) == line


def test_candidates_are_the_questions_in_use(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path))
    first, second = question("five-musts-001"), question("five-musts-002")
    assert first.current_version_id and second.current_version_id
    assert reads.candidates() == [
        Candidate(
            first.current_version_id, first.code, Kind.SINGLE, "政治纪律", ("five-musts",), "easy",
            ("five-musts/1",),
        ),
        Candidate(
            second.current_version_id, second.code, Kind.BLANKS, "组织原则", ("five-musts",), "hard",
            ("five-musts/1", "five-musts/2"),
        ),
    ]  # fmt: skip
    assert reads.candidates(["seven-prohibitions"]) == []
    assert len(reads.candidates(["five-musts", "seven-prohibitions"])) == 2
    service.retire(first, NOW)
    assert [c.question_id for c in reads.candidates(["five-musts"])] == ["five-musts-002"]


def test_contents_hold_no_key_and_answers_quote_the_clause(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path))
    version_id = question("five-musts-001").current_version_id
    assert version_id
    assert reads.contents([version_id]) == {
        version_id: Content("必须维护（　　）。", ("党中央权威", "个人权威"))
    }
    assert reads.answers([version_id]) == {
        version_id: reads.Answer(
            Kind.SINGLE, "a", "原文如此。",
            (reads.CitedClause(
                "five-musts", "五个必须", "1", "维护党中央权威", "第一条", "必须维护党中央权威",
                "习近平：《在会上的讲话》（节选），2015年1月13日，北京",
            ),),
        )
    }  # fmt: skip
    assert reads.contents([]) == reads.answers([]) == {}


def test_each_read_costs_the_same_for_one_and_for_all(app: Flask, tmp_path: Path, queries: Queries) -> None:
    load(write(tmp_path))
    ids = [c.version_id for c in reads.candidates()]
    for read, cost in ((reads.contents, 1), (reads.answers, 2)):
        for wanted in (ids[:1], ids):
            queries.statements.clear()
            read(wanted)
            assert len(queries) == cost
    queries.statements.clear()
    reads.candidates(["five-musts"])
    assert len(queries) == 2

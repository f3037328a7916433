"""Words of two characters are found on both engines, in the newest version alone, and tags as a whole."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.bank import browsing, service
from app.bank.models import Question, QuestionVersion, VersionWord
from app.domain.questions import Kind
from app.domain.questions import Question as Content
from app.web.db import db
from tests import factories
from tests.bank.contents import NOW, load, write

STEMS = {
    "a": "党支部应当按期换届。", "b": "党的支部，委员会。", "c": "2018年 Party 章程",
    "d": "民主集中制100%适用",
}  # fmt: skip


@pytest.fixture
def bank(app: Flask, tmp_path: Path) -> dict[str, Question]:
    load(write(tmp_path))
    by = factories.person()
    made = {}
    for name, stem in STEMS.items():
        content = Content(
            Kind.JUDGE, stem, (), True, "对。", ("five-musts/1",), name, "easy", tags=(f"标{name}",)
        )
        made[name] = service.create_question(content, NOW, by.id)
    db.session.commit()
    return made


def found(**wanted: str) -> list[str]:
    rows = browsing.page(browsing.Filter(**wanted), 1, date(2026, 11, 23)).items
    return sorted(row.newest.topic for row in rows if len(row.newest.topic) == 1)


@pytest.mark.parametrize(
    ("text", "topics"),
    [
        ("支部", ["a", "b"]),
        ("党支部", ["a"]),
        ("换届", ["a"]),
        ("党", ["a", "b"]),
        ("，", ["b"]),
        ("party", ["c"]),
        ("2018", ["c"]),
        ("100%", ["d"]),
        ("00%适", ["d"]),
        ("支%部", []),
        ("部支", []),
        ("own-", ["a", "b", "c", "d"]),
    ],
)
def test_what_is_written_is_found(bank: dict[str, Question], text: str, topics: list[str]) -> None:
    assert found(q=text) == topics


def test_only_the_newest_version_is_found(bank: dict[str, Question]) -> None:
    newest = db.session.get_one(QuestionVersion, bank["a"].newest_version_id)
    changed = replace(service.content_of(newest), stem="党小组会议。", tags=("新标",))
    service.edit_question(bank["a"].id, changed, 1, NOW, factories.person().id)
    db.session.commit()
    assert found(q="换届") == [] and found(q="小组") == ["a"]
    assert found(tag="标a") == [] and found(tag="新标") == ["a"]


def test_a_tag_is_found_whole(bank: dict[str, Question]) -> None:
    assert found(tag="标b") == ["b"]
    assert found(tag="标") == []


def test_what_files_hold_is_found_too(bank: dict[str, Question]) -> None:
    words = db.session.scalars(sa.select(VersionWord.word).where(VersionWord.word == "维护")).all()
    assert len(words) == 2

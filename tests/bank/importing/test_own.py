"""Content files of our own that somebody else wrote by hand."""

import random
import string
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from app.bank import pictures
from app.bank.importing import drawing, edits, reading, saving, work
from app.bank.importing.files import Defaults
from app.people.models import Person
from app.web.db import db
from tests.bank.contents import NOW
from tests.bank.importing.papers import begin, items, png, read, save
from tests.bank.importing.test_flow import PAPER, author, decisions

__all__ = ["author"]
QUESTION = """[[question]]
id = "county-001"
kind = "%s"
stem = "把下列三项____排好。"
options = ["甲一", "乙二", "丙三"]
prompts = ["子", "丑", "寅"]
key = %s
explanation = "说"
clauses = ["five-musts/1"]
topic = "党章"
difficulty = "easy"
"""


@pytest.mark.parametrize(
    ("kind", "key"),
    [
        ("order", "[3, 1, 2]"),
        ("match", "[3, 1, 2]"),
        ("multiple", "[[1], [2]]"),
        ("multiple", '[{text = "甲"}]'),
        ("blanks", "[3]"),
        ("blanks", '["甲乙"]'),
        ("single", '[["a", 1]]'),
        ("judge", "2026-01-01"),
        ("short", "[nan]"),
        ("recite", '{text = "a", phrases = [1]}'),
        ("recite", '{text = "a", phrases = 2}'),
    ],
)
def test_a_key_that_is_none_is_shown_as_it_stands(author: Person, sign_in: Any, kind: str, key: str) -> None:
    found = begin(author.id, (QUESTION % (kind, key)).encode(), "题.toml")
    work.QUEUE.read_waiting()
    db.session.expire_all()
    assert decisions(found) == ["fault"]
    assert "key" in {field for field, _text in items(found)[0].faults}
    browser = sign_in(author)
    for page in ("?group=", "/items/1"):
        assert browser.get(f"/manage/bank/imports/{found.id}{page}").status_code == 200


def test_an_id_has_an_end(author: Person) -> None:
    """An index keeps none of thousands of characters: the saving would never come to an end."""
    letters = random.Random(1).choices(string.ascii_lowercase, k=9000)
    toml = (QUESTION % ("short", '["要点"]')).replace("county", "".join(letters))
    found = begin(author.id, toml.encode(), "题.toml")
    work.QUEUE.read_waiting()
    db.session.expire_all()
    assert ["id", "只能用小写字母、数字和连字符，最多 80 个。"] in items(found)[0].faults
    mended = saving.content_of(items(found)[0])
    edits.amend(found, 1, mended.__class__(**vars(mended) | {"options": (), "prompts": ()}))
    save(found)
    assert found.state == "done"


def test_what_the_database_never_takes_is_given_up(author: Person, monkeypatch: Any) -> None:
    """It says the same as when it is busy, which passes."""
    calls = []

    def busy(*_args: object) -> None:
        calls.append(1)
        raise sa.exc.OperationalError("index row size exceeds maximum", None, Exception())

    found = read(author.id, PAPER)
    edits.confirm(found, False, NOW)
    db.session.commit()
    monkeypatch.setattr(saving, "save", busy)
    for _time in range(150):
        work.QUEUE.save_stretch()
    db.session.expire_all()
    assert (found.state, len(calls)) == ("failed", 100)
    assert len(items(found)) == 4


def test_a_picture_that_is_only_named_stays_until_its_item_is_kept(author: Person, time: Any) -> None:
    name = pictures.keep(png(), NOW)
    db.session.commit()
    time.now = NOW + timedelta(days=40)
    toml = (QUESTION % ("short", '["要点"]')).replace("____", "") + f'pictures = ["{name}.png"]\n'
    drawing.keep(reading.read("题.toml", toml.encode(), Defaults("", "", "")))
    assert (pictures.forget(), pictures.known([name])) == (0, {name})

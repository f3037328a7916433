"""Rule sets keep every wording, and know what took their place."""

from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from app.bank import content
from app.bank.models import Citation, Clause, RuleSet, Wording
from app.web.content import ContentError
from app.web.db import db
from tests.bank.contents import NOW, load, question, write

SETS = "rule_sets/five-musts.toml"
TEXT = 'text = "必须维护党的团结"'


def clause(code: str) -> Clause:
    return db.session.scalars(sa.select(Clause).where(Clause.code == code)).one()


def wordings(code: str) -> list[tuple[int, str]]:
    db.session.expire_all()
    return [(wording.revision, wording.text) for wording in clause(code).wordings]


def test_every_wording_is_kept_and_a_citation_says_which_it_rests_on(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path))
    write(tmp_path, SETS, TEXT, 'text = "必须维护党的团结统一"')
    content.load(tmp_path, NOW + timedelta(days=1))
    db.session.commit()
    assert wordings("1") == [(1, "必须维护党中央权威")]
    assert wordings("2") == [(1, "必须维护党的团结"), (2, "必须维护党的团结统一")]
    version = question("five-musts-002").newest_version_id
    pins = sa.select(Citation.revision).where(Citation.version_id == version).order_by(Citation.clause_id)
    assert db.session.scalars(pins).all() == [1, 1]
    assert clause("2").revision == 2


def test_a_heading_or_place_is_no_other_wording(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path))
    assert load(write(tmp_path, SETS, 'locator = "第一条"', 'locator = "一"')) == {"clauses_changed": 1}
    assert wordings("1") == [(1, "必须维护党中央权威")]


def test_the_wordings_of_a_clause_go_with_it(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path, SETS, TEXT, TEXT + '\n\n[[clause]]\ncode = "3"\ntext = "三"'))
    load(write(tmp_path))
    texts = db.session.scalars(sa.select(Wording.text).order_by(Wording.clause_id)).all()
    assert texts == ["必须维护党中央权威", "必须维护党的团结"]


def test_a_file_says_what_took_the_place_of_a_set(app: Flask, tmp_path: Path) -> None:
    load(write(tmp_path))
    source = (
        'place = "北京"\neffective = 2015-01-13\nsuperseded_on = 2026-07-01\n'
        'superseded_by = "seven-prohibitions"'
    )
    load(write(tmp_path, SETS, 'place = "北京"', source))
    found = db.session.scalars(sa.select(RuleSet).where(RuleSet.code == "five-musts")).one()
    assert (found.effective, found.superseded_on) == (date(2015, 1, 13), date(2026, 7, 1))
    assert found.superseded_by is not None
    assert (found.superseded_by.code, found.superseded_at) == ("seven-prohibitions", NOW)
    content.load(tmp_path, NOW + timedelta(days=1))
    assert found.superseded_at == NOW


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (
            'superseded_by = "seven-prohibitions"',
            "superseded_on：写明由哪一集取代的，也要写明自哪一天起不再施行。",
        ),
        ('superseded_on = 2026-07-01\nsuperseded_by = "none"', "没有名为 none 的规矩条目集。"),
    ],
)
def test_a_successor_must_be_told_in_full(app: Flask, tmp_path: Path, more: str, message: str) -> None:
    write(tmp_path, SETS, 'place = "北京"', f'place = "北京"\n{more}')
    with pytest.raises(ContentError, match=message):
        content.load(tmp_path, NOW)

from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.orm import joinedload

from app.people.models import Person
from app.web.db import db, hold, listed
from tests import factories


@pytest.mark.parametrize("texts", [[], ["张三"], ["张三", '"李"四', "\\", "没有的人"]])
def test_texts_as_rows_find_what_a_list_finds(app: Flask, texts: list[Any]) -> None:
    home = factories.unit()
    for name in ("张三", '"李"四', "\\", "王五"):
        factories.person(name, home)
    found = db.session.scalars(sa.select(Person.name).where(Person.name.in_(listed(texts))))
    assert set(found) == set(texts) - {"没有的人"}


def test_a_row_first_read_by_an_outer_join_is_held(app: Flask) -> None:
    number = factories.person("张三", factories.unit()).id
    db.session.commit()
    db.session.expunge_all()
    found = sa.select(Person).where(Person.id == number).options(joinedload(Person.unit))
    person = db.session.scalars(found).one()
    db.session.commit()
    with db.engine.begin() as other:
        other.execute(sa.update(Person).values(name="李四"))
    person.post = "书记"
    hold(person)
    assert (person.name, person.post) == ("李四", "书记")

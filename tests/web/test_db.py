from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.people.models import Person
from app.web.db import db, listed
from tests import factories


@pytest.mark.parametrize("texts", [[], ["张三"], ["张三", '"李"四', "\\", "没有的人"]])
def test_texts_as_rows_find_what_a_list_finds(app: Flask, texts: list[Any]) -> None:
    home = factories.unit()
    for name in ("张三", '"李"四', "\\", "王五"):
        factories.person(name, home)
    found = db.session.scalars(sa.select(Person.name).where(Person.name.in_(listed(texts))))
    assert set(found) == set(texts) - {"没有的人"}

"""docs/privacy.md leaves nothing out."""

import re

from app.people.models import Person
from app.web.config import ROOT
from app.web.db import Base

NAMED = set(re.findall(r"`([a-z_]+)`", (ROOT / "docs" / "privacy.md").read_text(encoding="utf-8")))


def test_every_table_is_explained() -> None:
    assert {table.name for table in Base.metadata.sorted_tables} - NAMED == set()


def test_every_column_with_the_name_of_staff_is_explained() -> None:
    columns = {
        c.name for table in Base.metadata.sorted_tables for c in table.columns if c.type.python_type is str
    }
    named = {name for name in columns if name.endswith("_by")} - {"closed_by"}  # person, deadline or staff
    assert named - NAMED == set()


def test_every_column_of_a_person_is_explained() -> None:
    assert {column.name for column in Person.__table__.columns} - NAMED == set()

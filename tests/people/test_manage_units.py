import re

import pytest
import sqlalchemy as sa
from flask import Flask

from app.people import queries as people_queries
from app.people.models import Unit
from app.web.db import db
from tests import factories
from tests.people.school import acts, county


def filled(**more: object) -> dict[str, object]:
    return {"name": "双塘村党支部", "code": "SQ-02", "kind": "branch", "position": "2", **more}


def test_the_tree_is_in_order_and_counts_what_is_below(app: Flask, sign_in) -> None:
    c = county()
    first = factories.unit("先锋镇", c.root, code="a")
    factories.person("赵云", c.branch)
    factories.person("钱进", c.branch, active=False)
    rows = people_queries.unit_rows([c.root.path])
    assert [(r.unit.id, r.depth, r.own, r.total) for r in rows] == [
        (c.root.id, 0, 1, 3),
        (first.id, 1, 0, 0),
        (c.other.id, 1, 0, 0),
        (c.town.id, 1, 1, 2),
        (c.branch.id, 2, 1, 1),
    ]
    c.town.position = -1
    db.session.commit()
    assert [u.id for u in people_queries.units_below([c.root.path])][1:3] == [c.town.id, c.branch.id]


def test_the_list_is_scoped_and_searched(app: Flask, sign_in) -> None:
    c = county()
    mine = sign_in(c.town_admin).get("/manage/units").text
    assert "云岭村党支部" in mine and "石桥镇" not in mine
    found = sign_in(c.admin).get("/manage/units?q=XC-").text
    assert re.findall(r"</span>([^<]+)</td>", found) == ["云岭村党支部"]


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_the_list_takes_the_same_queries_for_any_number_of_units(app: Flask, sign_in, queries, rows) -> None:
    c = county()
    for _ in range(rows):
        factories.unit("某支部", c.town)
    client = sign_in(c.admin)
    queries.statements.clear()
    assert client.get("/manage/units").status_code == 200
    assert len(queries) == 4


def test_a_new_unit_hangs_below_its_parent(app: Flask, sign_in) -> None:
    c = county()
    answer = sign_in(c.admin).post("/manage/units/new", data=filled(parent_id=c.other.id))
    assert answer.status_code == 302
    made = db.session.scalars(sa.select(Unit).where(Unit.code == "sq-02")).one()
    assert (made.path, made.parent_id, made.position) == (f"{c.other.path}{made.id}/", c.other.id, 2)
    assert acts() == ["unit.create"]


def test_codes_are_unique_and_parents_in_scope(app: Flask, sign_in) -> None:
    c = county()
    taken = sign_in(c.admin).post("/manage/units/new", data=filled(parent_id=c.other.id, code="xc"))
    assert "这个编码已有单位使用" in taken.text
    outside = sign_in(c.town_admin).post("/manage/units/new", data=filled(parent_id=c.other.id))
    assert "有内容需要更正" in outside.text
    assert acts() == []


def test_editing_a_unit(app: Flask, sign_in) -> None:
    c = county()
    path = f"/manage/units/{c.branch.id}"
    assert sign_in(c.town_admin).post(path, data=filled(name="云岭村党总支")).status_code == 302
    assert (c.branch.name, c.branch.code, c.branch.path) == (
        "云岭村党总支",
        "sq-02",
        f"{c.town.path}{c.branch.id}/",
    )
    assert "这个编码已有单位使用" in sign_in(c.admin).post(path, data=filled(code="sq")).text
    assert sign_in(c.town_admin).post(f"/manage/units/{c.other.id}", data=filled()).status_code == 404
    assert acts() == ["unit.update"]

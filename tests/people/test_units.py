"""The tree itself: paths that always agree with the parents, and fifty thousand units."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import aliased

from app.domain.access import Role
from app.people import picker, queries, tree, units
from app.people.models import Person, Unit
from app.web.db import db
from tests import factories
from tests.conftest import START

FIXTURE = HealthCheck.function_scoped_fixture  # every example rolls back
TOWNS, VILLAGES, GROUPS = 20, 25, 100  # 50,000 groups, and what is above them


def paths_by_parents() -> dict[int, str]:
    """Every path as the parents say it is."""
    parents = {row.id: row.parent_id for row in db.session.execute(sa.select(Unit.id, Unit.parent_id))}

    def path(unit_id: int) -> str:
        parent = parents[unit_id]
        return f"{path(parent) if parent else '/'}{unit_id}/"

    return {unit_id: path(unit_id) for unit_id in parents}


def stored_paths() -> dict[int, str]:
    return {row.id: row.path for row in db.session.execute(sa.select(Unit.id, Unit.path))}


STEP = st.tuples(st.sampled_from(["create", "move", "merge"]), st.integers(0, 30), st.integers(0, 30))


@given(steps=st.lists(STEP, max_size=25))
@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[FIXTURE])
def test_paths_always_are_what_the_parents_say(app: Flask, steps: list[tuple[str, int, int]]) -> None:
    try:
        made = [units.create(None, units.UnitFacts(f"根{n}", f"root{n}", "county"), START) for n in range(2)]
        for verb, one, other in steps:
            unit, target = made[one % len(made)], made[other % len(made)]
            try:
                if verb == "create":
                    facts = units.UnitFacts("支部", f"u{len(made)}", "branch")
                    made.append(units.create(target, facts, START))
                else:
                    getattr(units, verb)(unit, target, START)
            except units.Refused:
                assert verb != "create" or target.closed_at
            assert stored_paths() == paths_by_parents()
    finally:
        db.session.rollback()


@pytest.fixture
def large(app: Flask) -> Unit:
    """20 towns, 500 villages and 50,000 groups; in the first group of each village, one person."""
    root = factories.unit("青禾县", code="qh", kind="county")
    rows, parents, number = [], [(root.id, root.path)], root.id
    for kind, below in (("town", TOWNS), ("village", VILLAGES), ("branch", GROUPS)):
        made = []
        for parent_id, path in parents:
            for position in range(below):
                number += 1
                made.append((number, f"{path}{number}/"))
                rows.append(
                    {
                        "id": number, "parent_id": parent_id, "path": made[-1][1], "code": f"{kind}-{number}",
                        "name": f"第{position}{kind}", "kind": kind, "position": position, "short_name": "",
                        "leading_group": False,
                    }
                )  # fmt: skip
        parents = made
    db.session.execute(sa.insert(Unit), rows)
    same = {"name": "张三", "created_at": START, "active": True, "demo": False}
    people = [{**same, "username": f"p{n}", "unit_id": n} for n, _path in parents[::GROUPS]]
    db.session.execute(sa.insert(Person), people)
    db.session.commit()
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("SELECT setval('unit_id_seq', :n)"), {"n": number})
        db.session.execute(sa.text("ANALYZE unit"))
        db.session.commit()
    return root


def town(position: int) -> Unit:
    return db.session.scalars(sa.select(Unit).where(Unit.kind == "town", Unit.position == position)).one()


def test_fifty_thousand_units_are_a_level_at_a_time(app: Flask, large: Unit, sign_in, queries) -> None:
    admin = factories.person("罗晓梅", large)
    factories.grant(admin, Role.ADMIN, large)
    client = sign_in(admin)
    first = town(0)
    for url, statements, shown in (
        ("/manage/units", 10, "共 20 条"),
        (f"/manage/units/{first.id}", 10, "共 25 条"),
        ("/manage/units?q=branch-4", 6, "下一页"),
        (f"/manage/people?unit={first.id}", 6, "共 25 条"),
        ("/manage/people/new", 3, "unit_id_text"),
        ("/manage/units/suggest?q=branch-4", 2, "branch-4"),
    ):
        queries.statements.clear()
        answer = client.get(url)
        assert answer.status_code == 200 and shown in answer.text, url
        assert len(queries) == statements, url
        assert len(answer.data) < 100_000, url


def test_counts_and_moves_of_a_large_subtree(app: Flask, large: Unit) -> None:
    first, second = town(0), town(1)
    assert tree.counts([large, first]) == {
        large.id: tree.Counts(TOWNS + TOWNS * VILLAGES + TOWNS * VILLAGES * GROUPS, 0, TOWNS * VILLAGES),
        first.id: tree.Counts(VILLAGES + VILLAGES * GROUPS, 0, VILLAGES),
    }
    units.move(first, second, START)
    assert tree.counts([second])[second.id] == tree.Counts(2 * VILLAGES * (GROUPS + 1) + 1, 0, 2 * VILLAGES)
    assert stored_paths() == paths_by_parents()
    units.merge(second, large, START + timedelta(days=1))
    assert stored_paths() == paths_by_parents()
    assert tree.counts([second])[second.id] == tree.Counts()
    db.session.rollback()


def plan(statement: sa.Select) -> str:
    """How the engine means to answer."""
    text = str(statement.compile(db.engine, compile_kwargs={"literal_binds": True}))
    how = "EXPLAIN QUERY PLAN " if db.engine.dialect.name == "sqlite" else "EXPLAIN "
    return "\n".join(str(tuple(row)) for row in db.session.execute(sa.text(how + text)))


def test_subtrees_and_levels_are_found_by_an_index(app: Flask, large: Unit) -> None:
    first = town(0)
    if db.engine.dialect.name == "postgresql":
        db.session.execute(sa.text("SET LOCAL enable_seqscan = off"))  # can it, not whether it would here
    above = aliased(Unit)
    below = sa.select(Unit.id).join(above, queries.under(above.path))
    for statement, index in (
        (sa.select(Unit.id).where(queries.under(first.path)), "ix_unit_path"),
        (sa.select(Unit.id).where(queries.within([first.path, "/9999999/"])), "ix_unit_path"),
        (below.where(above.id == first.id), "ix_unit_path"),
        (sa.select(Unit.id).where(Unit.parent_id == first.id), "ix_unit_parent_id"),
        (sa.select(Unit.id).where(Unit.code == "town-2"), "unit_code"),
        (sa.select(Unit.id).where(Unit.name == "第0town"), "ix_unit_name"),
    ):
        found = plan(statement)
        assert index in found or (index == "unit_code" and "autoindex_unit" in found), found
        assert "Filter" not in found or "path" not in found.partition("Filter")[2], found
    assert picker.few([large.path]) is None

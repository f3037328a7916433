from flask import Flask

from app.people import queries as people_queries
from tests import factories
from tests.people.school import county


def test_people_in_a_unit_and_below_are_the_active_ones(app: Flask) -> None:
    c = county()
    zhao = factories.person("赵云", c.branch)
    factories.person("钱进", c.branch, active=False)
    assert [p.id for p in people_queries.people_in(c.town.path)] == [c.town_admin.id, zhao.id]


def test_no_scope_is_nobody(app: Flask) -> None:
    c = county()
    assert people_queries.person_in_scope(c.admin.id, ()) is None


def test_paths_end_at_their_slash(app: Flask) -> None:
    """Unit 1 does not cover unit 10, nor 1 of another tree."""
    root = factories.unit()
    towns = [factories.unit(f"镇{n}", root) for n in range(12)]
    inside = factories.person("甲", towns[0])
    for town in towns[1:]:
        factories.person("乙", town)
    assert [p.id for p in people_queries.people_in(towns[0].path)] == [inside.id]

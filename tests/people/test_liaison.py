"""A liaison of one town keeps the town's people, and sees nobody else's."""

from typing import Any

from flask import Flask

from app.domain.access import Role
from tests import factories
from tests.people.rosters import named, outcomes, save, upload, work, xlsx
from tests.people.school import acts, county


def test_a_liaison_imports_finds_and_follows_their_own_people(app: Flask, time: Any, sign_in: Any) -> None:
    c = county()
    stranger = factories.person("外镇人", c.other, staff_no="s1", pinyin="waizhenren", initials="wzr")
    liaison = factories.person("唐敏", c.town)
    factories.grant(liaison, Role.LIAISON, c.town)
    client = sign_in(liaison)

    sheet = xlsx(("曾小芳", "", "a1", "", "云岭村党支部"), ("外镇人", "", "s1", "", "云岭村党支部"))
    where = upload(client, c.town.id, sheet)
    work.check_waiting()
    assert outcomes() == {2: "new", 3: "fault"}  # who belongs to another town cannot be drawn over
    save(client, where, only_good="y")

    made = named("曾小芳")
    assert made.unit_id == c.branch.id
    assert "曾小芳" in client.get("/manage/people?q=zxf").text
    assert client.get(f"/manage/people/{made.id}").status_code == 200
    assert client.get(f"/manage/people/{made.id}/edit").status_code == 200
    assert client.get(f"/manage/units/{c.town.id}/slips").status_code == 200
    assert "外镇人" not in client.get("/manage/people?q=wzr").text
    for path in ("", "/edit", "/transfer", "/leave"):
        assert client.get(f"/manage/people/{stranger.id}{path}").status_code == 404
    assert client.get(f"/manage/units/{c.other.id}/slips").status_code == 404
    assert client.get("/manage/people/new").status_code == 200
    for path in (f"units/{c.town.id}/edit", f"units/{c.town.id}/merge", "units/new", "roles"):
        assert client.get(f"/manage/{path}").status_code == 403
    assert stranger.unit_id == c.other.id
    assert acts() == ["roster.import", "roster.save", "person.import"]

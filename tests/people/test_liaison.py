"""A liaison of one town keeps the town's people, and sees nobody else's."""

from typing import Any

import sqlalchemy as sa
from flask import Flask

from app.domain.access import Role
from app.people.models import AccessCode
from app.web.db import db
from tests import factories
from tests.people.rosters import named, outcomes, save, upload, work, xlsx
from tests.people.school import acts, county
from tests.people.test_slips import opened


def test_a_liaison_imports_finds_and_follows_their_own_people(app: Flask, time: Any, sign_in: Any) -> None:
    c = county()
    stranger = factories.person("外镇人", c.other, staff_no="s1", pinyin="waizhenren", initials="wzr")
    liaison = factories.person("唐敏", c.town)
    factories.grant(liaison, Role.LIAISON, c.town)
    client = sign_in(liaison)

    sheet = xlsx(("曾小芳", "", "a1", "", "云岭村党支部"), ("外镇人", "", "s1", "", "云岭村党支部"))
    where = upload(client, c.town.id, sheet)
    work.QUEUE.read_waiting()
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


def test_a_liaison_neither_changes_nor_lets_in_who_holds_a_role(app: Flask, time: Any, sign_in: Any) -> None:
    """A slip lets its bearer in as the person, and so into the person's roles."""
    c = county()
    liaison, learner = factories.person("唐敏", c.town), factories.person("苏晓雯", c.town)
    factories.grant(liaison, Role.LIAISON, c.town)
    client = sign_in(liaison)
    for path in ("edit", "deactivate", "leave"):
        answer = client.post(f"/manage/people/{c.town_admin.id}/{path}", data={"name": "改名"})
        assert answer.status_code == 403 and "担任管理角色，请由管理员办理" in answer.text
    assert client.get(f"/manage/people/{learner.id}/edit").status_code == 200
    assert client.get(f"/manage/people/{learner.id}/erase").status_code == 403
    assert c.town_admin.active and c.town_admin.password_hash is None
    url = f"/manage/units/{c.town.id}/slips"
    assert client.post(url, data=opened(client, url) | {"below": "y"}).mimetype == "application/pdf"
    assert db.session.scalars(sa.select(AccessCode.person_id)).all() == [learner.id]


def test_a_liaisons_roster_changes_nobody_who_holds_a_role(app: Flask, time: Any, sign_in: Any) -> None:
    c = county()
    liaison = factories.person("唐敏", c.town)
    factories.grant(liaison, Role.LIAISON, c.town)
    c.town_admin.staff_no = "LIN"
    db.session.commit()
    upload(sign_in(liaison), c.town.id, xlsx(("林改名", "", "lin", "", "溪川镇党委")))
    work.QUEUE.read_waiting()
    assert outcomes() == {2: "fault"}

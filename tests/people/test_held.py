"""Two at the same person: the later one sees what the first one did, before anything is decided."""

import re
from datetime import date
from typing import Any

from flask import Flask

from app.domain.access import Role
from app.people import grants, history, service
from app.people.facts import PersonFacts
from app.people.history import Place
from app.people.models import Person
from app.web import clock
from app.web.db import db
from tests import factories
from tests.people.forms import filled
from tests.people.school import County, acts, county, meanwhile

TODAY = date(2026, 11, 23)


def newcomer(c: County) -> Person:
    said = PersonFacts("赵云", "zhao", c.branch.id)
    person, _code = service.create_person(said, clock.now(), service.Dates(date(2020, 1, 1)))
    db.session.commit()
    return person


def liaison(c: County) -> Person:
    made = factories.person("何联络", c.town, username="he")
    factories.grant(made, Role.LIAISON, c.town)
    return made


def post_while(app: Flask, client: Any, where: str, sent: dict[str, Any]) -> Any:
    """The request comes while this transaction holds what it needs; the answer."""
    answers: list[Any] = []
    with meanwhile(app, lambda: answers.append(client.post(where, data=sent))):
        db.session.commit()
    db.session.expire_all()
    return answers[0]


def test_an_edit_from_before_a_transfer_is_refused(app: Flask, sign_in, time) -> None:
    c = county()
    zhao, client = newcomer(c), sign_in(c.admin)
    where = f"/manage/people/{zhao.id}/edit"
    shown = re.search(r'name="shown"[^>]*value="(\w+)"', client.get(where).text)
    assert shown is not None
    sent = filled(c.branch.id, name="赵子龙", username="zhao", since="2020-01-01", shown=shown[1])
    history.transfer(zhao, Place(c.other, "书记"), TODAY, clock.now())
    answer = post_while(app, client, where, sent)
    assert "您打开这一页以后，内容已有改动" in answer.text
    assert (zhao.name, zhao.unit_id, zhao.post) == ("赵云", c.other.id, "书记")


def test_an_edit_does_not_let_in_who_was_deactivated(app: Flask, sign_in, time) -> None:
    c = county()
    zhao, client = newcomer(c), sign_in(c.admin)
    sent = filled(c.branch.id, name="赵子龙", username="zhao", since="2020-01-01")
    history.set_active(zhao, False, clock.now())
    assert post_while(app, client, f"/manage/people/{zhao.id}/edit", sent).status_code == 302
    assert (zhao.name, zhao.active) == ("赵子龙", False)


def test_nobody_pulls_back_who_was_moved_out_of_their_units(app: Flask, sign_in, time) -> None:
    c = county()
    zhao, client = newcomer(c), sign_in(liaison(c))
    sent = {"unit_id": str(c.town.id), "post": "", "since": str(TODAY), "note": ""}
    history.transfer(zhao, Place(c.other), TODAY, clock.now())
    assert post_while(app, client, f"/manage/people/{zhao.id}/transfer", sent).status_code == 404
    assert zhao.unit_id == c.other.id


def test_nobody_changes_or_lets_in_who_was_just_given_a_role_above(app: Flask, sign_in, time) -> None:
    c = county()
    zhao, client = newcomer(c), sign_in(c.town_admin)
    grants.grant(zhao, Role.ADMIN, c.root, None, clock.now())
    assert post_while(app, client, f"/manage/people/{zhao.id}/password", {}).status_code == 403
    assert acts() == ["person.create", "role.grant"]

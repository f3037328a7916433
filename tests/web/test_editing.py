"""Two tabs with the same page of the back office open."""

import re
from typing import Any

from flask import Flask

from app.web.db import db
from tests.people.school import acts, county


def shown(page: Any) -> str:
    found = re.search(r'name="shown" type="hidden" value="(\w+)"', page.text)
    assert found is not None
    return found.group(1)


def test_the_later_of_two_tabs_is_told_and_overwrites_nothing(app: Flask, sign_in) -> None:
    c = county()
    client, url = sign_in(c.admin), f"/manage/units/{c.branch.id}/edit"
    typed = {"code": c.branch.code, "kind": c.branch.kind, "position": 1}
    opened = shown(client.get(url))
    first = client.post(url, data={**typed, "name": "先存的", "shown": opened})
    assert first.status_code == 302
    second = client.post(url, data={**typed, "name": "后存的", "shown": opened})
    assert "您打开这一页以后，内容已有改动" in second.text
    assert "后存的" in second.text  # what was typed stays to be seen
    db.session.expire_all()
    assert c.branch.name == "先存的"
    assert acts().count("unit.update") == 1
    again = client.post(url, data={**typed, "name": "后存的", "shown": shown(client.get(url))})
    assert again.status_code == 302


def test_a_fault_does_not_make_the_page_fresh_again(app: Flask, sign_in) -> None:
    c = county()
    client, url = sign_in(c.admin), f"/manage/units/{c.branch.id}/edit"
    opened = shown(client.get(url))
    c.branch.name = "别人改的"
    db.session.commit()
    faulty = client.post(url, data={"name": "", "code": "x", "kind": c.branch.kind, "shown": opened})
    assert shown(faulty) == opened

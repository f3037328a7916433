"""The comforts of the back office that need a real browser."""

import time
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from app.domain.access import Role
from app.people import codes
from app.people.models import Person
from tests import factories
from tests.browser.conftest import Browse

pytestmark = pytest.mark.browser


def admin() -> Person:
    root = factories.unit("青禾县", code=f"qh-{factories.unit('某县').id}")
    person = factories.person("罗晓梅", root)
    factories.grant(person, Role.ADMIN, root)
    return person


def test_a_phone_shows_the_current_section(live: Flask, browse: Browse) -> None:
    page = browse(admin()).new_page()
    page.goto("/manage/settings")
    expect(page.locator(".manage-nav [aria-current]")).to_be_in_viewport()


def test_a_second_click_does_not_lose_the_first_access_code(
    live: Flask, browse: Browse, monkeypatch: pytest.MonkeyPatch
) -> None:
    def slow(*given: Any) -> dict[int, str]:
        time.sleep(0.6)
        return issue(*given)

    issue = codes.issue
    monkeypatch.setattr(codes, "issue", slow)
    page = browse(admin(), phone=False).new_page()
    page.goto("/manage/people/new")
    page.fill("[name=name]", "王芳")
    page.fill("[name=username]", "wang-fang-twice")
    page.select_option("[name=unit_id]", index=1)
    button = page.locator("main form .btn-primary")
    button.evaluate("it => { it.click(); setTimeout(() => it.click(), 200); }")
    expect(page.locator("h1")).to_have_text("已新建人员")
    expect(page.locator("td code")).to_have_count(1)

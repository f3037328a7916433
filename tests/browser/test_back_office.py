"""The comforts of the back office that need a real browser."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from app.domain.access import Role
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


def test_a_double_click_does_not_lose_the_one_time_password(live: Flask, browse: Browse) -> None:
    page = browse(admin(), phone=False).new_page()
    page.goto("/manage/people/new")
    page.fill("[name=name]", "王芳")
    page.fill("[name=username]", "wang-fang-twice")
    page.dblclick("main form .btn-primary")
    expect(page.locator("td code")).to_have_count(1)
    expect(page.locator("h1")).to_have_text("已新建人员")

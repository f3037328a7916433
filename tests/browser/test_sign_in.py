"""The way in as a person walks it: a first-access code, a password, a second factor, on a phone."""

import re

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from app.people import codes
from app.people.models import RecoveryCode
from app.web import clock
from app.web.db import db
from tests import factories
from tests.browser.conftest import Browse
from tests.people.totp import totp

pytestmark = pytest.mark.browser
CHOSEN = "otter plum kite"


def sound(page: Page) -> bool:
    """Nothing that axe finds, and no scrolling sideways."""
    wide = page.evaluate("document.documentElement.scrollWidth > innerWidth")
    return not wide and Axe().run(page).response["violations"] == []


def enter(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.fill(f"[name={name}]", value)
    page.click("main form button")


def test_from_the_slip_to_a_second_factor(browse: Browse, live: Flask) -> None:
    who = factories.person("欧阳明远")
    slip = codes.shown(codes.issue([who.id], clock.now())[who.id])
    db.session.commit()
    page = browse().new_page()
    page.goto("/sign-in?next=/me/second-factor")
    enter(page, username=who.username, password=slip)
    expect(page.locator("h1")).to_have_text("设置密码")
    enter(page, new="1234567890", again="1234567890")
    expect(page.locator(".error-summary")).to_contain_text("太有规律")
    assert sound(page)
    enter(page, new=CHOSEN, again=CHOSEN)
    page.wait_for_url("**/me/second-factor")
    enter(page, current=CHOSEN)
    secret = page.locator("code.secret").inner_text()
    assert sound(page)
    page.fill("[name=code]", totp(secret))
    page.locator("main form button").dblclick()  # the codes are shown once: a second click must not lose them
    expect(page.locator("h1")).to_have_text("备用码")
    assert sound(page) and page.locator(".codes code").count() == 10
    spare = page.locator(".codes code").first.inner_text()
    other = browse().new_page()
    other.goto("/sign-in")
    enter(other, username=who.username, password=CHOSEN)
    expect(other.locator("h1")).to_have_text("动态口令")
    assert sound(other)
    enter(other, code=spare)
    expect(other.locator(".today__date")).to_be_visible()
    left = sa.select(sa.func.count()).where(RecoveryCode.person_id == who.id)
    db.session.rollback()
    assert db.session.scalar(left) == 9
    other.goto("/me/sessions")
    expect(other.locator(".row-list__item")).to_have_count(2)
    other.click("text=退出其他各处的登录")
    page.goto("/me")
    assert re.search(r"/sign-in\?next=/me$", page.url)

"""The comforts of the back office that need a real browser."""

import time
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import expect

from app.domain.access import Role
from app.exams import attempts, service
from app.people import codes
from app.people.models import Person
from app.web import clock
from app.web.db import db
from tests import factories
from tests.browser.conftest import Browse
from tests.exams import build

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


def test_the_board_of_a_room_is_live_and_acts(live: Flask, browse: Browse) -> None:
    """Its forms stand in closed folds: what one of them requires must not keep another from being sent."""
    staff = admin()
    exam = build.exam(clock.now(), minutes=45)
    one, two = (factories.person(name, staff.unit) for name in ("林正光", "唐月华"))
    for person in (one, two):
        service.assign(exam, person=person)
    begun, _ = attempts.start(exam, one.id, clock.now())
    db.session.commit()
    page = browse(staff, phone=False).new_page()
    page.goto(f"/manage/exams/{exam.id}/room")
    absent = page.locator(f"#seat-{two.id}")
    expect(absent).to_contain_text("未到")
    attempts.start(exam, two.id, clock.now())
    db.session.commit()
    expect(absent).to_contain_text("答题中")
    page.locator('[data-state="absent"] .room-only').click()
    expect(absent).to_be_hidden()
    page.locator('[data-state="absent"] .room-only').click()
    page.locator(f"#seat-{one.id} input").check()
    page.locator("summary", has_text="加时").click()
    page.get_by_role("button", name="加时").click()
    expect(page.locator(".error-summary, .field__error").first).to_be_visible()
    expect(page.locator(f"#seat-{one.id} input")).to_be_checked()
    page.fill("[name=minutes-minutes]", "10")
    page.fill("[name=minutes-reason]", "停电")
    page.get_by_role("button", name="加时").click()
    expect(page.locator(".notice").first).to_contain_text("已给 1 人加时 10 分钟")
    db.session.refresh(begun)
    assert begun.extra_minutes == 10

"""The waiting room in a real browser: it starts by itself, and without a script by a button."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from app.exams import seating, service
from app.exams.models import Attempt
from app.exams.seat_models import Seat, Sitting
from app.people.models import Person
from app.web import clock
from app.web.db import db
from tests import factories
from tests.browser.conftest import Browse, shift_clock
from tests.exams import build

pytestmark = pytest.mark.browser


@pytest.fixture
def who(live: Flask) -> Person:
    return factories.person(password="learner-password")


def seat(who: Person, opens_in: timedelta, **more: Any) -> Seat:
    """In a sitting of an exam that goes on; the doors are open."""
    now = clock.now()
    exam = build.exam(now)
    service.assign(exam, person=who)
    sitting = Sitting(
        exam=exam, room="第一考场", seats=5, doors_at=now - timedelta(minutes=5), opens_at=now + opens_in,
        closes_at=exam.closes_at, **more,
    )  # fmt: skip
    number = f"W{exam.id}"
    return factories.save(Seat(exam_id=exam.id, sitting=sitting, person_id=who.id, number=3, ticket=number))


def waiting(page: Page, found: Seat) -> None:
    page.goto(f"/exams/{found.exam_id}/waiting")
    expect(page.locator(".seat-card")).to_contain_text("第一考场 3 号")


def attempts(found: Seat) -> int:
    db.session.rollback()
    rows = sa.select(sa.func.count()).select_from(Attempt).where(Attempt.exam_id == found.exam_id)
    return db.session.scalar(rows) or 0


def test_the_bell_starts_the_exam_once(browse: Browse, who: Person) -> None:
    found = seat(who, timedelta(minutes=10))
    page = browse(who).new_page()
    page.clock.install()
    waiting(page, found)
    expect(page.locator("#bell-time")).to_contain_text("9:")
    shift_clock(minutes=10)
    page.clock.fast_forward(600_000)
    expect(page.locator("#bell-text")).to_have_text("时间到，正在进入考试…")
    page.clock.run_for(6_000)
    page.wait_for_url("**/sit/*")
    expect(page.locator("#saved")).to_be_visible()
    assert attempts(found) == 1


def test_the_page_suits_everybody(browse: Browse, who: Person) -> None:
    found = seat(who, timedelta(minutes=10), code="qh26")
    page = browse(who).new_page()
    waiting(page, found)
    assert Axe().run(page).response["violations"] == []
    page.goto(f"/exams/{found.exam_id}/ticket")
    assert Axe().run(page).response["violations"] == []


def test_a_clock_that_runs_ahead_waits_for_the_server(browse: Browse, who: Person) -> None:
    found = seat(who, timedelta(minutes=10))
    page = browse(who).new_page()
    page.add_init_script("const now = Date.now; Date.now = () => now() + 3600000;")
    waiting(page, found)
    expect(page.locator("#bell-time")).to_contain_text("9:")
    assert attempts(found) == 0


def test_an_invigilators_word_starts_it(browse: Browse, who: Person) -> None:
    found = seat(who, -timedelta(minutes=1), by_hand=True)
    page = browse(who).new_page()
    page.clock.install()
    waiting(page, found)
    expect(page.get_by_text("监考员宣布开考后")).to_be_visible()
    page.clock.run_for(20_000)
    assert attempts(found) == 0
    seating.start(found.sitting, who.id, clock.now())
    db.session.commit()
    page.clock.run_for(20_000)
    page.wait_for_timeout(500)
    page.clock.run_for(10_000)
    page.wait_for_url("**/sit/*")
    assert attempts(found) == 1


def test_without_a_script_there_is_a_button(browse: Browse, who: Person) -> None:
    found = seat(who, timedelta(minutes=3))
    page = browse(who, script=False).new_page()
    waiting(page, found)
    assert not page.get_by_role("button", name="开始考试").is_visible()
    shift_clock(minutes=4)
    page.reload()
    page.get_by_role("button", name="开始考试").click()
    page.wait_for_url("**/sit/*")
    assert attempts(found) == 1


def test_the_code_is_asked_for_first(browse: Browse, who: Person) -> None:
    found = seat(who, -timedelta(minutes=1), code="qh26")
    page = browse(who).new_page()
    waiting(page, found)
    page.get_by_label("考场口令").fill("0000")
    page.get_by_role("button", name="确认到场").click()
    expect(page.get_by_text("口令不对")).to_be_visible()
    page.get_by_label("考场口令").fill("QH26")
    page.get_by_role("button", name="确认到场").click()
    page.get_by_role("button", name="开始考试").click()
    page.wait_for_url("**/sit/*")
    assert attempts(found) == 1

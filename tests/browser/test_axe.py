"""No fault that axe finds on the main pages, on a phone and on a PC, and none of them scrolls sideways.

The exam page and its dialogs are in test_exam_page.py.
"""

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page

from app.bank.models import Question
from app.courses.models import Course
from app.exams.models import Exam
from app.people.models import Person
from app.web.db import db
from app.web.display import COOKIE
from tests.browser.conftest import Browse

pytestmark = pytest.mark.browser


def pages() -> dict[str | None, list[str]]:
    """Who → the addresses of their main pages."""
    exam = db.session.scalars(sa.select(Exam.id).where(Exam.kind == "exam")).first()
    course = db.session.scalars(sa.select(Course)).one()
    question = db.session.scalars(sa.select(Question.id).order_by(Question.id)).first()
    learner = db.session.scalars(sa.select(Person.id).where(Person.username == "learner")).one()
    return {
        None: ["/sign-in", "/verify"],
        "learner": [
            "/", f"/courses/{course.id}", f"/courses/{course.id}/lessons/{course.lessons[0].id}",
            f"/exams/{exam}", "/rules/five-musts", "/me",
            "/me/sessions", "/me/second-factor", "/password",
        ],
        "admin": [
            "/manage/", "/manage/people", f"/manage/people/{learner}", f"/manage/people/{learner}/edit",
            f"/manage/people/{learner}/secondment", "/manage/bank/rules", f"/manage/exams/{exam}",
            "/manage/bank/questions", f"/manage/bank/questions/{question}", "/manage/bank/questions/new",
            "/manage/bank/review", "/manage/bank/quality",
        ],
        "auditor": ["/manage/audit/", "/manage/audit/chain"],
    }  # fmt: skip


def faults(page: Page, address: str) -> list[str]:
    answer = page.goto(address)
    assert answer is not None and answer.status == 200, address
    found = [fault["id"] for fault in Axe().run(page).response["violations"]]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("scrolls sideways")
    return found


@pytest.mark.parametrize(("phone", "large"), [(True, False), (True, True), (False, False)])
def test_main_pages_have_no_fault(
    school: Flask, live: Flask, browse: Browse, phone: bool, large: bool
) -> None:
    found = {}
    for username, addresses in pages().items():
        if large and username not in (None, "learner"):
            continue  # 长辈版 is for learners
        person = db.session.scalars(sa.select(Person).where(Person.username == username)).one_or_none()
        context = browse(person, phone=phone)
        if large:
            context.add_cookies([{"name": COOKIE, "value": "large", "url": live.config["PUBLIC_URL"]}])
        page = context.new_page()
        found |= {address: faults(page, address) for address in addresses}
    assert found == dict.fromkeys(found, [])

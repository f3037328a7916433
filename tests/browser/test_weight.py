"""What a page costs over a thin line: bytes as they travel, compressed, headers counted, nothing cached."""

from collections import defaultdict

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import BrowserContext

from app.exams import attempts
from app.exams.models import Exam
from app.people.models import Person
from app.web import clock
from app.web.db import db
from tests.browser.conftest import Browse

pytestmark = pytest.mark.browser


@pytest.fixture
def learner(school: Flask, live: Flask) -> Person:
    return db.session.scalars(sa.select(Person).where(Person.username == "zhaoyan")).one()


def bytes_of(context: BrowserContext, address: str) -> dict[str, int]:
    """Type of resource → bytes that came for the page."""
    page = context.new_page()
    wire = context.new_cdp_session(page)
    wire.send("Network.enable")
    kinds: dict[str, str] = {}
    total: defaultdict[str, int] = defaultdict(int)

    def finished(event: dict) -> None:
        total[kinds[event["requestId"]]] += event["encodedDataLength"]

    wire.on("Network.responseReceived", lambda event: kinds.update({event["requestId"]: event["type"]}))
    wire.on("Network.loadingFinished", finished)
    page.goto(address, wait_until="networkidle")
    return total


def test_the_first_page_of_a_learner_weighs_less_than_60_kb(browse: Browse, learner: Person) -> None:
    loaded = bytes_of(browse(learner), "/")
    assert {"Document", "Stylesheet", "Script"} <= loaded.keys()
    assert sum(loaded.values()) < 60_000


def test_the_exam_page_without_static_files_weighs_at_most_45_kb(browse: Browse, learner: Person) -> None:
    now = clock.now()
    exam = db.session.scalars(sa.select(Exam).where(Exam.kind == "exam")).first()
    assert exam is not None
    attempt, _ = attempts.start(exam, learner.id, now)
    db.session.commit()
    assert len(attempt.order) == 50
    assert 5_000 < bytes_of(browse(learner), f"/sit/{attempt.id}")["Document"] <= 45_000

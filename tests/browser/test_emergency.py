"""The emergency file from a real browser to the invigilator, and a device that waits for one."""

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import expect

from app.exams import answer_files, attempts, devices, service
from app.exams.models import Attempt, UnappliedResponse
from app.exams.seat_models import DeviceRequest
from app.people.models import Person
from app.web import clock
from app.web.db import db
from tests import factories
from tests.browser.conftest import Browse, sign_in
from tests.browser.test_exam_page import choose, open_page, saved
from tests.exams import build

pytestmark = pytest.mark.browser
Sit = Callable[..., int]


@pytest.fixture
def who(live: Flask) -> Person:
    return factories.person(password="learner-password")


@pytest.fixture
def sit(live: Flask, who: Person) -> Sit:
    def make(**rules: bool) -> int:
        exam = build.exam(clock.now())
        for name, value in rules.items():
            setattr(exam, name, value)
        service.assign(exam, person=who)
        attempt, _ = attempts.start(exam, who.id, clock.now())
        db.session.commit()
        return attempt.id

    return make


def test_what_cannot_be_sent_is_saved_as_a_file_that_the_server_takes(
    browse: Browse, who: Person, sit: Sit, tmp_path: Path
) -> None:
    attempt_id = sit()
    context = browse(who)
    page = open_page(context, attempt_id)
    choose(page, 4, "true")
    expect(saved(page)).to_have_text(re.compile("已保存"))
    context.set_offline(True)
    choose(page, 1, "c")
    expect(saved(page)).to_have_text("未联网，已存本机 1 题")
    page.locator("#card summary").click()
    page.click("#save-file")
    with page.expect_download() as saving:
        page.click("#file-save")
    assert saving.value.suggested_filename == f"应急作答-测试考试-{attempt_id}.json"
    saving.value.save_as(tmp_path / "file.json")
    data = (tmp_path / "file.json").read_bytes()
    told = json.loads(data)
    assert told["unsent"] == 1 and sum("（未送达）" in line for line in told["readable"]) == 1
    assert len(told["readable"]) == 5 and page.locator("#file-text").input_value().encode() == data
    db.session.rollback()
    brought = answer_files.bring_in(db.session.get_one(Attempt, attempt_id), data, clock.now())
    db.session.commit()
    assert (brought.new, brought.known) == (1, 1)
    kept = sa.select(UnappliedResponse.slot, UnappliedResponse.value, UnappliedResponse.reason)
    assert db.session.execute(kept).all() == [(1, '"c"', "file")]


def test_a_page_that_cannot_send_warns_before_it_is_loaded_again(
    browse: Browse, who: Person, sit: Sit
) -> None:
    context = browse(who)
    page = open_page(context, sit())
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.dismiss()))
    context.set_offline(True)
    choose(page, 1, "c")
    expect(saved(page)).to_have_text("未联网，已存本机 1 题")
    page.evaluate("setTimeout(() => location.reload())")
    expect(saved(page)).to_have_text("未联网，已存本机 1 题")
    context.set_offline(False)
    expect(saved(page)).to_have_text(re.compile("已保存"), timeout=15_000)
    assert asked == ["beforeunload"]


def test_another_device_waits_and_goes_on_when_it_may(
    browse: Browse, live: Flask, who: Person, sit: Sit, monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt_id = sit(device_approval=True)
    first = open_page(browse(who), attempt_id)
    choose(first, 1, "b")
    expect(saved(first)).to_have_text(re.compile("已保存"))
    other = browse()
    sign_in(live, other, who)
    page = other.new_page()
    page.goto(f"/sit/{attempt_id}")
    page.click("#ask-here-yes")
    expect(saved(page)).to_have_text("等待监考员同意")
    expect(page.locator('[name="slot-1"][value="b"]')).to_be_disabled()
    choose(first, 1, "c")
    expect(saved(first)).to_have_text(re.compile("已保存"))
    db.session.rollback()
    asked = db.session.scalars(sa.select(DeviceRequest)).one()
    attempt = db.session.get_one(Attempt, attempt_id)
    assert devices.decide(asked, attempt, True, factories.person().id, clock.now())
    db.session.commit()
    expect(saved(page)).to_have_text(re.compile("已保存"), timeout=15_000)
    expect(page.locator('[name="slot-1"][value="c"]')).to_be_checked()
    choose(first, 2, "b")
    expect(saved(first)).to_have_text("已在别处打开，本页不再保存")

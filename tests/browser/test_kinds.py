"""Order, match and recite under a thumb, by keyboard and without a script."""

import json
import re
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from app.exams import attempts, service
from app.exams.models import Attempt, Score
from app.people.models import Person
from app.web import clock
from app.web.db import db
from tests import factories
from tests.browser.conftest import Browse
from tests.browser.test_exam_page import crash, journal, open_page, saved
from tests.exams import build

pytestmark = pytest.mark.browser
OATH = "我志愿加入中国共产党，\n拥护党的纲领。"
# Slot 1 order, key c a d b · 2 match, key b d · 3 recite


@pytest.fixture
def who(live: Flask) -> Person:
    return factories.person()


@pytest.fixture
def sit(live: Flask, who: Person) -> Callable[[], int]:
    """`sit()`: a started attempt; its options stand in the paper's order."""

    def make() -> int:
        now = clock.now()
        exam = build.exam(now, order=1, match=1, recite=1)
        exam.shuffle_options = False
        service.assign(exam, person=who)
        attempt, _ = attempts.start(exam, who.id, now)
        db.session.commit()
        return attempt.id

    return make


def tap(page: Page, slot: int, *taps: str) -> None:
    """Options by letter (order), or prompt and letter (match: "1B")."""
    question = page.locator(f"#q-{slot}")
    for said in taps:
        row = question.locator(".place").nth(int(said[0]) - 1) if len(said) == 2 else question
        row.locator(".tap").nth("ABCDEFGH".index(said[-1])).click()


def numbers(page: Page) -> list[str]:
    return page.locator("#q-1 .tap__number").all_text_contents()


def answers(attempt_id: int) -> dict[int, object]:
    """The last answer of each slot as the server has it."""
    return {slot: json.loads(value) for slot, _, value in journal(attempt_id)}


def settled(page: Page) -> None:
    expect(saved(page)).to_have_text(re.compile(r"^已保存 \d\d:\d\d$"))


def score(attempt_id: int) -> dict[str, int]:
    db.session.rollback()
    return db.session.get_one(Score, (attempt_id, 1)).detail


def test_taps_answer_and_stay_after_a_reload(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    page = open_page(browse(who), attempt)
    assert page.locator("#q-1 select:visible, #q-2 select:visible").count() == 0
    tap(page, 1, "C", "A", "B", "B", "D")
    assert numbers(page) == ["2", "", "1", "3"]
    tap(page, 2, "1B", "2B", "1A")
    expect(page.locator("#q-2 .place__said").nth(0)).to_have_text(re.compile("^A 选项.*甲$"))
    expect(page.locator("#q-2 .place__said").nth(1)).to_have_text(re.compile("^B 选项.*乙$"))
    page.locator("[name=slot-3]").fill(OATH)
    settled(page)
    expect(page.locator("#count")).to_have_text("3 / 3 题")
    assert answers(attempt) == {1: ["c", "a", "d", ""], 2: ["a", "b"], 3: OATH}
    page.reload()
    settled(page)
    assert numbers(page) == ["2", "", "1", "3"]
    assert page.locator("#q-2 [aria-pressed=true]").all_text_contents() == ["A", "B"]
    expect(page.locator("[name=slot-3]")).to_have_value(OATH)
    assert {epoch for _, epoch, _ in journal(attempt)} == {1}, "nothing changed, nothing sent"
    tap(page, 1, "B")
    tap(page, 2, "1B", "2D")
    settled(page)
    page.click("#submit")
    page.click("#ask-submit-yes")
    page.wait_for_url("**/result")
    assert score(attempt) == {"1": 20, "2": 20, "3": 20}


def test_an_answer_taken_away_is_none(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    page = open_page(browse(who), attempt)
    tap(page, 1, "C", "C")
    tap(page, 2, "2A", "2A")
    settled(page)
    expect(page.locator("#count")).to_have_text("0 / 3 题")
    assert answers(attempt) == {1: None, 2: None}


def test_what_another_device_answered_meanwhile_is_shown_in_words(browse: Browse, who: Person, sit) -> None:
    """The page left unsent answers behind; the server holds newer ones of another device."""
    attempt = sit()
    context = browse(who)
    page = open_page(context, attempt)
    context.set_offline(True)
    tap(page, 1, "B", "A")
    tap(page, 2, "1C")
    page.locator("[name=slot-3]").fill("我志愿")
    expect(saved(page)).to_have_text("未联网，已存本机 3 题")
    crash(page)
    other = open_page(browse(who), attempt)
    tap(other, 1, "C", "A", "D", "B")
    tap(other, 2, "1B", "2D")
    other.locator("[name=slot-3]").fill(OATH)
    settled(other)
    context.set_offline(False)
    page = context.new_page()
    page.goto(f"/sit/{attempt}")
    page.click("#ask-here-yes")
    expect(page.locator("#banner-list li")).to_have_text(
        ["第 1 题：B → A → （空） → （空）", "第 2 题：(1) C (2) （空）", "第 3 题：我志愿"]
    )
    assert numbers(page) == ["2", "4", "1", "3"]
    assert page.locator("#q-2 [aria-pressed=true]").all_text_contents() == ["B", "D"]
    expect(page.locator("[name=slot-3]")).to_have_value(OATH)


def test_keys_alone_answer(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    page = open_page(browse(who, phone=False), attempt)
    page.locator("#q-1 .tap").nth(1).focus()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.locator("#q-1 .tap").nth(2).get_attribute("aria-label").endswith("丙 第 2 位")
    page.locator("#q-2 .tap").first.focus()
    page.keyboard.press("Enter")
    page.locator("[name=slot-3]").focus()
    page.keyboard.type("一")
    page.keyboard.press("Enter")
    page.keyboard.type("二")
    settled(page)
    expect(page.locator("#ask-submit")).to_be_hidden()
    assert answers(attempt) == {1: ["b", "c", "", ""], 2: ["a", ""], 3: "一\n二"}


def test_a_page_that_lost_its_turn_takes_no_taps(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    context = browse(who)
    first = open_page(context, attempt)
    open_page(browse(who), attempt)
    tap(first, 1, "A")
    expect(saved(first)).to_have_text("已在别处打开，本页不再保存")
    expect(first.locator("#q-1 .tap").nth(1)).to_be_disabled()
    assert numbers(first) == ["1", "", "", ""]


def test_without_a_script_places_are_chosen(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    page = browse(who, script=False).new_page()
    page.goto(f"/sit/{attempt}")
    for slot, letters in ((1, "CADB"), (2, "BD")):
        for n, letter in enumerate(letters):
            page.locator(f"#q-{slot} select").nth(n).select_option(letter.lower())
    page.locator("[name=slot-3]").fill(OATH)
    page.click("button[value=save]")
    expect(page.locator(".notice[role=status]")).to_have_text("已保存。")
    assert page.locator("#q-1 select").evaluate_all("all => all.map(one => one.value)") == [*"cadb"]
    expect(page.locator("#q-1 select").first).to_have_accessible_name("第 1 位")
    page.click("#submit")
    expect(page.locator(".score-box__points")).to_have_text("6 分")
    assert score(attempt) == {"1": 20, "2": 20, "3": 20}


@pytest.mark.parametrize("phone", [True, False])
def test_axe_finds_no_fault(browse: Browse, who: Person, sit, phone: bool) -> None:
    attempt = sit()
    page = open_page(browse(who, phone=phone), attempt)
    tap(page, 1, "C", "D")
    tap(page, 2, "1B")
    page.locator("[name=slot-3]").fill("我愿加入了中国共产党")
    settled(page)
    faults = {"sitting": Axe().run(page)}
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.click("#submit")
    page.click("#ask-submit-yes")
    page.wait_for_url("**/result")
    faults["result"] = Axe().run(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    assert {name: found.violations_count for name, found in faults.items()} == dict.fromkeys(faults, 0), (
        "\n".join(found.generate_report() for found in faults.values() if found.violations_count)
    )


@pytest.mark.parametrize("script", [True, False])
def test_a_quiz_takes_every_kind(browse: Browse, who: Person, script: bool) -> None:
    quiz = build.quiz(clock.now(), draw=3, order=1, match=1, recite=1)
    page = browse(who, script=script).new_page()
    page.goto(f"/quiz-on/{quiz.code[5:]}")
    page.click("main form button")
    attempt = db.session.scalars(sa.select(Attempt).where(Attempt.exam_id == quiz.id)).one()
    for slot, keys in attempt.order:
        right = build.KEYS[["order", "match", "recite"][slot - 1]]
        if slot == 3:
            page.locator("textarea").fill("加入中国共产党，党的纲领")
        for n, key in enumerate(right if slot < 3 else ()):
            if script:
                tap(page, slot, "ABCD"[keys.index(key)] if slot == 1 else f"{n + 1}{'ABCD'[keys.index(key)]}")
            else:
                page.locator("select").nth(n).select_option(key)
        page.click("text=核对答案")
        expect(page.locator("#verdict .notice")).to_have_text("✓ 回答正确")
        page.click("main a.btn-primary")
    expect(page.locator(".score-box__points")).to_have_text("3 / 3")

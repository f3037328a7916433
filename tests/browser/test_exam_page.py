"""The exam page in a real browser: no answer is lost, and the person is told what is saved."""

import re
import time
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta

import pytest
import sqlalchemy as sa
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import BrowserContext, Error, Page, expect

from app.exams import attempts, papers, service
from app.exams.models import Attempt, Exam, Response, Score, UnappliedResponse
from app.people import codes, second_factor
from app.people.models import Person, SignInSession
from app.web import clock
from app.web.db import db
from tests import factories
from tests.browser.conftest import Browse, shift_clock
from tests.exams import build
from tests.people.totp import totp

pytestmark = pytest.mark.browser
# The paper of build.exam: 1, 2 single · 3 multiple · 4 judge · 5 blanks


@pytest.fixture
def who(live: Flask) -> Person:
    return factories.person(password="learner-password")


@pytest.fixture
def sit(live: Flask, who: Person) -> Callable[..., int]:
    """`sit(left=…)`: a started attempt with so much time left; its id."""

    def make(left: timedelta = timedelta(minutes=45)) -> int:
        now = clock.now()
        exam = build.exam(now)
        service.assign(exam, person=who)
        attempt, _ = attempts.start(exam, who.id, now)
        attempt.started_at = now + left - timedelta(minutes=45)
        db.session.commit()
        return attempt.id

    return make


def journal(attempt_id: int) -> list[tuple[int, int, str]]:
    """(slot, epoch, value) as the server has it."""
    db.session.rollback()
    rows = db.session.execute(
        sa.select(Response.slot, Response.epoch, Response.value)
        .where(Response.attempt_id == attempt_id)
        .order_by(Response.received_at, Response.seq)
    )
    return [tuple(row) for row in rows]


def arrives(attempt_id: int, entry: tuple[int, int, str]) -> bool:
    """Whether the entry is in the journal within a few seconds."""
    for _ in range(50):
        if entry in journal(attempt_id):
            return True
        time.sleep(0.1)
    return False


def open_page(context: BrowserContext, attempt_id: int) -> Page:
    page = context.new_page()
    page.goto(f"/sit/{attempt_id}")
    expect(saved(page)).to_have_text(re.compile("自动保存|已保存"))
    return page


def saved(page: Page):
    return page.locator("#saved")


def crash(page: Page) -> None:
    """End the page at once: one that is closed in peace may get a last request through, offline or not."""
    with suppress(Error):
        page.goto("chrome://crash")
    page.close()


def choose(page: Page, slot: int, value: str) -> None:
    page.locator(f'label.option:has(input[name="slot-{slot}"][value="{value}"])').click()


def test_an_answer_is_saved_and_stays_after_a_reload(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    page = open_page(browse(who), attempt)
    choose(page, 1, "c")
    choose(page, 3, "a")
    choose(page, 3, "c")
    choose(page, 4, "false")
    page.locator('[name="slot-5"]').nth(1).fill("团结")
    expect(saved(page)).to_have_text(re.compile(r"^已保存 \d\d:\d\d$"))
    expect(page.locator("#count")).to_have_text("4 / 5 题")
    assert {(slot, value) for slot, _, value in journal(attempt)} >= {
        (1, '"c"'), (3, '["a","c"]'), (4, "false"), (5, '["","团结"]'),
    }  # fmt: skip
    page.reload()
    expect(saved(page)).to_have_text(re.compile("已保存"))
    expect(page.locator('[name="slot-1"][value="c"]')).to_be_checked()
    expect(page.locator('[name="slot-5"]').nth(1)).to_have_value("团结")
    choose(page, 1, "d")
    expect(saved(page)).to_have_text(re.compile("已保存"))
    assert arrives(attempt, (1, 2, '"d"'))  # the reload took over with an epoch of its own


def test_offline_answers_wait_here_and_go_when_the_network_is_back(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    context = browse(who)
    page = open_page(context, attempt)
    context.set_offline(True)
    choose(page, 1, "c")
    choose(page, 4, "true")
    expect(saved(page)).to_have_text("未联网，已存本机 2 题")
    assert journal(attempt) == []
    context.set_offline(False)
    expect(saved(page)).to_have_text(re.compile("已保存"))
    assert sorted(journal(attempt)) == [(1, 1, '"c"'), (4, 1, "true")]


def test_what_a_crashed_page_had_not_sent_is_sent_by_the_next(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    context = browse(who)
    page = open_page(context, attempt)
    choose(page, 2, "a")
    expect(saved(page)).to_have_text(re.compile("已保存"))
    context.set_offline(True)
    choose(page, 2, "b")
    choose(page, 1, "c")
    expect(saved(page)).to_have_text("未联网，已存本机 2 题")
    crash(page)
    context.set_offline(False)
    page = context.new_page()
    page.goto(f"/sit/{attempt}")
    page.click("#ask-here-yes")
    expect(page.locator('[name="slot-2"][value="b"]')).to_be_checked()
    expect(saved(page)).to_have_text(re.compile("已保存"))
    assert arrives(attempt, (2, 2, '"b"'))
    assert sorted(journal(attempt)) == [(1, 2, '"c"'), (2, 1, '"a"'), (2, 2, '"b"')]


def test_another_persons_browser_session_sends_nothing(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    other = factories.person(name="李四", password="other-password")
    page = open_page(browse(who), attempt)
    db.session.execute(sa.update(SignInSession).values(revoked_at=clock.now()))
    db.session.commit()
    choose(page, 1, "c")
    dialog = page.locator("#ask-sign-in")
    expect(dialog).to_be_visible()
    for username, password, said in (
        (
            who.username,
            "wrong",
            "用户名或密码不对。请核对后重试，密码要注意大小写，首次登录码用过一次就失效；忘记密码请联系教务管理员。",
        ),
        (
            other.username,
            "other-password",
            "登录的不是这份答卷的本人，没有发送任何作答。请用本人的账号登录。",
        ),
    ):
        dialog.locator("[name=username]").fill(username)
        dialog.locator("[name=password]").fill(password)
        dialog.locator("button").click()
        expect(page.locator("#sign-in-error")).to_have_text(said)
    assert journal(attempt) == []
    page.request.post("/sign-out", form={"csrf_token": page.request.get("/csrf").json()["csrf_token"]})
    dialog.locator("[name=username]").fill(who.username)
    dialog.locator("[name=password]").fill("learner-password")
    dialog.locator("button").click()
    expect(dialog).to_be_hidden()
    expect(saved(page)).to_have_text(re.compile("已保存"))
    assert journal(attempt) == [(1, 1, '"c"')]


def test_a_second_page_asks_takes_over_and_the_first_is_told(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    context = browse(who)
    first = open_page(context, attempt)
    choose(first, 1, "a")
    expect(saved(first)).to_have_text(re.compile("已保存"))
    second = context.new_page()
    second.goto(f"/sit/{attempt}")
    expect(second.locator("#ask-here")).to_be_visible()
    second.click("#ask-here-yes")
    choose(second, 1, "b")
    expect(saved(second)).to_have_text(re.compile("已保存"))
    choose(first, 2, "d")
    expect(saved(first)).to_have_text("已在别处打开，本页不再保存")
    expect(first.locator("#banner")).to_contain_text("未保存的作答仍显示在下面")
    expect(first.locator('[name="slot-2"][value="d"]')).to_be_checked()
    expect(first.locator('[name="slot-2"][value="d"]')).to_be_disabled()
    assert (2, 1, '"d"') not in journal(attempt)
    first.click("#banner-act")  # 在此继续
    expect(saved(first)).to_have_text(re.compile("已保存"))
    expect(first.locator('[name="slot-1"][value="b"]')).to_be_checked()
    assert arrives(attempt, (2, 3, '"d"'))


def test_a_jump_from_the_sheet_lands_at_once_and_uncovered(browse: Browse, who: Person, sit) -> None:
    page = open_page(browse(who), sit())
    page.emulate_media(reduced_motion="no-preference")
    page.locator("#card summary").click()
    page.locator("#card .sheet a[href='#q-2']").click()
    bar, question = top_and_bottom(page, ".exam-bar"), top_and_bottom(page, "#q-2")
    assert bar[0] == 0 and bar[1] <= question[0] < 200
    expect(page.locator("#card")).not_to_have_attribute("open", "")  # on a phone it lies over the paper


def test_beside_the_paper_nothing_covers_what_the_page_says(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    context = browse(who, phone=False)
    first = open_page(context, attempt)
    choose(first, 1, "a")
    expect(saved(first)).to_have_text(re.compile("已保存"))
    second = context.new_page()
    second.goto(f"/sit/{attempt}")
    second.click("#ask-here-yes")
    expect(saved(second)).to_have_text(re.compile("已保存"))
    choose(first, 2, "d")
    expect(first.locator("#banner")).to_be_visible()
    first.evaluate("scrollTo(0, 0)")
    right = first.evaluate("document.querySelector('#banner').getBoundingClientRect().right")
    assert right <= first.evaluate("document.querySelector('.exam__side').getBoundingClientRect().left")
    first.evaluate("scrollTo(0, document.body.scrollHeight)")
    assert top_and_bottom(first, ".exam__side")[0] >= top_and_bottom(first, ".exam-bar")[1]


def top_and_bottom(page: Page, selector: str) -> list[float]:
    return page.locator(selector).evaluate(
        "found => (box => [box.top, box.bottom])(found.getBoundingClientRect())"
    )


def test_declining_leaves_the_other_page_alone(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    context = browse(who)
    first = open_page(context, attempt)
    choose(first, 1, "a")
    expect(saved(first)).to_have_text(re.compile("已保存"))
    second = context.new_page()
    second.goto(f"/sit/{attempt}")
    second.locator("#ask-here [data-close]").click()
    expect(second.locator('[name="slot-1"][value="a"]')).to_be_disabled()
    choose(first, 1, "c")
    expect(saved(first)).to_have_text(re.compile("已保存"))
    assert arrives(attempt, (1, 1, '"c"'))


def test_the_deadline_locks_flushes_and_leads_to_the_result(browse: Browse, who: Person, sit) -> None:
    attempt = sit(left=timedelta(seconds=4))
    context = browse(who)
    page = open_page(context, attempt)
    context.set_offline(True)
    text = page.locator('[name="slot-5"]').first
    text.fill("党中央")
    expect(text).to_be_disabled()
    expect(page.locator("#banner")).to_contain_text("还有 1 题没有传到服务器，正在重试")
    context.set_offline(False)  # within the grace
    page.wait_for_url("**/result")
    expect(page.locator("h1")).to_have_text("已到时，正在收卷")
    assert journal(attempt) == [(5, 1, '["党中央",""]')]
    shift_clock(seconds=40)
    assert attempts.close_overdue(attempt, clock.now())
    db.session.commit()
    page.reload()
    expect(page.locator(".receipt")).to_have_text(db.session.get_one(Attempt, attempt).receipt)


def test_what_comes_after_the_grace_is_kept_as_late(browse: Browse, who: Person, sit) -> None:
    attempt = sit(left=timedelta(seconds=3))
    context = browse(who)
    page = open_page(context, attempt)
    context.set_offline(True)
    choose(page, 1, "b")
    expect(page.locator("#banner")).to_contain_text("已到时")
    shift_clock(seconds=40)
    context.set_offline(False)
    expect(saved(page)).to_have_text("答卷已经关闭")
    assert journal(attempt) == []
    kept = sa.select(UnappliedResponse.reason).where(UnappliedResponse.attempt_id == attempt)
    assert db.session.scalars(kept).all() == ["late"]
    page.click("#banner-act")
    page.wait_for_url("**/result")


def test_what_a_dead_page_still_held_is_delivered_as_late(browse: Browse, who: Person, sit) -> None:
    attempt = sit(left=timedelta(minutes=1))
    context = browse(who)
    page = open_page(context, attempt)
    context.set_offline(True)
    choose(page, 1, "b")
    expect(saved(page)).to_have_text("未联网，已存本机 1 题")
    crash(page)
    shift_clock(minutes=5)
    context.set_offline(False)
    page = context.new_page()
    page.goto(f"/sit/{attempt}")
    expect(page.locator("h1")).to_have_text("已到时，正在收卷")
    expect(page.locator("#late")).to_be_visible()
    kept = sa.select(UnappliedResponse.value).where(UnappliedResponse.attempt_id == attempt)
    assert db.session.scalars(kept).all() == ['"b"']
    assert journal(attempt) == []


def test_signing_out_leaves_nothing_of_the_exam_behind(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    context = browse(who)
    page = open_page(context, attempt)
    page.locator(".flag").first.click()
    context.set_offline(True)
    choose(page, 1, "b")
    expect(saved(page)).to_have_text("未联网，已存本机 1 题")
    crash(page)
    context.set_offline(False)
    page = context.new_page()
    page.goto("/exams")
    asked: list[str] = []
    page.once("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.click("text=退出")
    page.wait_for_function("document.querySelector('form[data-unsent]')")
    assert "还有 1 题作答没有传到服务器" in asked[0] and page.url.endswith("/exams")
    page.once("dialog", lambda dialog: dialog.accept())
    page.click("text=退出")
    page.wait_for_url("**/sign-in")
    left = page.evaluate("indexedDB.databases().then((all) => all.length + localStorage.length)")
    assert left == 0


def test_more_time_unlocks_the_page_again(browse: Browse, who: Person, sit) -> None:
    attempt = sit(left=timedelta(seconds=3))
    page = open_page(browse(who), attempt)
    attempts.add_minutes(attempt, 10, clock.now())
    db.session.commit()
    expect(page.locator("#banner")).to_have_text("考试时间已延长，请继续作答。")
    expect(page.locator("#time")).to_have_text(re.compile(r"^(9:5\d|10:00)$"))
    choose(page, 1, "b")
    expect(saved(page)).to_have_text(re.compile("已保存"))


def test_handing_in_lists_what_is_open_and_ends_with_the_receipt(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    page = open_page(browse(who, phone=False), attempt)
    expect(page.locator("#card")).to_have_attribute("open", "")
    choose(page, 1, "b")
    page.locator(".q:has([name='slot-4']) .flag").click()
    page.click("#submit")
    lists = page.locator("#ask-submit-lists")
    expect(lists).to_contain_text("还有 4 题没有作答：")
    expect(lists).to_contain_text("您标记了 1 题：")
    lists.locator(".sheet").nth(1).locator("a").click()
    expect(page.locator("#ask-submit")).to_be_hidden()
    expect(page.locator("#q-4 .question__stem")).to_be_in_viewport()
    page.click("#submit")
    page.click("#ask-submit-yes")
    page.wait_for_url("**/result")
    db.session.rollback()
    expect(page.locator(".receipt")).to_have_text(db.session.get_one(Attempt, attempt).receipt)
    assert db.session.get_one(Score, (attempt, 1)).points == 20


def test_keyboard_alone_answers_and_hands_in(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    page = open_page(browse(who, phone=False), attempt)
    page.locator('[name="slot-4"]').first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("ArrowDown")
    page.locator('[name="slot-5"]').first.focus()
    page.keyboard.type("党中央")
    page.keyboard.press("Enter")  # no way to hand in by accident
    expect(page.locator("#ask-submit")).to_be_hidden()
    expect(saved(page)).to_have_text(re.compile("已保存"))
    for _ in range(12):
        page.keyboard.press("Shift+Tab")
        if page.locator(".q :focus").count():
            assert top_and_bottom(page, ".q :focus")[0] >= top_and_bottom(page, ".exam-bar")[1]
    page.locator("#submit").focus()
    page.keyboard.press("Enter")
    expect(page.locator("#ask-submit")).to_be_visible()
    page.locator("#ask-submit-yes").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/result")
    assert arrives(attempt, (4, 1, "false"))


def test_larger_type_without_a_reload(browse: Browse, who: Person, sit) -> None:
    """What is answered stays; the question that was being read stays in view; the next page is large, too."""
    attempt = sit()
    page = open_page(browse(who, phone=True), attempt)
    choose(page, 1, "b")
    page.locator("#q-4").scroll_into_view_if_needed()
    stem, size = page.locator("#q-4 .question__stem"), "one => parseFloat(getComputedStyle(one).fontSize)"
    before = stem.evaluate(size)
    page.get_by_role("button", name="长辈版").click()
    after = stem.evaluate(size)
    assert after >= 24 > before
    assert page.locator("label.option").first.bounding_box()["height"] >= 60
    assert page.locator("input:checked").count() == 1
    assert arrives(attempt, (1, 1, '"b"'))
    page.goto("/exams")
    assert page.locator("html.large").count() == 1
    page.get_by_role("button", name="标准版").click()
    assert page.locator("html.large").count() == 0


@pytest.mark.parametrize(("phone", "large"), [(True, False), (True, True), (False, False)])
def test_pages_have_no_fault_that_axe_finds(
    browse: Browse, who: Person, sit, phone: bool, large: bool
) -> None:
    attempt = sit()
    page = open_page(browse(who, phone=phone), attempt)
    if large:
        page.click("#display")
    page.locator("#card").evaluate("card => { card.open = true }")
    page.wait_for_timeout(300)
    faults = {"sitting": Axe().run(page)}
    assert page.evaluate("document.documentElement.scrollWidth") <= page.viewport_size["width"]
    page.locator("#card").evaluate("card => { card.open = false }")
    page.click("#submit")
    faults["dialog"] = Axe().run(page)
    page.click("#ask-submit-yes")
    page.wait_for_url("**/result")
    faults["result"] = Axe().run(page)
    page.goto("/exams")
    faults["index"] = Axe().run(page)
    assert {name: found.violations_count for name, found in faults.items()} == dict.fromkeys(faults, 0), (
        "\n".join(found.generate_report() for found in faults.values() if found.violations_count)
    )


def test_without_a_script_the_form_submits(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    page = browse(who, script=False).new_page()
    page.goto(f"/sit/{attempt}")
    choose(page, 1, "b")
    page.click("button[value=save]")
    expect(page.locator(".notice[role=status]")).to_have_text("已保存。")
    expect(page.locator('[name="slot-1"][value="b"]')).to_be_checked()
    choose(page, 4, "true")
    page.click("#submit")
    expect(page.locator("main")).to_contain_text("还有 3 题没有作答")
    page.click("button[value=confirm]")
    db.session.rollback()
    expect(page.locator(".receipt")).to_have_text(db.session.get_one(Attempt, attempt).receipt)
    assert db.session.get_one(Score, (attempt, 1)).points == 40


def test_the_quiz_needs_no_script(browse: Browse, live: Flask, who: Person) -> None:
    quiz: Exam = build.quiz(clock.now(), draw=2, single=4)
    page = browse(who, script=False).new_page()
    page.goto(f"/quiz-on/{quiz.code[5:]}")
    page.click("main form button")
    for n, right in ((1, True), (2, False)):
        expect(page.locator("h1")).to_contain_text(f"第 {n} 题")
        page.locator(f'label.option:has([value="{"b" if right else "a"}"])').click()
        page.click("text=核对答案")
        expect(page.locator("#verdict .notice")).to_have_text("✓ 回答正确" if right else "✗ 回答错误")
        expect(page.locator("blockquote")).to_contain_text("某人：《某讲话》，北京")
        page.click("main a.btn-primary")
    expect(page.locator(".score-box__points")).to_have_text("1 / 2")
    expect(page.locator("main")).to_contain_text("答错的题（1）")
    page.click("text=再来一组")
    expect(page.locator("h1")).to_contain_text("第 1 题")
    db.session.rollback()
    rounds = db.session.scalars(sa.select(Attempt).where(Attempt.exam_id == quiz.id)).all()
    asked = [{slot for slot, _ in attempt.order} for attempt in rounds]
    assert len(asked) == 2 and asked[0].isdisjoint(asked[1])
    papers.forget()


def signed_out(browse: Browse, who: Person, attempt: int) -> Page:
    """A page with an answer that waits, because the sign-in was ended elsewhere."""
    page = open_page(browse(who), attempt)
    db.session.execute(sa.update(SignInSession).values(revoked_at=clock.now()))
    db.session.commit()
    choose(page, 1, "c")
    expect(page.locator("#ask-sign-in")).to_be_visible()
    return page


def enter(page: Page, **fields: str) -> None:
    for name, value in fields.items():
        page.locator(f"#ask-sign-in [name={name}]").fill(value)
    page.locator("#ask-sign-in button").click()


def test_a_second_factor_is_asked_in_place(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    second_factor.offer(who.id)
    secret = second_factor.offered(who.id)
    code = second_factor.confirm(who.id, totp(secret), clock.now())[0]
    db.session.commit()
    page = signed_out(browse, who, attempt)
    enter(page, username=who.username, password="learner-password")
    enter(page, code="000000")
    expect(page.locator("#sign-in-error")).to_contain_text("口令不对")
    enter(page, code=code)
    expect(page.locator("#ask-sign-in")).to_be_hidden()
    expect(saved(page)).to_have_text(re.compile("已保存"))
    assert journal(attempt) == [(1, 1, '"c"')]


def test_a_first_access_code_and_a_new_password_do_in_place(browse: Browse, who: Person, sit) -> None:
    attempt = sit()
    who.password_hash = None
    given = codes.issue([who.id], clock.now())[who.id]
    db.session.commit()
    page = signed_out(browse, who, attempt)
    enter(page, username=who.username, password=given)
    expect(page.locator("#sign-in-advice")).to_contain_text("至少 10 个字符")
    enter(page, new_password="1234567890")
    expect(page.locator("#sign-in-error")).to_contain_text("太有规律")
    enter(page, new_password="otter plum kite")
    expect(page.locator("#ask-sign-in")).to_be_hidden()
    expect(saved(page)).to_have_text(re.compile("已保存"))
    assert journal(attempt) == [(1, 1, '"c"')]

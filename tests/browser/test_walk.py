"""The whole path, as a learner walks it: sign in, study, quiz, exam, certificate, public verification."""

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Locator, Page, expect

from app.bank.models import AnswerKey
from app.certificates.jobs import JOBS
from app.certificates.models import Certificate
from app.exams import papers
from app.exams.models import Attempt
from app.people.models import Person
from app.web.db import db
from app.web.jobs import run_once
from tests.browser.conftest import PASSWORD, Browse
from tests.browser.test_kinds import tap


def sign_in(page: Page, username: str) -> None:
    page.goto("/")
    page.fill("form [name=username]", username)
    page.fill("form [name=password]", PASSWORD)
    page.get_by_role("button", name="登录").click()


def key_of(attempt_id: int, slot: int) -> object:
    db.session.rollback()
    attempt = db.session.get_one(Attempt, attempt_id)
    return db.session.get_one(AnswerKey, papers.slots(attempt.paper_id)[slot].version_id).key


def answer(page: Page, slot: int, key: object) -> None:
    """Tap the options, or fill what is to be filled, as a person who knows."""
    fields = page.locator(f"[name=slot-{slot}]")
    match page.locator(f"fieldset[data-slot='{slot}']").get_attribute("data-kind"), key:
        case "blanks", list():
            for n, variants in enumerate(key):
                fields.nth(n).fill(variants[0])
        case "recite", {"phrases": phrases}:
            fields.fill("，".join(phrases))
        case "order" | "match" as kind, list():
            letters = fields.first.locator("option").evaluate_all(
                "all => all.slice(1).map((one) => one.value)"
            )
            tap(
                page,
                slot,
                *(
                    f"{n + 1 if kind == 'match' else ''}{'ABCDEFGH'[letters.index(one)]}"
                    for n, one in enumerate(key)
                ),
            )
        case _:
            for value in (
                key if isinstance(key, list) else [str(key).lower() if key in (True, False) else key]
            ):
                page.locator(f"label:has([name=slot-{slot}][value='{value}'])").click()


def follow(control: Locator) -> None:
    """Click, and be on the next page: what is read next must not be of the one left behind."""
    with control.page.expect_navigation():
        control.click()


def study(page: Page) -> None:
    """Every reading lesson to its end; the quiz answered right."""
    follow(page.get_by_role("link", name="课程", exact=True))
    follow(page.get_by_role("link", name="开始学习"))
    while page.locator("h1").inner_text() != "课后小测":
        done = page.get_by_role("button", name="我已学完")
        follow(done if done.count() else page.locator("a.steps__on"))
    follow(page.get_by_role("link", name="开始小测"))
    follow(page.get_by_role("button", name="开始"))
    attempt_id = int(page.url.split("/")[-2])
    while page.get_by_role("button", name="核对答案").count():
        name = page.locator("[name^=slot-]").first.get_attribute("name") or ""
        slot = int(name.removeprefix("slot-"))
        answer(page, slot, key_of(attempt_id, slot))
        follow(page.get_by_role("button", name="核对答案"))
        expect(page.locator("#verdict")).to_contain_text("回答正确")
        follow(page.get_by_role("link", name="下一题").or_(page.get_by_role("link", name="查看成绩")).first)
    expect(page.locator("main")).to_contain_text("10 / 10")


def sit(page: Page) -> None:
    """The exam of fifty questions, handed in."""
    page.goto("/exams")
    page.get_by_role("article").or_(page.locator(".card")).filter(has_text="结业考试").get_by_role(
        "link"
    ).first.click()
    page.get_by_role("button", name="开始考试").click()
    attempt_id = int(page.url.rstrip("/").split("/")[-1].split("#")[0])
    expect(page.locator("[id^=q-]")).to_have_count(50)
    attempt = db.session.get_one(Attempt, attempt_id, populate_existing=True)
    for slot, _ in attempt.order:
        answer(page, slot, key_of(attempt_id, slot))
    expect(page.locator("#saved")).to_contain_text("已保存", timeout=15_000)
    page.locator("#submit").click()
    page.locator("#ask-submit-yes").click()
    page.wait_for_url("**/result*")


def no_sideways_scroll(page: Page) -> None:
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), page.url


@pytest.mark.browser
@pytest.mark.parametrize(("phone", "username"), [(True, "learner"), (False, "liaison")])
def test_learner_to_certificate_to_verification(
    school: Flask, live: Flask, browse: Browse, phone: bool, username: str, tmp_path: Path
) -> None:
    page = browse(phone=phone).new_page()
    troubles: list[str] = []
    page.on("pageerror", lambda error: troubles.append(str(error)))
    page.on("console", lambda m: troubles.append(m.text) if "Content Security Policy" in m.text else None)
    sign_in(page, username)
    expect(page.locator("h1")).to_contain_text("您好")
    no_sideways_scroll(page)
    study(page)
    sit(page)
    expect(page.locator("main")).to_contain_text("100")
    no_sideways_scroll(page)
    for job in JOBS:
        run_once(live, job)
    person_id = db.session.scalar(sa.select(Person.id).where(Person.username == username))
    certificate = db.session.scalars(sa.select(Certificate).where(Certificate.person_id == person_id)).one()
    page.goto(f"/certificates/{certificate.id}")
    expect(page.locator("main")).to_contain_text(certificate.number)
    no_sideways_scroll(page)
    assert page.request.get(f"/certificates/{certificate.id}.png").headers["content-type"] == "image/png"
    pdf = page.request.get(f"/certificates/{certificate.id}.pdf").body()
    assert pdf.startswith(b"%PDF")
    verify(browse(phone=phone).new_page(), certificate, pdf, tmp_path)
    assert troubles == []


def verify(page: Page, certificate: Certificate, pdf: bytes, folder: Path) -> None:
    """Anyone, without an account: by code, by file, and a file that was changed."""
    page.goto(f"/verify/{certificate.code}")
    expect(page.locator("main")).to_contain_text(certificate.number)
    assert certificate.facts["name"] not in page.locator("main").inner_text()
    no_sideways_scroll(page)
    for data, words in ((pdf, "一致"), (pdf[:-9] + b"x" + pdf[-8:], "不是")):
        file = folder / "certificate.pdf"
        file.write_bytes(data)
        page.goto("/verify")
        page.locator("input[type=file]").set_input_files(file)
        page.get_by_role("button", name="比对文件").click()
        expect(page.locator("main")).to_contain_text(words)

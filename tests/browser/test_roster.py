"""An import in a real browser: the pages load themselves anew, and none of them has a fault."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from app.people.roster import work
from tests import factories
from tests.browser.conftest import Browse
from tests.browser.test_axe import faults
from tests.browser.test_back_office import admin
from tests.people.rosters import HEAD, xlsx

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("phone", [True, False])
def test_progress_leads_to_the_preview_and_to_the_result(live: Flask, browse: Browse, phone: bool) -> None:
    owner = admin()
    factories.person("走了的人", owner.unit)
    rows = (("王芳", "", f"b{phone}", "", "", "书记"), ("", "", "", "", "哪里", "干部"))
    page = browse(owner, phone=phone).new_page()
    page.goto("/manage/people/import")
    file = {"name": "名册.xlsx", "mimeType": "", "buffer": xlsx(*rows, header=HEAD)}
    page.set_input_files("[name=file]", file)  # type: ignore[arg-type]
    page.click("main .btn-primary")
    expect(page.locator("h1")).to_have_text("正在核对名册")
    found = {"progress": faults(page, page.url)}
    work.QUEUE.read_waiting()
    expect(page.locator("h1")).to_have_text("核对名册")  # nobody clicked
    here = page.url
    for path in ("", "?outcome=new", "?outcome=missing", "/rows/3"):
        found[path] = faults(page, here + path)
    page.goto(here)
    page.click("text=只保存正确的行")
    expect(page.locator("h1")).to_have_text("正在保存")
    while work.QUEUE.save_stretch():
        pass
    expect(page.locator("h1")).to_have_text("导入完成")
    found["result"] = faults(page, here)
    assert found == dict.fromkeys(found, [])

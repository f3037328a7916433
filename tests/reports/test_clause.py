"""The page on which one clause is amended or repealed: before and after it lists exactly what rests on it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.audit.models import AuditEvent
from app.bank import content, service
from app.bank.models import Clause, Question
from app.domain.access import Role
from app.domain.questions import Kind
from app.domain.questions import Question as Content
from app.web import clock
from app.web.db import db
from tests import factories
from tests.bank.contents import NOW, question, write
from tests.reports.test_resting import BOTH, FIRST, NOTHING, ON_SECOND, SECOND, SETS, bank, due, staff

__all__ = ["bank", "staff"]  # fixtures
URL = "/manage/bank/resting/five-musts/2"
AMENDED = {
    "change": "amended", "document": "关于修改五个必须的决定", "since": "2026-11-01",
    "text": "必须维护党的团结统一",
}  # fmt: skip
REPEALED = AMENDED | {"change": "repealed"}


def listed(page: str) -> set[str]:
    titles = {
        FIRST,
        BOTH,
        SECOND,
        "读全集",
        "读第二条",
        "读第一条",
        "读别的",
        "考第一条",
        "考两条",
        "考第二条",
    }
    return {title for title in titles if f">{title}<" in page}


@pytest.mark.parametrize("form", [AMENDED, REPEALED], ids=["amended", "repealed"])
def test_what_rests_on_it_is_shown_and_then_due(staff: FlaskClient, form: dict[str, str]) -> None:
    before = staff.get(URL).text
    everything = {title for titles in ON_SECOND for title in titles}
    assert listed(before) == everything
    assert "使用中的试题 2 道，草稿和待审的试题 0 道，课程 2 门，还能作答的考试和测验 2 场" in before
    assert '<span class="tag tag--warn">待复核</span>' not in before
    assert due() == NOTHING
    assert staff.post(URL, data=form).location == URL
    after = staff.get(URL).text
    assert listed(after) == everything
    assert after.count('<span class="tag tag--warn">待复核</span>') == len(everything)
    assert due() == ON_SECOND
    assert "自2026年11月1日起" in staff.get("/rules/five-musts").text
    assert "《关于修改五个必须的决定》" in staff.get("/rules/five-musts").text


def test_drafts_and_what_waits_for_review_are_listed_apart(staff: FlaskClient) -> None:
    by = factories.person()

    def made(stem: str, *clauses: str) -> Question:
        cited = tuple(f"five-musts/{code}" for code in clauses)
        asked = Content(Kind.JUDGE, stem, (), True, "对。", cited, "政治纪律", "easy")
        return service.create_question(asked, NOW, by.id)

    expected = [made("草稿对吗？", "2"), made("两条的对吗？", "1", "2"), made("待审对吗？", "2")]
    service.submit(expected[2], 1, NOW, by.id)
    rewritten = question("five-musts-002")
    service.edit_question(
        rewritten.id, replace(service.content_of(rewritten.newest), explanation="改。"), 1, NOW, by.id
    )
    made("第一条的对吗？", "1"), service.retire(made("停用的对吗？", "2"), NOW)
    expected.append(rewritten)
    db.session.commit()
    every = sorted((found.code, service.newest(found).stem) for found in expected)
    for url in (URL, "/manage/bank/resting/five-musts?clause=2"):
        assert unfinished(staff.get(url).text) == every
    assert "草稿和待审的试题 4 道" in staff.get(URL).text
    used = listed(staff.get(URL).text)
    staff.post(URL, data=AMENDED)
    page = staff.get(URL).text
    assert unfinished(page) == every and listed(page) == used
    assert page.partition("草稿和待审的试题</h2>")[2].partition("<h2>")[0].count(">待复核<") == 4


def unfinished(page: str) -> list[tuple[str, str]]:
    """Of the list of drafts, codes and stems."""
    table = page.partition("草稿和待审的试题</h2>")[2].partition("<h2>")[0]
    rows = re.findall(r'<td class="stem"><a href="[^"]*">(.*?)</a>.*<td class="short">(.*?)</td></tr>', table)
    return [(code, stem) for stem, code in rows]


def test_sent_twice_it_is_entered_once_and_can_be_undone(staff: FlaskClient) -> None:
    shown = staff.get(URL).text.partition('name="shown"')[2].partition('value="')[2].partition('"')[0]
    for _ in range(2):
        assert staff.post(URL, data=AMENDED | {"shown": shown}).status_code == 302
    answer = staff.post(URL, data=REPEALED | {"shown": shown})
    assert answer.status_code == 200 and "内容已有改动" in answer.text  # a page left open
    staff.post(f"{URL}/undo")
    assert due() == NOTHING
    staff.post(f"{URL}/undo")
    rows = sa.select(AuditEvent.action).where(AuditEvent.action.like("clause.%")).order_by(AuditEvent.id)
    assert db.session.scalars(rows).all() == ["clause.amend", "clause.undo"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"document": " "}, "请填写文件名称。"),
        ({"since": ""}, "请填写日期，如 2026-07-01。"),
        ({"since": "2099-01-01"}, "这一天还没有到"),
        ({"since": "2001-01-01"}, "原文件是2015年1月13日的，修改或废止只会在那以后。"),
        ({"text": ""}, "请照抄新的条文"),
        ({"text": "必须维护党的团结 \r\n"}, "与现在的条文一字不差"),
        ({"change": "other"}, "请选一项。"),
    ],
)
def test_what_is_incomplete_is_not_entered(staff: FlaskClient, change: dict[str, str], said: str) -> None:
    answer = staff.post(URL, data=AMENDED | change)
    assert answer.status_code == 200 and said in answer.text
    assert due() == NOTHING


def test_only_authors_enter_it_and_only_where_there_is_something_to_enter(
    staff: FlaskClient, bank: Path, sign_in
) -> None:
    reviewer = factories.person()
    factories.grant(reviewer, Role.REVIEWER, reviewer.unit)
    assert sign_in(reviewer).post(URL, data=AMENDED).status_code == 403
    for missing in ("five-musts/9", "none/1"):
        assert staff.get(f"/manage/bank/resting/{missing}").status_code == 404
    write(bank, SETS, 'text = "必须维护党的团结"', 'text = "必须维护党的团结"\nsuperseded_on = 2026-07-01')
    content.load(bank, clock.now())
    db.session.commit()
    for answer in (staff.get(URL), staff.post(URL, data=AMENDED), staff.post(f"{URL}/undo")):
        assert answer.status_code == 409 and "题库文件已写明这一条不再施行" in answer.text


def test_a_whole_set_leads_to_its_clauses(staff: FlaskClient) -> None:
    page = staff.get("/manage/bank/resting/five-musts?clause=2").text
    assert f'href="{URL}"' in page and "必须维护党的团结" in page
    assert URL not in staff.get("/manage/bank/resting/five-musts?clause=9").text
    assert "/manage/bank/resting/five-musts" in staff.get("/manage/bank/rules/five-musts/succession").text


def test_a_clause_of_ones_own_is_one_line(staff: FlaskClient) -> None:
    clause = db.session.scalars(sa.select(Clause).where(Clause.code == "2")).one()
    clause.rule_set.local = True
    db.session.commit()
    assert "请写成一行" in staff.post(URL, data=AMENDED | {"text": "甲\n乙"}).text

"""Many questions at once: each by itself, and what was refused says why."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.bank import service, stale
from app.bank.models import Question
from app.domain.access import Role
from app.domain.questions import Kind
from app.domain.questions import Question as Content
from app.people.models import Person
from app.web.db import db
from tests import factories
from tests.bank.contents import NOW, load, question, write

JUDGE = Content(Kind.JUDGE, "对吗？", (), True, "对。", ("five-musts/1",), "政治纪律", "easy")
URL = "/manage/bank/questions"


@pytest.fixture
def admin(app: Flask, tmp_path: Path) -> Person:
    load(write(tmp_path))
    person = factories.person()
    factories.grant(person, Role.ADMIN, person.unit)
    return person


def draft(by: Person, **more: object) -> Question:
    made = service.create_question(replace(JUDGE, **more), NOW, by.id)  # type: ignore[arg-type]
    db.session.commit()
    return made


def act(client: FlaskClient, name: str, *questions: Question, url: str = f"{URL}/many", **more: str) -> str:
    ids, seen = [one.id for one in questions], [f"{one.id}.{service.newest(one).number}" for one in questions]
    data = {"act": name, "question": ids, "seen": seen, "sure": "1", **more}
    answer = client.post(f"{url}?kind=judge", data=data)
    if answer.status_code == 302:
        assert answer.location == f"{URL}?kind=judge"
        return client.get(answer.location).text
    assert answer.status_code == 200
    return answer.text


def refusals(page: str) -> dict[str, list[str]]:
    """By reason, the questions it holds for: their addresses and stems."""
    groups = re.findall(r"<details[^>]*><summary>\d+ 题：(.*?)</summary>(.*?)</details>", page, re.DOTALL)
    return {why: re.findall(r'<li><a href="(.*?)</a></li>', those) for why, those in groups}


def refused(made: Question, *reasons: str) -> dict[str, list[str]]:
    return {"".join(reasons): [f'{URL}/{made.id}">{service.newest(made).stem}']}


def ticks(page: str) -> list[int]:
    """What is ticked in the list."""
    return [int(n) for n in re.findall(r'name="question" value="(\d+)" checked', page)]


def test_what_is_complete_is_sent_and_the_rest_is_named(
    admin: Person, sign_in: Callable[..., FlaskClient]
) -> None:
    client = sign_in(admin)
    good, bare = draft(admin), draft(admin, stem="缺解析？", explanation="", clauses=())
    page = act(client, "send", good, bare, question("five-musts-001"))
    assert "已送审 1 题" in page and "2 题没有办理：" in page
    assert refusals(page) == {
        **refused(bare, "请写明解析。", "请至少选一条依据。"),
        **refused(question("five-musts-001"), "不是草稿。"),
    }
    assert ticks(page) == [bare.id]  # the other is not in the list, which shows judge questions
    assert [service.newest(one).submitted_at is not None for one in (good, bare)] == [True, False]


def test_approving_many_leaves_out_ones_own(admin: Person, sign_in: Callable[..., FlaskClient]) -> None:
    other, client = factories.person(), sign_in(admin)
    mine, theirs = draft(admin), draft(other)
    for made, by in ((mine, admin), (theirs, other)):
        service.submit(made, 1, NOW, by.id)
    db.session.commit()
    page = act(client, "", mine, theirs, url=f"{URL}/many/approve")
    assert "已审定 1 题，可以用于组卷。" in page
    assert refusals(page) == refused(mine, "本人写过或送审的，要由其他人审定。")
    assert (mine.current_version_id, theirs.current_version_id) == (None, theirs.newest_version_id)


def test_what_was_rewritten_since_the_list_was_shown_is_not_approved(
    admin: Person, sign_in: Callable[..., FlaskClient]
) -> None:
    other, client = factories.person(), sign_in(admin)
    made = draft(other)
    service.submit(made, 1, NOW, other.id)
    db.session.commit()
    seen = re.findall(r'name="seen" value="(.*?)"', client.get(f"{URL}?state=review").text)
    assert seen == [f"{made.id}.1"]
    service.edit_question(made.id, replace(JUDGE, stem="全都改了？"), 1, NOW, other.id)
    service.submit(made, 2, NOW, other.id)
    db.session.commit()
    for given in (seen[0], "", f"{made.id}.x"):
        page = act(client, "", made, url=f"{URL}/many/approve", seen=given)
        assert refusals(page) == refused(made, "刚刚有变动，请打开看过再办。")
    assert made.current_version_id is None
    act(client, "", made, url=f"{URL}/many/approve")
    assert made.current_version_id == made.newest_version_id


def test_retire_restore_and_review_date(admin: Person, sign_in: Callable[..., FlaskClient]) -> None:
    client, one, two = sign_in(admin), question("five-musts-001"), question("five-musts-002")
    act(client, "retire", one, two)
    assert one.retired_at is not None and two.retired_at is not None
    act(client, "restore", one)
    assert refusals(act(client, "restore", one)) == refused(one, "没有停用。")
    act(client, "review_on", one, review_on="2026-01-05")
    assert one.review_on == date(2026, 1, 5)
    assert "待复核" in client.get(f"{URL}?review=overdue").text
    assert "five-musts-002" not in client.get(f"{URL}?review=overdue&state=all").text
    assert "有内容需要更正" in act(client, "review_on", one, review_on="x")
    assert one.review_on == date(2026, 1, 5)
    act(client, "review_on", one)
    assert one.review_on is None


def test_tags_make_a_version_that_is_as_far_as_the_one_before(
    admin: Person, sign_in: Callable[..., FlaskClient]
) -> None:
    client, made = sign_in(admin), question("five-musts-001")
    act(client, "tag", made, tags="重点 2026")
    newest = service.newest(made)
    assert (newest.number, newest.tags) == (2, ["重点", "2026"])
    assert made.current_version_id == newest.id and newest.approved_at == NOW
    assert refusals(act(client, "tag", made, tags="重点")) == refused(made, "已有这些标签。")
    assert "请填写标签" in act(client, "tag", made, tags=" ")
    assert "five-musts-001" in client.get(f"{URL}?tag=重点").text
    assert "没有符合条件的试题" in client.get(f"{URL}?tag=重").text
    drafted = draft(factories.person())
    act(client, "tag", drafted, tags="重点")
    assert service.newest(drafted).submitted_at is None and drafted.current_version_id is None


def test_no_question_gets_more_tags_than_its_form_takes(
    admin: Person, sign_in: Callable[..., FlaskClient]
) -> None:
    client, made = sign_in(admin), draft(admin, tags=tuple("甲乙丙丁戊己庚辛壬"))
    page = act(client, "tag", made, tags="甲 癸 子")
    assert refusals(page) == refused(made, "加上以后超过 10 个标签，请先删去几个。")
    assert service.newest(made).number == 1
    act(client, "tag", made, tags="甲 癸")
    assert service.newest(made).tags == list("甲乙丙丁戊己庚辛壬癸")


def test_nothing_ticked_or_no_such_act(admin: Person, sign_in: Callable[..., FlaskClient]) -> None:
    client = sign_in(admin)
    assert "请先勾选试题" in act(client, "retire")
    assert "请先勾选试题" in act(client, "explode", question("five-musts-001"))
    answer = client.post(f"{URL}/many", data={"act": "retire", "question": ["x", "9" * 40, "999999"]})
    assert answer.status_code == 302


def test_every_refusal_is_named_however_many(admin: Person, sign_in: Callable[..., FlaskClient]) -> None:
    made = [draft(admin, stem=f"第 {n} 问", explanation="") for n in range(60)]
    page = act(sign_in(admin), "send", *made)
    assert "60 题没有办理：" in page
    assert [len(those) for those in refusals(page).values()] == [60]


ASKED = {"tag": "要加的标签", "topic": "知识点", "clauses": "换成这些", "review_on": "复核日期"}


def test_what_an_act_needs_is_asked_first(admin: Person, sign_in: Callable[..., FlaskClient]) -> None:
    client, one = sign_in(admin), draft(admin)
    for name, text in ASKED.items():
        page = client.post(f"{URL}/many?kind=judge", data={"act": name, "question": [one.id, one.id]}).text
        assert text in page and "对勾选的 1 题。" in page and "有内容需要更正" not in page
        assert page.count(f'name="question" value="{one.id}"') == 1
    assert service.newest(one).number == 1


def test_another_topic_is_a_draft_that_stays_ticked(
    admin: Person, sign_in: Callable[..., FlaskClient]
) -> None:
    client, one, two = sign_in(admin), draft(admin), draft(factories.person())
    assert "请填写知识点。" in act(client, "topic", one, topic=" ")
    page = act(client, "topic", one, two, topic="组织纪律")
    assert "已改 2 题，都成了新稿。" in page and sorted(ticks(page)) == [one.id, two.id]
    assert [service.newest(made).topic for made in (one, two)] == ["组织纪律"] * 2
    assert {service.newest(made).created_by for made in (one, two)} == {admin.id}
    assert refusals(act(client, "topic", one, topic="组织纪律")) == refused(one, "已经是这个知识点。")
    used = question("five-musts-001")
    before = used.current_version_id
    act(client, "topic", used, topic="组织纪律")
    assert (used.current_version_id, service.newest(used).approved_at) == (before, None)


def test_clauses_are_added_or_put_in_place(admin: Person, sign_in: Callable[..., FlaskClient]) -> None:
    client, one = sign_in(admin), draft(admin)
    listing = {"act": "clauses", "question": one.id, "sure": "1", "set": "five-musts", "list_clauses": "1"}
    assert 'value="five-musts/2"' in client.post(f"{URL}/many", data=listing).text
    assert "请至少选一条依据。" in act(client, "clauses", one, how="add")
    assert "所选条款已不存在" in act(client, "clauses", one, how="add", clauses="five-musts/9")
    assert service.newest(one).number == 1
    act(client, "clauses", one, how="add", clauses="five-musts/2")
    assert service.content_of(service.newest(one)).clauses == ("five-musts/1", "five-musts/2")
    assert refusals(act(client, "clauses", one, how="add", clauses="five-musts/2")) == refused(
        one, "依据已经是这样。"
    )
    act(client, "clauses", one, how="instead", clauses="five-musts/2")
    assert service.content_of(service.newest(one)).clauses == ("five-musts/2",)


def test_who_files_a_question_has_not_looked_at_its_clauses(
    admin: Person, sign_in: Callable[..., FlaskClient]
) -> None:
    client, one = sign_in(admin), draft(admin)
    clauses = service.cited_clauses(["five-musts/1", "five-musts/2"])
    for clause in clauses.values():
        clause.superseded_on, clause.superseded_at = NOW.date(), NOW + timedelta(hours=1)
    db.session.commit()
    act(client, "topic", one, topic="组织纪律")
    assert stale.stale_among([one.newest_version_id]) == {one.newest_version_id}
    act(client, "clauses", one, how="instead", clauses="five-musts/2")
    assert stale.stale_among([one.newest_version_id]) == set()  # chosen just now


def test_the_answer_to_an_act_asked_for_again_is_the_list(
    admin: Person, sign_in: Callable[..., FlaskClient]
) -> None:
    for url in (f"{URL}/many", f"{URL}/many/approve"):
        assert sign_in(admin).get(f"{url}?kind=judge&page=2").location == f"{URL}?kind=judge&page=2"

from datetime import date
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.domain.access import Role
from app.people import postings, promotions, service, units
from app.people.corrections import Dates
from app.people.facts import PersonFacts
from app.people.models import Person
from app.web import clock
from app.web.db import db
from tests import factories
from tests.people.school import County, acts, county

SINCE = date(2020, 3, 1)


@pytest.fixture
def c(app: Flask, time: Any) -> County:
    return county()


@pytest.fixture
def zhao(c: County) -> Person:
    facts = PersonFacts(name="赵云", username="zhao", unit_id=c.town.id, post="干事", rank="二级科员")
    person, _code = service.create_person(facts, clock.now(), Dates(SINCE, SINCE))
    db.session.commit()
    return person


@pytest.fixture
def client(c: County, sign_in: Any) -> FlaskClient:
    return sign_in(c.admin)


def ask(client: FlaskClient, person: Person, path: str, **said: Any) -> str:
    return client.post(f"/manage/people/{person.id}/{path}", data=said, follow_redirects=True).text


def way(person: Person) -> list[tuple[int, str, str]]:
    return [(p.unit_id, str(p.since), str(p.until or "")) for p in reversed(postings.of(person.id))]


def test_a_transfer_is_asked_for_done_and_taken_back(c: County, zhao: Person, client: FlaskClient) -> None:
    page = client.get(f"/manage/people/{zhao.id}/transfer").text
    assert 'value="干事"' in page and f'<option selected value="{c.town.id}">' in page
    said = {"unit_id": c.other.id, "post": "委员", "since": "2024-05-01", "note": "县委组〔2024〕3号"}
    page = ask(client, zhao, "transfer", **said)
    assert "已办理 赵云 的调动" in page and "县委组〔2024〕3号" in page and "录错了，撤销这次调动" in page
    assert way(zhao) == [(c.town.id, "2020-03-01", "2024-04-30"), (c.other.id, "2024-05-01", "")]
    assert "单位和职务都没有变" in ask(client, zhao, "transfer", **said)  # a second click
    assert "已撤销最近一次调动" in ask(client, zhao, "transfer/undo")
    assert way(zhao) == [(c.town.id, "2020-03-01", "")]
    assert "没有可以撤销的调动" in ask(client, zhao, "transfer/undo")
    assert acts() == ["person.create", "person.transfer", "person.undo"]


def test_who_is_transferred_on_the_first_day_is_shown_at_one_place(
    c: County, zhao: Person, client: FlaskClient
) -> None:
    ask(client, zhao, "transfer", unit_id=c.other.id, post="", since=str(SINCE), note="")
    page = ask(client, zhao, "transfer", unit_id=c.branch.id, post="", since="2026-11-23", note="")
    again = ask(client, zhao, "transfer", unit_id=c.town.id, post="", since="2026-11-23", note="")
    assert page.count(">现任</span>") == again.count(">现任</span>") == 1
    assert way(zhao) == [
        (c.town.id, "2020-03-01", "2020-03-01"), (c.other.id, "2020-03-01", "2026-11-22"),
        (c.branch.id, "2026-11-23", "2026-11-23"), (c.town.id, "2026-11-23", ""),
    ]  # fmt: skip


def test_a_transfer_from_beyond_ones_reach_is_not_taken_back(
    c: County, zhao: Person, client: FlaskClient, sign_in: Any
) -> None:
    ask(client, zhao, "transfer", unit_id=c.other.id, post="", since="2024-05-01", note="")
    factories.grant(here := factories.person("马超", c.other), Role.ADMIN, c.other)
    theirs, before = sign_in(here), way(zhao)
    assert "撤销这次调动" not in theirs.get(f"/manage/people/{zhao.id}").text
    assert "不在您的管理范围内" in ask(theirs, zhao, "transfer/undo")
    assert (way(zhao), zhao.unit_id) == (before, c.other.id) and acts()[-1] == "person.transfer"
    assert "撤销这次调动" in client.get(f"/manage/people/{zhao.id}").text


def test_nobody_goes_back_to_a_closed_unit(c: County, zhao: Person, client: FlaskClient) -> None:
    units.merge(c.town, c.other, clock.now())
    db.session.commit()
    before = way(zhao)
    assert "撤销这次调动" not in client.get(f"/manage/people/{zhao.id}").text
    assert "调动前的单位已经撤销" in ask(client, zhao, "transfer/undo")
    assert (way(zhao), zhao.unit_id) == (before, c.other.id) and acts()[-1] == "unit.merge"


@pytest.mark.parametrize(
    ("since", "message"),
    [
        ("2020-02-29", "早于现任职务的起始日期 2020-03-01"),
        ("2026-11-24", "这一天还没有到"),
        ("0204-05-01", "年份不对"),
        ("", "请填写日期"),
    ],
)
def test_a_wrong_day_is_said_and_nothing_done(
    c: County, zhao: Person, client: FlaskClient, since: str, message: str
) -> None:
    page = ask(client, zhao, "transfer", unit_id=c.other.id, post="", since=since, note="")
    assert message in page and 'id="since-error"' in page
    assert way(zhao) == [(c.town.id, "2020-03-01", "")] and acts() == ["person.create"]


def test_nobody_is_moved_out_of_the_callers_reach(c: County, zhao: Person, sign_in: Any) -> None:
    page = ask(
        sign_in(c.town_admin), zhao, "transfer", unit_id=c.other.id, post="", since="2024-05-01", note=""
    )
    assert "请在您管理的单位中选一个" in page and zhao.unit_id == c.town.id


def test_roles_do_not_move_along_silently(c: County, zhao: Person, client: FlaskClient) -> None:
    factories.grant(zhao, Role.LIAISON, c.town)
    page = ask(client, zhao, "transfer", unit_id=c.other.id, post="", since="2024-05-01", note="")
    assert "原有的角色没有随之改变" in page


def test_ranks_are_noted_and_taken_back(c: County, zhao: Person, client: FlaskClient) -> None:
    assert "现职级：二级科员" in client.get(f"/manage/people/{zhao.id}/rank").text
    page = ask(client, zhao, "rank", rank="一级科员", since="2023-01-01")
    assert "现职级：一级科员" in page and zhao.rank == "一级科员"
    assert "这一天已有一条职级记录" in ask(client, zhao, "rank", rank="一级科员", since="2023-01-01")
    assert "请选择职级" in ask(client, zhao, "rank", rank="", since="2023-02-01")
    latest = promotions.of(zhao.id)[0]
    assert "已删去这条职级记录" in ask(client, zhao, f"ranks/{latest.id}/remove")
    assert zhao.rank == "二级科员"
    other = factories.person("孙权", c.other)
    answer = client.post(f"/manage/people/{other.id}/ranks/{promotions.of(zhao.id)[0].id}/remove")
    assert answer.status_code == 404 and len(promotions.of(zhao.id)) == 1


def test_a_secondment_is_noted_changed_and_removed(c: County, zhao: Person, client: FlaskClient) -> None:
    said = {"unit_id": c.other.id, "post": "专班", "since": "2026-01-01", "until": "2026-12-31", "note": ""}
    assert "借调中" in ask(client, zhao, "secondment", **said)
    assert "日期重叠" in ask(client, zhao, "secondment", **said)  # a second click
    lent = postings.of(zhao.id)[0]
    path = f"secondments/{lent.id}"
    assert 'value="2026-12-31"' in client.get(f"/manage/people/{zhao.id}/{path}").text
    assert "结束日期早于开始日期" in ask(client, zhao, path, **{**said, "until": "2025-12-31"})
    ask(client, zhao, path, **{**said, "until": "2026-06-30"})
    assert way(zhao)[1] == (c.other.id, "2026-01-01", "2026-06-30") and zhao.unit_id == c.town.id
    assert client.get(f"/manage/people/{c.admin.id}/{path}").status_code == 404
    home = postings.of(zhao.id)[1]
    assert client.post(f"/manage/people/{zhao.id}/secondments/{home.id}/remove").status_code == 404
    assert "已删去这条借调记录" in ask(client, zhao, f"{path}/remove")
    assert way(zhao) == [(c.town.id, "2020-03-01", "")]


def test_leaving_and_returning(c: County, zhao: Person, client: FlaskClient) -> None:
    assert "请选择原因" in ask(client, zhao, "leave", reason="", day="2026-10-31")
    page = ask(client, zhao, "leave", reason="retired", day="2026-10-31")
    assert "2026-10-31 离开，原因：退休" in page and "办理返回" in page and "办理调动" not in page
    assert not zhao.active and way(zhao) == [(c.town.id, "2020-03-01", "2026-10-31")]
    assert "已于 2026-10-31 离开" in ask(client, zhao, "leave", reason="retired", day="2026-10-31")
    assert 'value="2026-11-23"' in client.get(f"/manage/people/{zhao.id}/return").text
    said = {"unit_id": c.branch.id, "post": "书记", "since": "2026-11-10", "note": ""}
    assert "账号已启用" in ask(client, zhao, "return", **said)
    assert zhao.active and way(zhao)[1] == (c.branch.id, "2026-11-10", "")
    assert "没有离开" in ask(client, zhao, "return", **said)
    assert acts() == ["person.create", "person.leave", "person.return"]


def test_a_leaving_noted_by_mistake_is_taken_back_on_the_same_day(
    c: County, zhao: Person, client: FlaskClient
) -> None:
    lent = {"unit_id": c.other.id, "post": "", "since": "2026-11-01", "until": "", "note": ""}
    ask(client, zhao, "secondment", **lent)
    page = ask(client, zhao, "leave", reason="other", day="2026-11-23")
    assert "撤销离开" in page and "办理返回" not in page  # today nobody can be back yet
    page = ask(client, zhao, "leave/undo")
    assert "账号已启用" in page and "离开当天结束的借调没有随之恢复" in page
    assert zhao.active and (zhao.left_on, zhao.left_reason) == (None, "")
    assert way(zhao) == [(c.town.id, "2020-03-01", ""), (c.other.id, "2026-11-01", "2026-11-23")]
    assert "没有离开" in ask(client, zhao, "leave/undo")
    assert acts() == ["person.create", "person.second", "person.leave", "person.undo"]


def test_a_leaving_is_not_taken_back_into_a_closed_unit(c: County, zhao: Person, client: FlaskClient) -> None:
    ask(client, zhao, "leave", reason="other", day="2026-11-01")
    units.merge(c.town, c.other, clock.now())
    db.session.commit()
    assert "离开前的单位已经撤销" in ask(client, zhao, "leave/undo")
    assert not zhao.active and acts()[-1] == "unit.merge"


def test_nobody_is_lent_to_two_places_at_once(c: County, zhao: Person, client: FlaskClient) -> None:
    said = {"post": "", "since": "2026-01-01", "until": "", "note": ""}
    ask(client, zhao, "secondment", unit_id=c.other.id, **said)
    page = ask(client, zhao, "secondment", unit_id=c.branch.id, **said)
    assert "与借调到“石桥镇党委”的一段（2026-01-01 起）日期重叠" in page and len(way(zhao)) == 2

import json
import re
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
from app.domain.access import Role
from app.people import codes, corrections, facts, postings, promotions, service
from app.people.corrections import Dates
from app.people.facts import PersonFacts
from app.people.models import AccessCode, Person, SignInSession
from app.web import clock
from app.web.db import db
from tests import factories
from tests.people.forms import filled
from tests.people.school import County, acts, county

NUMBER, PHONE = "11010519491231002X", "13800000001"


def code_on(page: Any) -> str:
    found = re.search(r"<code>([0-9A-Z]{4}-[0-9A-Z]{4})</code>", page.text)
    assert found is not None
    return found.group(1)


def numbered(c: County, **more: Any) -> Person:
    """赵云 with an identity number and a phone."""
    said = {"name": "赵云", "username": "zhao", "unit_id": c.branch.id, "id_number": NUMBER, "phone": PHONE}
    person, _code = service.create_person(PersonFacts(**{**said, **more}), clock.now())
    db.session.commit()
    return person


def as_kept(person: Person, **more: Any) -> dict[str, Any]:
    """The edit form of 赵云, sent back with these changes."""
    return filled(**{"unit_id": person.unit_id, "name": "赵云", "username": "zhao", **more})


def people_count() -> int | None:
    return db.session.scalar(sa.select(sa.func.count()).select_from(Person))


def test_a_new_person_signs_in_with_the_code_shown_once(app: Flask, sign_in, client) -> None:
    c = county()
    page = sign_in(c.admin).post("/manage/people/new", data=filled(c.branch.id))
    code = code_on(page)
    assert page.headers["Cache-Control"] == "no-store"
    made = db.session.scalars(sa.select(Person).where(Person.username == "wangfang")).one()
    assert (made.name, made.unit_id, made.password_hash) == ("王芳", c.branch.id, None)
    entered = client.post("/sign-in", data={"username": "wangfang", "password": code})
    assert entered.location == "/sign-in/password"
    chosen = {"new": "my own long word", "again": "my own long word"}
    assert client.post("/sign-in/password", data=chosen).location == "/"
    assert made.password_set_at is not None and db.session.get(AccessCode, made.id) is None
    client.post("/sign-out")
    assert client.post("/sign-in", data={"username": "wangfang", "password": code}).status_code == 200
    assert acts() == ["person.create", "password.change"]


def test_a_taken_username_is_refused_at_the_field(app: Flask, sign_in) -> None:
    c = county()
    page = sign_in(c.admin).post("/manage/people/new", data=filled(c.branch.id, username="LIN"))
    assert "这个用户名已有人使用" in page.text
    assert acts() == [] and db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 2


@pytest.mark.parametrize(
    "change", [{"name": "  "}, {"username": "a b"}, {"username": ""}, {"name": "长" * 51}]
)
def test_bad_input_creates_nobody(app: Flask, sign_in, change) -> None:
    c = county()
    page = sign_in(c.admin).post("/manage/people/new", data=filled(c.branch.id, **change))
    assert "有内容需要更正" in page.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 2


def test_editing_keeps_what_was_and_what_is(app: Flask, sign_in) -> None:
    c = county()
    zhao = factories.person("赵云", c.branch, username="zhao")
    answer = sign_in(c.admin).post(
        f"/manage/people/{zhao.id}/edit",
        data=filled(c.other.id, name="赵子龙", username="zhao", post="书记", rank="一级科员", political="01"),
    )
    assert answer.status_code == 302
    kept = (zhao.name, zhao.unit_id, zhao.post, zhao.rank, zhao.political, zhao.active)
    assert kept == ("赵子龙", c.other.id, "书记", "一级科员", "01", True)
    assert acts() == ["person.update"]


def test_a_unit_outside_the_callers_cannot_be_chosen(app: Flask, sign_in) -> None:
    c = county()
    client = sign_in(c.town_admin)
    assert "有内容需要更正" in client.post("/manage/people/new", data=filled(c.other.id)).text
    assert client.post("/manage/people/new", data=filled(c.branch.id)).status_code == 200
    assert acts() == ["person.create"]


def test_a_new_person_is_kept_with_everything(app: Flask, sign_in, time) -> None:
    c = county()
    said = filled(
        c.branch.id, staff_no="ＱＨ００１", sex="f", id_number="110105 19491231 002x", phone="138-0000-0001",
        post="支部书记", since="2020-03-01", rank="一级科员", rank_since="2022-01-01", political="01",
        joined_on="2001-07-01",
    )  # fmt: skip
    assert sign_in(c.admin).post("/manage/people/new", data=said).status_code == 200
    made = db.session.scalars(sa.select(Person).where(Person.username == "wangfang")).one()
    assert (made.staff_no, made.sex, made.born_on) == ("QH001", "f", date(1949, 12, 31))
    assert (facts.id_number(made), facts.phone(made)) == (NUMBER, PHONE)
    assert (made.post, made.rank, made.political, made.joined_on) == (
        "支部书记", "一级科员", "01", date(2001, 7, 1),
    )  # fmt: skip
    assert corrections.dates(made) == Dates(date(2020, 3, 1), date(2022, 1, 1))
    [after] = db.session.scalars(sa.select(AuditEvent.after)).all()
    assert NUMBER not in after and PHONE not in after


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"id_number": "110105194912310021"}, "末位校验码对不上"),
        ({"id_number": "110105491231002"}, "15 位的旧号码，已停用"),
        ({"id_number": "11010519491231002"}, "身份证号应为 18 位"),
        ({"id_number": "11010519490230002X"}, "不是有效的出生日期"),
        ({"id_number": "A1010519491231002X"}, "前 17 位是数字"),
        ({"id_number": NUMBER, "sex": "m"}, "与身份证号第 17 位不符"),
        ({"phone": "0571-88888888"}, "手机号应为 1 开头的 11 位数字"),
        ({"staff_no": "a b"}, "工号为 1 至 50 个字母"),
        ({"username": "13800000009"}, "不能用手机号或身份证号"),
        ({"username": NUMBER}, "不能用手机号或身份证号"),
        ({"rank": "省长"}, "Not a valid choice"),
        ({"political": "13", "joined_on": "2001-07-01"}, "政治面貌是中共党员或预备党员时才填"),
        ({"political": "01", "joined_on": "2026-11-24"}, "这一天还没有到"),
        ({"since": "0202-03-01"}, "年份不对"),
        ({"since": "2026-11-24"}, "这一天还没有到"),
        ({"rank": "一级科员", "rank_since": "2026-11-24"}, "这一天还没有到"),
    ],
)
def test_what_cannot_be_is_said_at_its_field(app: Flask, sign_in, time, change, message) -> None:
    c = county()
    page = sign_in(c.admin).post("/manage/people/new", data=filled(c.branch.id, **change))
    assert message in page.text or (message.startswith("Not") and "有内容需要更正" in page.text)
    assert people_count() == 2 and acts() == []


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"username": "ZHAO"}, "这个用户名已有人使用"),
        ({"staff_no": "qh1"}, "这个工号已登记在另一人名下"),
        ({"id_number": NUMBER}, "这个身份证号已登记在另一人名下"),
    ],
)
def test_what_another_has_is_said_at_its_field(app: Flask, sign_in, change, message) -> None:
    c = county()
    numbered(c, staff_no="QH1")
    page = sign_in(c.admin).post("/manage/people/new", data=filled(c.branch.id, **change))
    field = next(iter(change))
    assert re.search(rf'id="{field}-error">{message}', page.text)
    assert people_count() == 3 and acts() == ["person.create"]


def test_the_stored_numbers_stay_on_the_server(app: Flask, sign_in) -> None:
    c = county()
    zhao = numbered(c)
    client = sign_in(c.admin)
    for path in ("", "/edit"):
        page = client.get(f"/manage/people/{zhao.id}{path}").text
        assert "110105**********2X" in page and "138****0001" in page
        assert NUMBER not in page and PHONE not in page
    page = client.post(f"/manage/people/{zhao.id}/edit", data=as_kept(zhao, name=""))
    assert "有内容需要更正" in page.text and NUMBER not in page.text and PHONE not in page.text


def test_an_empty_number_is_kept_and_a_ticked_one_removed(app: Flask, sign_in) -> None:
    c = county()
    zhao = numbered(c)
    client = sign_in(c.admin)
    path = f"/manage/people/{zhao.id}/edit"
    assert client.post(path, data=as_kept(zhao, post="干事")).status_code == 302
    assert (facts.id_number(zhao), facts.phone(zhao), zhao.sex) == (NUMBER, PHONE, "f")
    both = as_kept(zhao, phone="13900000002", remove_phone="y")
    assert "既填了新号码，又选了删去" in client.post(path, data=both).text
    assert client.post(path, data=as_kept(zhao, phone="13900000002", remove_id_number="y", sex="f"))
    assert (facts.id_number(zhao), facts.phone(zhao)) == ("", "13900000002")
    assert (zhao.id_number_digest, zhao.sex, zhao.born_on) == (None, "f", None)
    page = client.post(path, data=as_kept(zhao, id_number=NUMBER, sex="m"))
    assert "与身份证号第 17 位不符" in page.text


def test_two_who_change_the_numbers_do_not_overwrite_each_other(app: Flask, sign_in) -> None:
    c = county()
    zhao = numbered(c)
    client = sign_in(c.admin)
    path = f"/manage/people/{zhao.id}/edit"
    shown = re.search(r'name="shown"[^>]*value="(\w+)"', client.get(path).text)
    assert shown is not None
    assert client.post(path, data=as_kept(zhao, phone="13900000002", sex="f")).status_code == 302
    late = client.post(path, data=as_kept(zhao, phone="13900000003", shown=shown[1]))
    assert "内容已有改动" in late.text and facts.phone(zhao) == "13900000002"


def test_full_numbers_are_shown_once_and_written_down(app: Flask, sign_in) -> None:
    c = county()
    zhao = numbered(c)
    client = sign_in(c.admin)
    assert client.get(f"/manage/people/{zhao.id}/numbers").status_code == 405
    page = client.post(f"/manage/people/{zhao.id}/numbers")
    assert NUMBER in page.text and PHONE in page.text and page.headers["Cache-Control"] == "no-store"
    assert acts() == ["person.create", "person.reveal"]
    events = db.session.scalars(sa.select(AuditEvent.summary + sa.func.coalesce(AuditEvent.after, ""))).all()
    assert not any(NUMBER in event or PHONE in event for event in events)


def test_a_lost_key_is_said_in_words_and_changes_nothing(app: Flask, sign_in, monkeypatch) -> None:
    c = county()
    zhao = numbered(c)
    client = sign_in(c.admin)
    monkeypatch.setitem(app.config, "DATA_KEY", "another key of more than thirty-two characters")
    assert client.get("/manage/people").status_code == 200
    answers = [
        client.get(f"/manage/people/{zhao.id}"),
        client.post(f"/manage/people/{zhao.id}/edit", data=as_kept(zhao, name="赵子龙")),
        client.post("/manage/people/people.xlsx"),
    ]
    assert [answer.status_code for answer in answers] == [500, 500, 500]
    assert all("核对 DATA_KEY" in answer.text for answer in answers)
    assert zhao.name == "赵云" and acts() == ["person.create"]


def test_the_form_corrects_and_does_not_transfer(app: Flask, sign_in) -> None:
    c = county()
    zhao = numbered(c, rank="一级科员")
    client = sign_in(c.admin)
    path = f"/manage/people/{zhao.id}/edit"
    assert "只更正录错的内容" in client.get(path).text
    change = as_kept(zhao, unit_id=c.other.id, post="委员", since="2024-01-01", rank="二级科员",
                     rank_since="2023-01-01")  # fmt: skip
    assert client.post(path, data=change).status_code == 302
    [home], [rank] = postings.of(zhao.id), promotions.of(zhao.id)
    assert (home.unit_id, home.post, home.since) == (c.other.id, "委员", date(2024, 1, 1))
    assert (rank.rank, rank.since) == ("二级科员", date(2023, 1, 1))
    after = json.loads(db.session.scalars(sa.select(AuditEvent.after).order_by(AuditEvent.id)).all()[-1])
    assert (after["since"], after["rank_since"], after["id_number"]) == (
        "2024-01-01", "2023-01-01", "110105**********2X",
    )  # fmt: skip
    refused = client.post(path, data=as_kept(zhao, rank="", rank_since="2022-01-01"))
    assert "没有选职级，不用填日期" in refused.text and zhao.rank == "二级科员"


def test_a_rank_from_before_the_list_stays_selectable(app: Flask, sign_in) -> None:
    c = county()
    zhao = numbered(c, rank="七级职员")
    client = sign_in(c.admin)
    path = f"/manage/people/{zhao.id}/edit"
    page = client.get(path).text
    assert '<option selected value="七级职员">' in page and '<optgroup label="公务员职级">' in page
    assert client.post(path, data=as_kept(zhao, rank="七级职员", post="书记")).status_code == 302
    assert (zhao.rank, zhao.post) == ("七级职员", "书记")


def test_strangers_are_not_found_and_superiors_not_touched(app: Flask, sign_in) -> None:
    c = county()
    stranger = factories.person("孙权", c.other)
    superior = factories.person("曹鹏", c.branch)
    factories.grant(superior, Role.AUDITOR, c.root)
    client = sign_in(c.town_admin)
    for path in ("edit", "password", "numbers", "activate", "deactivate", "transfer", "leave"):
        assert client.post(f"/manage/people/{stranger.id}/{path}", data={}).status_code == 404
        assert client.post(f"/manage/people/{superior.id}/{path}", data={}).status_code == 403
    assert client.get(f"/manage/people/{stranger.id}").status_code == 404
    page = client.get(f"/manage/people/{superior.id}").text
    assert "另在您管理范围以外的单位担任 1 个角色" in page and "修改信息" not in page
    assert acts() == []


def test_deactivation_and_reset_sign_the_person_out(app: Flask, sign_in) -> None:
    c = county()
    zhao, qian = factories.person("赵云", c.branch, username="zhao"), factories.person("钱进", c.branch)
    theirs, his = sign_in(zhao), sign_in(qian)
    admin = sign_in(c.admin)
    assert "账号已停用" in admin.post(f"/manage/people/{zhao.id}/deactivate", follow_redirects=True).text
    assert theirs.get("/").status_code == 302 and not zhao.active and zhao.left_on is None
    admin.post(f"/manage/people/{zhao.id}/deactivate")  # once more: nothing happens
    code = code_on(admin.post(f"/manage/people/{qian.id}/password"))
    assert his.get("/").status_code == 302 and qian.password_hash is None
    entered = his.post("/sign-in", data={"username": qian.username, "password": code})
    assert entered.location == "/sign-in/password"
    open_sessions = (
        sa.select(sa.func.count()).select_from(SignInSession).where(SignInSession.revoked_at.is_(None))
    )
    assert db.session.scalar(open_sessions) == 1
    admin.post(f"/manage/people/{zhao.id}/activate")
    assert zhao.active and theirs.get("/").status_code == 302
    assert acts() == ["person.deactivate", "person.reset", "person.activate"]


def test_a_code_says_what_it_voids_and_a_second_click_voids_nothing(app: Flask, sign_in, time) -> None:
    c = county()
    zhao, admin = factories.person("赵云", c.branch, username="zhao"), sign_in(c.admin)
    page, reset = f"/manage/people/{zhao.id}", f"/manage/people/{zhao.id}/password"
    assert "还没有登录码" in admin.get(page).text
    first = admin.post(reset)
    assert "已生成首次登录码" in first.text and "作废</h1>" not in first.text
    again = admin.post(reset)  # the page loaded again
    assert again.status_code == 409 and "没有再生成" in again.text
    assert codes.opens(zhao.id, code_on(first), time.now)
    text = admin.get(page).text
    assert "登录码（登录条）已于 2026-11-23 09:00 生成，2026-12-23 前有效" in text and "忘记密码" not in text
    seen = re.search(r'name="seen" value="([^"]+)"', text)
    second = admin.post(reset, data={"seen": seen[1] if seen else ""})
    assert "已生成新的首次登录码，原登录码（登录条）作废" in second.text
    assert not codes.opens(zhao.id, code_on(first), time.now)
    time.advance(days=31)
    assert "已于 2026-12-23 到期" in sign_in(c.admin).get(page).text


def test_a_start_that_nobody_said_is_called_so(app: Flask, sign_in, time) -> None:
    c = county()
    admin, day = sign_in(c.admin), "2026-11-23"
    for username, since, said in (("wang", "", True), ("li", "2026-11-01", False)):
        admin.post("/manage/people/new", data=filled(c.branch.id, username=username, since=since))
        person = db.session.scalars(sa.select(Person).where(Person.username == username)).one()
        assert ("未注明起始日期，按建档日期记" in admin.get(f"/manage/people/{person.id}").text) is said
        assert (f"{day}（未注明，按建档日期记）" in sign_in(person).get("/me/data").text) is said


def test_the_way_back_is_to_the_list_as_it_was(app: Flask, sign_in) -> None:
    c = county()
    page, admin = f"/manage/people/{c.town_admin.id}", sign_in(c.admin)
    for came, back in (
        ("http://localhost/manage/people?q=lin&page=2", "/manage/people?q=lin&amp;page=2"),
        ("http://elsewhere.example/manage/people?q=lin", "/manage/people"),
        ("http://localhost/manage/people/1?q=lin", "/manage/people"),
    ):
        assert f'<a href="{back}">返回人员' in admin.get(page, headers={"Referer": came}).text


def test_nobody_locks_themselves_out(app: Flask, sign_in) -> None:
    c = county()
    client = sign_in(c.admin)
    for path in ("deactivate", "leave", "password"):
        assert client.post(f"/manage/people/{c.admin.id}/{path}").status_code == 409
    assert c.admin.active and acts() == []
    assert "这是您自己的账号" in client.get(f"/manage/people/{c.admin.id}").text


def test_a_security_officer_reads_and_changes_nothing(app: Flask, sign_in) -> None:
    c = county()
    officer = factories.person("唐敏", c.town)
    factories.grant(officer, Role.SECURITY, c.town)
    zhao = numbered(c)
    client = sign_in(officer)
    page = client.get("/manage/people").text
    assert "唐敏" in page and "新建人员" not in page
    page = client.get(f"/manage/people/{zhao.id}").text
    assert "110105**********2X" in page
    for word in ("显示完整号码", "修改信息", "调动", "停用账号", "办理离开"):
        assert word not in page
    assert client.get("/manage/units").status_code == 200
    for path in (
        "people/new",
        f"people/{zhao.id}/edit",
        f"people/{zhao.id}/leave",
        "units/new",
        "people/import",
    ):
        assert client.get(f"/manage/{path}").status_code == 403
    assert client.post(f"/manage/people/{zhao.id}/numbers").status_code == 403
    assert acts() == ["person.create"]


@pytest.mark.parametrize("rows", [1, 3, 30])
def test_the_page_takes_the_same_queries_for_any_history(app: Flask, sign_in, time, queries, rows) -> None:
    c = county()
    zhao = numbered(c)
    for n in range(rows):
        unit = factories.unit(f"专班{n}", c.town)
        factories.save(postings.Posting(person_id=zhao.id, unit_id=unit.id, kind="secondment",
                                        since=date(2021, 1, 1)))  # fmt: skip
        factories.save(promotions.RankChange(person_id=zhao.id, rank="一级科员", since=date(1990 + n, 1, 1)))
        factories.grant(zhao, Role.LIAISON, unit)
    client = sign_in(c.admin)
    queries.statements.clear()
    assert client.get(f"/manage/people/{zhao.id}").status_code == 200
    assert len(queries) == 9


def test_what_a_roster_may_bring_a_form_may_keep(app: Flask, sign_in, time) -> None:
    """A long staff number, and a username that was a phone before that was refused."""
    c = county()
    staff_no, client = "QH@" + "7" * 40, sign_in(c.admin)
    old = factories.person("赵云", c.branch, username="13800000009", staff_no=staff_no)
    where, sent = f"/manage/people/{old.id}/edit", {"username": "13800000009", "staff_no": staff_no}
    assert client.post(where, data=as_kept(old, post="书记", **sent)).status_code == 302
    assert (old.post, old.staff_no) == ("书记", staff_no)

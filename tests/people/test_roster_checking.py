"""Whom a row means, what it changes, what is wrong with it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.domain.access import Role
from app.people import facts, postings
from app.people.models import Person, RankChange, RosterImport, RosterRow, Unit
from app.people.roster import work
from app.people.roster.places import Places
from app.web import sealing
from app.web.db import db
from app.web.uploads import State
from tests import factories
from tests.people.rosters import HEAD, checked, faults, id_number, latest, outcomes, upload, xlsx
from tests.people.school import County, county

TOWN, BRANCH = "溪川镇党委", "云岭村党支部"
BROKEN = b"PK\x03\x04 and no more of the archive"


@pytest.fixture
def c(app: Flask, time: Any) -> County:
    return county()


@pytest.fixture
def check(c: County, sign_in: Any) -> Callable[..., str]:
    """Upload rows for the county as its admin, and let the worker check them."""
    return lambda *rows, header=HEAD: checked(sign_in(c.admin), c, xlsx(*rows, header=header))


def someone(name: str, unit: Unit, number: str = "", **more: Any) -> Person:
    sealed = {"id_number_sealed": sealing.seal(facts.ID_NUMBER, number)} if number else {}
    digest = facts.digest(facts.ID_NUMBER, number)
    return factories.person(name, unit, id_number_digest=digest, **sealed, **more)


def row(
    name: str, number: str = "", staff_no: str = "", phone: str = "", unit: str = BRANCH, *rest: str
) -> Any:
    return (name, number, staff_no, phone, unit, *rest)


def test_people_are_found_by_number_then_staff_number_then_username(c: County, check: Any) -> None:
    someone("王芳", c.branch, id_number(1))
    someone("李四", c.branch, staff_no="a1")
    someone("赵云", c.branch, username="zhao")
    check(
        ("王芳", id_number(1), "", "", BRANCH), ("李四", "", "A1", "", BRANCH),
        ("赵云", "", "", "ＺＨＡＯ", BRANCH), ("新人", id_number(2), "", "", BRANCH),
        header=("姓名", "身份证号", "工号", "用户名", "单位"),
    )  # fmt: skip
    assert outcomes() == {2: "same", 3: "same", 4: "same", 5: "new"}


def test_a_username_that_is_the_number_given_means_the_person_of_that_name(c: County, check: Any) -> None:
    someone("王芳", c.branch, username="13800000001")
    someone("李四", c.branch, username="a1")
    phone = "13800000003"
    sealed = {
        "phone_digest": facts.digest(facts.PHONE, phone),
        "phone_sealed": sealing.seal(facts.PHONE, phone),
    }
    someone("赵云", c.branch, username="zhao", **sealed)
    check(
        row("王芳", phone="13800000001"), row("李四", staff_no="A1"), row("赵云", phone="13800000003"),
        row("别人", phone="13800000001"),
    )  # fmt: skip
    assert outcomes() == {2: "update", 3: "update", 4: "same", 5: "new"}


def test_namesakes_who_share_a_phone_are_told_apart_by_other_numbers(c: County, check: Any) -> None:
    phone = "13800000001"
    sealed = {
        "phone_digest": facts.digest(facts.PHONE, phone),
        "phone_sealed": sealing.seal(facts.PHONE, phone),
    }
    someone("王芳", c.branch, staff_no="a1", **sealed)
    someone("李四", c.branch, id_number(1), **sealed)
    someone("赵云", c.branch, username="a3", staff_no="b3")
    check(
        row("王芳", staff_no="a2", phone=phone), row("李四", id_number(2), phone=phone),
        row("赵云", staff_no="a3"),
    )  # fmt: skip
    assert outcomes() == {2: "new", 3: "new", 4: "new"}
    check(row("王芳", phone=phone), row("李四", staff_no="a4", phone=phone))
    assert outcomes() == {2: "same", 3: "update"}


def test_whoever_is_known_by_name_and_phone_keeps_the_username(c: County, check: Any) -> None:
    phone = "13800000001"
    digest = facts.digest(facts.PHONE, phone)
    someone("王芳", c.branch, username="wang", phone_digest=digest)
    check(
        ("王芳", phone, "wang9", BRANCH), ("王芳", phone, "", BRANCH),
        header=("姓名", "手机号", "用户名", "单位"),
    )  # fmt: skip
    assert faults()[0] == (2, "username", "此人的用户名是“wang”，不能由表格更改")


def test_changes_moves_and_what_stays(c: County, check: Any) -> None:
    someone("王芳", c.branch, id_number(1), rank="二级科员")
    someone("李四", c.branch, id_number(2), political="01")
    someone("赵云", c.town, id_number(3), post="镇长")
    check(
        row("王芳", id_number(1), "", "", BRANCH, "书记", "一级科员", ""),
        row("李四", id_number(2), "", "", "石桥镇党委", "", "", ""),
        row("赵云", id_number(3), "", "", "", "", "", ""),
    )
    assert (outcomes(), faults()) == ({2: "update", 3: "move", 4: "same"}, [])


def test_the_same_person_twice_is_told_on_both_rows(c: County, check: Any) -> None:
    someone("赵云", c.branch, id_number(3), staff_no="z1")
    check(
        row("王芳", id_number(1)), row("李四", id_number(2)), row("王芳", id_number(1)),
        row("赵云", id_number(3)), row("赵云", staff_no="Z1"),
        row("周瑜", phone="13800000009"), row("周瑜", phone="13800000009"),
    )  # fmt: skip
    said = "与第 {} 行是同一个人或用了同一个号码"
    assert faults() == [
        (2, "id_number", said.format(4)),
        (4, "id_number", said.format(2)),
        (5, "name", said.format(6)),
        (6, "name", said.format(5)),
        (7, "phone", said.format(8)),
        (8, "phone", said.format(7)),
    ]
    assert outcomes()[3] == "new"


def test_one_phone_may_serve_two_people(c: County, check: Any) -> None:
    check(
        row("王芳", id_number(1), phone="13800000001"), row("李四", id_number(2), phone="13800000001"),
        row("王芳", id_number(5), phone="13800000001"),
    )  # fmt: skip
    assert set(outcomes().values()) == {"new"}


def test_a_namesake_without_a_number_is_never_guessed(c: County, check: Any) -> None:
    someone("王芳", c.branch)
    check(
        row("王芳"), row("王芳", unit=TOWN), row("李四"), row("李四"), row("赵云"), row("赵云", id_number(1))
    )
    words = "同单位已有同名人员，分不清是不是同一人"
    assert faults() == [(n, "name", words) for n in (2, 4, 5, 6)]
    assert outcomes()[3] == outcomes()[7] == "new"


def test_numbers_that_contradict_each_other(c: County, check: Any) -> None:
    someone("王芳", c.branch, id_number(1), staff_no="a1", username="wang")
    someone("李四", c.branch, staff_no="a2")
    check(
        ("王芳", id_number(1), "A2", "", BRANCH), ("王芳", id_number(5), "a1", "", BRANCH),
        ("李五", "", "a2", "", BRANCH), ("王芳", id_number(1), "", "wang2", BRANCH),
        header=("姓名", "身份证号", "工号", "用户名", "单位"),
    )  # fmt: skip
    own = [fault for fault in faults() if "同一个号码" not in fault[2]]
    assert own == [
        (2, "staff_no", "这个号码属于另一个人"),
        (3, "staff_no", "按这个号码查到的人员，身份证号与表中不同"),
        (4, "staff_no", "已登记为“李四”，与表中姓名不同"),
        (5, "username", "此人的用户名是“wang”，不能由表格更改"),
    ]


def test_a_new_name_with_the_same_identity_number_is_a_change(c: County, check: Any) -> None:
    someone("王芳", c.branch, id_number(1))
    check(row("王若芳", id_number(1)))
    assert outcomes() == {2: "update"}


def test_people_outside_the_importers_units_are_neither_changed_nor_told_of(c: County, sign_in: Any) -> None:
    someone("秘密人", c.other, id_number(1), username="13800000001")
    upload(
        sign_in(c.town_admin), c.town.id, xlsx(row("王芳", id_number(1)), row("秘密人", phone="13800000001"))
    )
    work.QUEUE.read_waiting()
    assert outcomes() == {2: "fault", 3: "new"}
    [(_row, _field, _text)] = faults()
    stored = db.session.get_one(RosterRow, (latest().id, 2))
    [[_name, message]] = work.cells.unseal_faults(stored.faults)
    assert "管理范围以外" in message and "秘密人" not in message and "石桥" not in message


def test_who_serves_above_or_has_left_is_not_changed(c: County, check: Any, sign_in: Any) -> None:
    serving = someone("王芳", c.branch, id_number(1))
    factories.grant(serving, Role.GRADER, c.root)
    someone("李四", c.branch, id_number(2), left_on=date(2026, 1, 1), active=False)
    data = xlsx(row("王芳", id_number(1), "", "", BRANCH, "书记"), row("李四", id_number(2)))
    upload(sign_in(c.town_admin), c.town.id, data)
    work.QUEUE.read_waiting()
    assert faults() == [
        (2, "name", "此人担任管理角色，请由有权管理其登录的管理员更改"),
        (3, "name", "此人已于 2026-01-01 离开"),
    ]
    check(row("王芳", id_number(1), "", "", BRANCH, "书记"))
    assert outcomes() == {2: "update"}


def test_faults_of_single_cells(c: County, check: Any) -> None:
    header = (
        "姓名",
        "身份证号",
        "手机号",
        "工号",
        "单位编码",
        "职级",
        "性别",
        "政治面貌",
        "是否党员",
        "入党时间",
    )
    bad = id_number(1)[:-1] + ("0" if id_number(1)[-1] != "0" else "1")
    check(
        ("", "", "", "x1", "xc"), ("李四", bad, "", "", "xc"), ("赵云", "110101900101123", "", "", "xc"),
        ("钱进", id_number(2)[:15] + "000", "", "", "xc"), ("孙权", "1.10101E+17", "", "", "xc"),
        ("周瑜", "E1234567", "", "", "xc"), ("吴用", "", "139 0000", "", "xc"), ("郑和", "", "", "a b", "xc"),
        ("王五", "", "", "w5", "nope"), ("冯异", "", "", "f1", "xc", "科员"),
        ("陈平", "", "", "c1", "xc", "", "？"),
        ("褚遂良", id_number(4), "", "", "xc", "", "男"), ("卫青", "", "", "w1", "xc", "", "", "先进"),
        ("蒋干", "", "", "j1", "xc", "", "", "群众", "是"), ("沈括", "", "", "s1", "xc", "", "", "", "也许"),
        ("韩信", "", "", "h1", "xc", "", "", "党员", "", "2030-01"),
        ("杨修", "", "", "y1", "xc", "", "", "群众", "", "2019-07"),
        ("一、机关支部", "", "", "t1", "xc"), ("长" * 51, "", "", "l1", "xc"), ("朱熹", "", "", "z1", ""),
        header=header,
    )  # fmt: skip
    assert [(n, field, text[:9]) for n, field, text in faults()] == [
        (2, "name", "没有填姓名"),
        (3, "id_number", "末位校验码对不上，"),
        (4, "id_number", "这是 15 位的旧"),
        (5, "id_number", "这个号码被表格软件"),
        (6, "id_number", "这个号码被表格软件"),
        (7, "id_number", "身份证号应为 18"),
        (8, "phone", "不是 11 位手机"),
        (9, "staff_no", "工号为 1 至 5"),
        (10, "unit_code", "所选单位及其下属单"),
        (11, "rank", "“科员”认不出来"),
        (12, "sex", "“？”认不出来"),
        (13, "sex", "与身份证号不符"),
        (14, "political", "“先进”认不出来"),
        (15, "member", "与政治面貌不符"),
        (16, "member", "“也许”认不出来"),
        (17, "joined_on", "“2030-01”"),
        (18, "joined_on", "不是党员，却有入党"),
        (19, "name", "不像一个人的姓名"),
        (20, "name", "内容太长，最多 5"),
        (21, "unit", "没有填单位"),
    ]


def test_yes_or_no_does_not_undo_what_is_known(c: County, check: Any) -> None:
    someone("王芳", c.branch, staff_no="a1", political="02")
    someone("李四", c.branch, staff_no="a2", political="01")
    someone("赵云", c.branch, staff_no="a3", political="13")
    check(
        ("王芳", "a1", "是", BRANCH), ("李四", "a2", "否", BRANCH), ("赵云", "a3", "否", BRANCH),
        ("周瑜", "a4", "预备党员", BRANCH), header=("姓名", "工号", "是否党员", "单位"),
    )  # fmt: skip
    assert faults() == [(3, "member", "现登记为中共党员")]
    assert outcomes() == {2: "same", 3: "fault", 4: "same", 5: "new"}


def test_dates_of_ranks_must_fit_what_is_known(c: County, check: Any) -> None:
    for number, name in enumerate(("王芳", "李四", "赵云", "周瑜"), 1):
        person = someone(name, c.branch, staff_no=f"a{number}", rank="二级科员")
        factories.save(RankChange(person_id=person.id, rank="二级科员", since=date(2020, 1, 1)))
    check(
        ("王芳", "a1", "二级科员", "2020-01", BRANCH), ("李四", "a2", "一级科员", "2019-12", BRANCH),
        ("赵云", "a3", "二级科员", "2020-02", BRANCH), ("周瑜", "a4", "一级科员", "2026-01", BRANCH),
        ("新人", "a5", "", "2026-01", BRANCH), header=("姓名", "工号", "职级", "任现职级时间", "单位"),
    )  # fmt: skip
    assert faults() == [
        (3, "rank_since", "与已登记的二级科员（2020-01-01）不一致"),
        (4, "rank_since", "与已登记的二级科员（2020-01-01）不一致"),
        (6, "rank", "填了任现职级时间，却没有填职级"),
    ]
    assert (outcomes()[2], outcomes()[5]) == ("same", "update")


def test_dates_of_posts_must_fit_what_is_known(c: County, check: Any) -> None:
    for number, name in enumerate(("王芳", "李四", "赵云", "周瑜"), 1):
        person = someone(name, c.branch, staff_no=f"a{number}", post="干事")
        postings.open_homes([(person, date(2020, 1, 1))])
    check(
        ("王芳", "a1", "", "2020-01", BRANCH), ("李四", "a2", "", "2020-02", BRANCH),
        ("赵云", "a3", "书记", "2019-12", BRANCH), ("周瑜", "a4", "", "2019-12", "石桥镇党委"),
        ("新人", "a5", "", "2030-01", BRANCH), header=("姓名", "工号", "职务", "任现职时间", "单位"),
    )  # fmt: skip
    said = "与已登记的起始日期 2020-01-01 不一致"
    assert faults() == [
        *((number, "post_since", said) for number in (3, 4, 5)),
        (6, "post_since", "“2030-01”不是能确定的日期"),
    ]
    assert outcomes()[2] == "same"


def test_another_post_from_an_earlier_day_never_takes_the_place_of_the_one_known(
    c: County, check: Any
) -> None:
    for number, (name, post) in enumerate((("王芳", "干事"), ("李四", "")), 1):
        person = someone(name, c.branch, staff_no=f"a{number}", post=post)
        postings.open_homes([(person, factories.CREATED.date())])  # nobody said since when
    rows = ("王芳", "a1", "书记", "2020-05"), ("李四", "a2", "书记", "2020-05")
    check(*rows, header=("姓名", "工号", "职务", "任现职时间"))
    assert faults() == [(2, "post_since", f"与已登记的起始日期 {factories.CREATED:%Y-%m-%d} 不一致")]
    assert outcomes()[3] == "update"


def test_units_by_code_name_short_name_path_and_label(c: County) -> None:
    c.branch.short_name = "云岭支部"
    twin = factories.unit("云岭村党支部", c.other, code="sq-01")
    factories.unit("旧单位", c.root, closed_at=datetime(2026, 1, 1, tzinfo=UTC))
    places = Places(c.root.path)
    for text in (
        "溪川镇党委/云岭村党支部",
        "青禾县／溪川镇党委＞云岭村党支部",
        "云岭 支部",
        "云岭村党支部（xc-01）",
    ):
        assert places.find(text, "") == (c.branch.id, ""), text
    assert places.find("石桥镇党委/云岭村党支部", "") == (twin.id, "")
    assert places.find("随便", "XC-01") == (c.branch.id, "")
    assert places.find("xc-01", "") == (c.branch.id, "")
    assert places.find("云岭村党支部", "")[1] == (
        "不止一个单位叫“云岭村党支部”：青禾县/溪川镇党委/云岭村党支部（xc-01）、青禾县/石桥镇党委/云岭村党支部（sq-01）。"
        "请填单位编码。"
    )
    assert "相近的有：青禾县/石桥镇党委（sq）" in places.find("石桥镇", "")[1]
    assert places.find("旧单位", "")[0] is None and places.find("", "zz")[0] is None
    assert Places(c.town.path).find("石桥镇党委", "")[0] is None


def test_a_sheet_without_a_unit_column_is_about_the_unit_chosen(c: County, sign_in: Any) -> None:
    someone("李四", c.other, staff_no="a2")
    data = xlsx(("王芳", "a1"), ("李四", "a2"), header=("姓名", "工号"))
    upload(sign_in(c.admin), c.town.id, data)
    work.QUEUE.read_waiting()
    assert outcomes() == {2: "new", 3: "fault"}
    assert faults() == [(3, "unit", "此人现在不在所选的单位")]


def test_usernames_come_from_staff_numbers_then_from_letters_never_from_phones(c: County, check: Any) -> None:
    someone("张三", c.town, username="zhangsan1", pinyin="zhangsan")
    someone("别人", c.town, username="zhangsan2")
    someone("某人", c.town, username="a7")
    check(
        row("甲", staff_no="A1"), row("乙", phone="13800000001"),
        row("丙", id_number(1), phone="13800000001"),
        row("张三", id_number(2)), row("张三", id_number(3)), row("丁", staff_no="7", phone="13800000002"),
        row("戊", staff_no="A7"), row("买买提·艾力", id_number(4)),
    )  # fmt: skip
    rows = db.session.scalars(
        sa.select(RosterRow)
        .where(RosterRow.import_id == latest().id, RosterRow.number > 0)
        .order_by(RosterRow.number)
    )
    given = [work.cells.unseal(found.number, found.sealed)[1]["username"] for found in rows]
    assert given == [
        "a1", "yi1", "bing1", "zhangsan4", "zhangsan3", "ding1", "wu1", "maimaitiaili1",
    ]  # fmt: skip


def test_nobody_new_gets_a_username_that_tells_a_number(c: County, check: Any) -> None:
    someone("李四", c.branch, username="13800000002")
    check(
        ("王芳", "13800000001", "", "a1", BRANCH), ("赵云", id_number(1), "", "a2", BRANCH),
        ("李四", "13800000002", "", "a3", BRANCH), ("马超", "", "13800000003", "a4", BRANCH),
        header=("姓名", "用户名", "工号", "职务", "单位"),
    )  # fmt: skip
    shown = "用户名会显示在名单和记录里，不能用手机号或身份证号"
    assert faults() == [(2, "username", shown), (3, "username", shown)]
    assert outcomes() == {2: "fault", 3: "fault", 4: "update", 5: "new"}
    row = db.session.scalars(sa.select(RosterRow).where(RosterRow.number == 5)).one()
    assert work.cells.unseal(row.number, row.sealed)[1]["username"] == "machao1"


def test_who_is_missing_is_listed_and_stays_decided_through_another_check(c: County, check: Any) -> None:
    gone, left = someone("王芳", c.branch), someone("李四", c.branch, left_on=date(2026, 1, 1), active=False)
    check(row("新人", "", "n1"))
    number = latest().id
    missing = set(db.session.scalars(sa.select(RosterRow.person_id).where(RosterRow.outcome == "missing")))
    assert missing == {gone.id, c.admin.id, c.town_admin.id} and left.id not in missing
    decided = RosterRow.person_id == gone.id
    db.session.execute(sa.update(RosterRow).where(decided).values(outcome="leave", sealed="kept"))
    db.session.execute(sa.update(RosterImport).values(state=State.WAITING, revision=1))
    db.session.commit()
    work.QUEUE.read_waiting()
    [again] = db.session.scalars(sa.select(RosterRow).where(decided, RosterRow.import_id == number))
    assert (again.outcome, again.sealed) == ("leave", "kept")


def test_nothing_of_a_sheet_can_be_read_in_the_database(c: County, check: Any) -> None:
    check(row("王芳", id_number(1), "a1", "13800000001"))
    [stored] = db.session.scalars(sa.select(RosterRow).where(RosterRow.number > 0))
    assert "王芳" not in stored.sealed and id_number(1) not in stored.sealed
    assert latest().source is None


def test_a_fault_that_quotes_a_number_is_sealed(c: County, check: Any) -> None:
    check(("王芳", id_number(1), BRANCH), header=("姓名", "性别", "单位"))
    assert faults() == [(2, "sex", f"“{id_number(1)}”认不出来")]
    [stored] = db.session.scalars(sa.select(RosterRow).where(RosterRow.number > 0))
    assert "sex" not in stored.faults and id_number(1) not in stored.faults


def test_a_file_that_waits_is_sealed(c: County, sign_in: Any) -> None:
    data = f"姓名,身份证号,单位\n王芳,{id_number(1)},{BRANCH}\n".encode()
    upload(sign_in(c.admin), c.root.id, data, "名册.csv")
    waiting = latest().source
    assert waiting is not None and id_number(1).encode() not in waiting and "王芳".encode() not in waiting
    work.QUEUE.read_waiting()
    assert (outcomes(), latest().source) == ({2: "new"}, None)


def test_an_owner_who_lost_the_unit_imports_nothing(c: County, sign_in: Any) -> None:
    upload(sign_in(c.town_admin), c.town.id, xlsx(row("王芳", id_number(1))))
    db.session.execute(sa.text("DELETE FROM role_grant"))
    db.session.commit()
    work.QUEUE.read_waiting()
    assert (latest().state, latest().source) == (
        "failed",
        None,
    ) and "没有管理这个单位人员的权限" in latest().message


def test_an_unreadable_file_fails_in_words_and_delays_nobody(
    c: County, sign_in: Any, monkeypatch: Any
) -> None:
    admin = sign_in(c.admin)
    for data in (BROKEN, xlsx(row("王芳", id_number(1))), xlsx(row("李四", id_number(2)))):
        upload(admin, c.root.id, data)
    check, failed = work.checking.check, []

    def once(*args: Any) -> Any:
        if not failed:
            failed.append(1)
            raise RuntimeError("a mistake of ours")
        return check(*args)

    monkeypatch.setattr(work.checking, "check", once)
    while work.QUEUE.read_waiting():
        pass
    imports = db.session.scalars(sa.select(RosterImport).order_by(RosterImport.id)).all()
    assert [found.state for found in imports] == ["refused", "failed", "ready"]
    assert [found.source is None for found in imports] == [True, False, True]
    assert "另存为 .xlsx" in imports[0].message and "系统出了点问题" in imports[1].message


def test_a_stretch_checks_one_import(c: County, sign_in: Any) -> None:
    """Each may take a minute to be refused, and a stretch may take only so long."""
    for data in (BROKEN, xlsx(row("王芳", id_number(1)))):
        upload(sign_in(c.admin), c.root.id, data)
    assert work.QUEUE.read_waiting() == 1
    states = sa.select(RosterImport.state).order_by(RosterImport.id)
    assert db.session.scalars(states).all() == ["refused", "waiting"]
    assert work.QUEUE.read_waiting() == 1
    assert db.session.scalars(states).all() == ["refused", "ready"]
    assert work.QUEUE.read_waiting() == 0


def test_a_row_that_is_mended_while_the_worker_checks_is_checked_again(c: County, check: Any) -> None:
    check(row("王芳", id_number(1)))
    db.session.execute(sa.update(RosterImport).values(state=State.WAITING, revision=1))
    db.session.commit()
    read = work._stored_rows

    def meanwhile(number: int) -> Any:
        rows = read(number)
        db.session.execute(sa.update(RosterImport).values(revision=RosterImport.revision + 1))
        db.session.commit()
        return rows

    work._stored_rows = meanwhile
    try:
        assert work.QUEUE.read_waiting() == 0 and latest().state == "waiting"
    finally:
        work._stored_rows = read
    assert work.QUEUE.read_waiting() == 1 and latest().state == "ready"

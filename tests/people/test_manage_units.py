"""The pages of units: a level at a time, found by name, changed by those who may."""

import re
from datetime import date

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
from app.domain.access import Role
from app.people import picker, units
from app.people.models import Person, Posting, RoleGrant, Unit, UnitChange
from app.web import clock
from app.web.db import db
from tests import factories
from tests.conftest import START, Clock
from tests.people.school import acts, county


def filled(**more: object) -> dict[str, object]:
    return {"name": "双塘村党支部", "code": "SQ-02", "kind": "branch", "position": "2", **more}


def rows(page: str) -> list[tuple[str, ...]]:
    """(name, units below, own people, people with everything below) of the table."""
    found = re.findall(r"<tr>\s*<td class=\"wide\">(.*?)</tr>", page, re.S)
    cells = [re.sub(r"<[^>]+>", "", row.replace("</td>", "|")) for row in found]
    return [(parts[0], *parts[-4:-1]) for parts in ([c.strip() for c in row.split("|")] for row in cells)]


def test_a_units_page_shows_the_level_below_and_counts_everything_under_it(app: Flask, sign_in) -> None:
    c = county()
    factories.unit("先锋镇", c.root, code="a")
    factories.unit("撤了的镇", c.root, code="b", closed_at=START)
    factories.person("赵云", c.branch)
    factories.person("钱进", c.branch, active=False)
    page = sign_in(c.admin).get("/manage/units").text
    assert "<h1>青禾县</h1>" in page
    assert rows(page) == [
        ("先锋镇", "0", "0", "0"), ("石桥镇党委", "0", "0", "0"), ("溪川镇党委", "1", "1", "2"),
    ]  # fmt: skip
    assert "另有 1 个下级单位已经撤销" in page
    c.town.position = -1
    db.session.commit()
    assert rows(sign_in(c.admin).get(f"/manage/units/{c.root.id}").text)[0][0] == "溪川镇党委"
    assert rows(sign_in(c.admin).get(f"/manage/units/{c.root.id}?closed=1").text) == [
        ("撤了的镇 已撤销", "0", "0", "0")
    ]


def test_pages_are_scoped(app: Flask, sign_in) -> None:
    c = county()
    client = sign_in(c.town_admin)
    page = client.get("/manage/units").text
    assert "<h1>溪川镇党委</h1>" in page and "石桥镇" not in page
    assert "青禾县</a>" not in page  # the way up ends at the head of one's own tree
    assert client.get(f"/manage/units/{c.branch.id}").status_code == 200
    for unit in (c.root, c.other):
        assert client.get(f"/manage/units/{unit.id}").status_code == 404
    assert "石桥镇" not in client.get("/manage/units?q=镇").text


def test_someone_of_several_subtrees_sees_their_heads(app: Flask, sign_in) -> None:
    c = county()
    factories.grant(c.town_admin, Role.LIAISON, c.other)
    assert [row[0] for row in rows(sign_in(c.town_admin).get("/manage/units").text)] == [
        "石桥镇党委", "溪川镇党委",
    ]  # fmt: skip


def test_units_are_found_by_name_short_name_and_code(app: Flask, sign_in) -> None:
    c = county()
    c.branch.short_name = "云岭"
    factories.unit("云山支部", c.other, code="sq-07", closed_at=START)
    db.session.commit()
    client = sign_in(c.admin)
    for text, names in {
        "XC-": ["云岭村党支部"], "云岭": ["云岭村党支部"], "党委": ["石桥镇党委", "溪川镇党委"],
        "%": [], "云": ["云岭村党支部", "云山支部 已撤销"],
    }.items():  # fmt: skip
        assert [row[0] for row in rows(client.get("/manage/units", query_string={"q": text}).text)] == names
    assert "没有符合条件的单位" in client.get("/manage/units?q=nothing").text


@pytest.mark.parametrize("many", [1, 3, 30])
def test_pages_take_the_same_statements_for_any_number_of_units(
    app: Flask, sign_in, queries, many: int
) -> None:
    c = county()
    for _ in range(many):
        factories.unit("某支部", c.root)
    client = sign_in(c.admin)
    for url, statements in (("/manage/units", 10), ("/manage/units?q=支部", 6)):
        queries.statements.clear()
        assert client.get(url).status_code == 200
        assert len(queries) == statements, url


def test_a_new_unit_hangs_below_its_parent(app: Flask, sign_in) -> None:
    c = county()
    answer = sign_in(c.admin).post(
        "/manage/units/new", data=filled(parent_id=c.other.id, short_name="双塘", leading_group="y")
    )
    made = db.session.scalars(sa.select(Unit).where(Unit.code == "sq-02")).one()
    assert (answer.status_code, answer.location) == (302, f"/manage/units/{made.id}")
    assert (made.path, made.parent_id, made.position) == (f"{c.other.path}{made.id}/", c.other.id, 2)
    assert (made.short_name, made.leading_group) == ("双塘", True)
    assert acts() == ["unit.create"]
    assert "设立，名称“双塘村党支部”，上级“石桥镇党委”" in sign_in(c.admin).get(answer.location).text


def test_codes_are_unique_and_parents_in_scope(app: Flask, sign_in) -> None:
    c = county()
    taken = sign_in(c.admin).post("/manage/units/new", data=filled(parent_id=c.other.id, code="xc"))
    assert "这个编码已有单位使用" in taken.text
    outside = sign_in(c.town_admin).post("/manage/units/new", data=filled(parent_id=c.other.id))
    assert "有内容需要更正" in outside.text
    assert "请选择上级单位" in sign_in(c.admin).post("/manage/units/new", data=filled()).text
    assert acts() == []


def test_editing_a_unit_keeps_what_it_was_called(app: Flask, sign_in) -> None:
    c = county()
    path = f"/manage/units/{c.branch.id}/edit"
    data = filled(name="云岭村党总支", kind="general_branch", leading_group="y")
    assert sign_in(c.town_admin).post(path, data=data).status_code == 302
    assert (c.branch.name, c.branch.code, c.branch.path) == (
        "云岭村党总支",
        "sq-02",
        f"{c.town.path}{c.branch.id}/",
    )
    page = sign_in(c.town_admin).get(f"/manage/units/{c.branch.id}").text
    told = "名称由“云岭村党支部”改为“云岭村党总支”；编码由“xc-01”改为“sq-02”；"
    assert f"{told}类别由“党支部”改为“党总支”；设立党组" in page
    assert "林正光（lin）" in page
    assert "这个编码已有单位使用" in sign_in(c.admin).post(path, data=filled(code="sq")).text
    assert sign_in(c.town_admin).post(f"/manage/units/{c.other.id}/edit", data=filled()).status_code == 404
    assert acts() == ["unit.update"]


def test_the_order_among_siblings_is_no_history(app: Flask, sign_in) -> None:
    c = county()
    data = filled(name=c.branch.name, code=c.branch.code, position="9")
    assert sign_in(c.admin).post(f"/manage/units/{c.branch.id}/edit", data=data).status_code == 302
    assert db.session.scalar(sa.select(sa.func.count()).select_from(UnitChange)) == 0
    assert acts() == ["unit.update"]


def test_moving_takes_everything_below_along(app: Flask, sign_in, queries) -> None:
    c = county()
    leaf = factories.unit("第一党小组", c.branch)
    client = sign_in(c.admin)
    queries.statements.clear()
    answer = client.post(f"/manage/units/{c.branch.id}/move", data={"parent_id": c.other.id})
    assert (answer.status_code, answer.location) == (302, f"/manage/units/{c.branch.id}")
    assert len([s for s in queries.statements if s.startswith("UPDATE unit SET path")]) == 1
    assert (c.branch.parent_id, c.branch.path) == (c.other.id, f"{c.other.path}{c.branch.id}/")
    assert leaf.path == f"{c.other.path}{c.branch.id}/{leaf.id}/"
    assert "上级由“溪川镇党委”改为“石桥镇党委”" in client.get(answer.location).text
    assert sign_in(c.town_admin).get(answer.location).status_code == 404
    assert acts() == ["unit.reparent"]


def test_a_unit_cannot_stand_below_itself(app: Flask, sign_in) -> None:
    c = county()
    for target in (c.town, c.branch):
        answer = sign_in(c.admin).post(f"/manage/units/{c.town.id}/move", data={"parent_id": target.id})
        assert "不能移到自己或自己的下级之下" in answer.text
    assert c.town.path == f"{c.root.path}{c.town.id}/" and acts() == []


def test_moving_nowhere_else_is_said_and_does_nothing(app: Flask, sign_in) -> None:
    c = county()
    answer = sign_in(c.admin).post(f"/manage/units/{c.town.id}/move", data={"parent_id": c.root.id})
    assert "“溪川镇党委”现在的上级就是它" in answer.text
    assert acts() == []


@pytest.mark.parametrize(("verb", "field"), [("move", "parent_id"), ("merge", "target_id")])
def test_the_unit_and_those_below_it_are_not_offered_and_refused_in_words(
    app: Flask, sign_in, verb: str, field: str
) -> None:
    c = county()
    client, path = sign_in(c.admin), f"/manage/units/{c.town.id}/{verb}"
    offered = re.search(rf'<select[^>]*name="{field}"[^>]*>(.*?)</select>', client.get(path).text)
    assert offered is not None
    names = [name.strip("　") for name in re.findall(r">([^<]+)</option>", offered[1])]
    assert names == ["请选择", "青禾县", "石桥镇党委"]
    for unit in (c.town, c.branch):
        for sent in ({field: unit.id}, {f"{field}_text": unit.name}):
            assert "自己或自己的下级" in client.post(path, data={**sent, "sure": "y"}).text
    for number in range(picker.FEW):
        factories.unit(f"第{number}小组", c.other, code=f"g{number:02}", kind="branch")
    suggest = re.search(r'data-suggest="([^"]+)"', client.get(path).text)
    assert suggest is not None
    found = client.get(suggest[1].replace("&amp;", "&") + "&q=党").json["units"]
    assert [unit["label"] for unit in found] == ["石桥镇党委（sq）"]
    assert acts() == []


def test_the_merge_page_counts_what_there_is_and_no_zeros(app: Flask, sign_in) -> None:
    c = county()
    text = sign_in(c.admin).get(f"/manage/units/{c.other.id}/merge").text
    assert not re.search(r"\b0 [名个项]|本级|下级单位归到|授权即告终止", text)
    assert not re.search(r"\b0 [名个项]", sign_in(c.admin).get(f"/manage/units/{c.other.id}/move").text)


def test_nobody_moves_a_unit_into_a_tree_of_others(app: Flask, sign_in) -> None:
    c = county()
    client = sign_in(c.town_admin)
    for verb, field in (("move", "parent_id"), ("merge", "target_id")):
        answer = client.post(f"/manage/units/{c.branch.id}/{verb}", data={field: c.other.id, "sure": "y"})
        assert "请在您管理的单位中选一个" in answer.text
    assert acts() == []


def postings(person: Person) -> list[tuple[int, str, date, date | None, str]]:
    found = db.session.scalars(sa.select(Posting).where(Posting.person_id == person.id).order_by(Posting.id))
    return [(p.unit_id, p.kind, p.since, p.until, p.note) for p in found]


def told() -> list[tuple[str, str]]:
    """The acts and what they were done to, oldest first."""
    rows = db.session.execute(sa.select(AuditEvent.action, AuditEvent.target).order_by(AuditEvent.id))
    return [(action, target) for action, target in rows]


def test_merging_hands_over_people_units_and_postings(app: Flask, sign_in, time: Clock) -> None:
    c = county()
    group = factories.unit("第一党小组", c.branch)
    zhao, qian = factories.person("赵云", c.branch), factories.person("钱进", c.branch, active=False)
    sun = factories.person("孙权", c.root)
    liaison = factories.grant(zhao, Role.LIAISON, c.branch)
    old, today = date(2020, 5, 1), clock.day(START)
    for person, unit, kind, since in (
        (zhao, c.branch, "home", old), (sun, c.branch, "secondment", today), (sun, c.root, "home", old),
    ):  # fmt: skip
        factories.save(Posting(person_id=person.id, unit_id=unit.id, kind=kind, since=since, post="书记"))
    client = sign_in(c.admin)
    asked = client.get(f"/manage/units/{c.branch.id}/merge").text
    for line in (
        "本级 1 名人员转到",
        "1 个停用的账号一并",
        "1 名借入人员改为",
        "1 个下级单位归到",
        "1 项授权即告终止",
    ):
        assert line in asked
    data = {"target_id": c.other.id}
    assert "请先核对" in client.post(f"/manage/units/{c.branch.id}/merge", data=data).text
    answer = client.post(f"/manage/units/{c.branch.id}/merge", data={**data, "sure": "y"})
    assert (answer.status_code, answer.location) == (302, f"/manage/units/{c.other.id}")
    assert (zhao.unit_id, qian.unit_id, sun.unit_id) == (c.other.id, c.other.id, c.root.id)
    assert (group.parent_id, group.path) == (c.other.id, f"{c.other.path}{group.id}/")
    assert (c.branch.closed_at, c.branch.merged_into_id) == (START, c.other.id)
    assert c.branch.path == f"{c.town.path}{c.branch.id}/"
    assert liaison.ends_at == START
    note = "云岭村党支部并入石桥镇党委"
    assert postings(zhao) == [
        (c.branch.id, "home", old, date(2026, 11, 22), ""), (c.other.id, "home", today, None, note),
    ]  # fmt: skip
    assert postings(sun) == [
        (c.branch.id, "secondment", today, today, ""), (c.root.id, "home", old, None, ""),
        (c.other.id, "secondment", today, None, note),
    ]  # fmt: skip
    assert told() == [
        ("person.transfer", f"person:{zhao.id}"), ("person.transfer", f"person:{qian.id}"),
        ("person.second", f"person:{sun.id}"), ("role.revoke", f"person:{zhao.id}"),
        ("unit.merge", f"unit:{c.branch.id}"),
    ]  # fmt: skip
    for unit, text in (
        (c.branch, "这个单位已于 2026-11-23 并入“石桥镇党委”"), (c.branch, "并入“石桥镇党委”</p>"),
        (c.other, "“云岭村党支部”并入本单位"), (group, "上级由“云岭村党支部”改为“石桥镇党委”"),
    ):  # fmt: skip
        assert text in client.get(f"/manage/units/{unit.id}").text


def test_a_secondment_with_an_end_to_come_counts_and_goes_on_until_then(app: Flask, time: Clock) -> None:
    c = county()
    today, end, zhao = clock.day(START), date(2026, 12, 31), factories.person("赵云", c.town)
    for since, until in (
        (date(2026, 1, 1), end), (date(2026, 2, 1), today), (date(2026, 12, 1), end),
        (date(2025, 1, 1), date(2026, 11, 22)),
    ):  # fmt: skip
        factories.save(
            Posting(person_id=zhao.id, unit_id=c.other.id, kind="secondment", since=since, until=until)
        )
    assert units.holdings(c.other, START).lent == 3
    with pytest.raises(units.Refused):
        units.close(c.other, START)
    units.merge(c.other, c.root, START)
    note, ended = "石桥镇党委并入青禾县", date(2026, 11, 22)
    found = [(unit, since, until, said) for unit, _kind, since, until, said in postings(zhao)]
    assert sorted(found) == sorted([
        (c.other.id, date(2026, 1, 1), ended, ""), (c.root.id, today, end, note),
        (c.other.id, date(2026, 2, 1), ended, ""), (c.root.id, today, today, note),
        (c.root.id, date(2026, 12, 1), end, ""), (c.other.id, date(2025, 1, 1), ended, ""),
    ])  # fmt: skip


def test_a_unit_merges_into_the_one_above_it_but_not_below(app: Flask) -> None:
    c = county()
    group = factories.unit("第一党小组", c.branch)
    with pytest.raises(units.Refused):
        units.merge(c.town, group, START)
    db.session.rollback()
    units.merge(c.town, c.root, START)
    db.session.commit()
    assert (c.branch.path, group.path) == (
        f"{c.root.path}{c.branch.id}/",
        f"{c.root.path}{c.branch.id}/{group.id}/",
    )


def test_only_an_empty_unit_can_be_closed(app: Flask, sign_in, time: Clock) -> None:
    c = county()
    leaver = factories.person("钱进", c.other, active=False)
    grant = factories.grant(c.admin, Role.GRADER, c.other)
    client = sign_in(c.admin)
    full = client.get(f"/manage/units/{c.town.id}/close").text
    assert "1 名人员" in full and "1 个下级单位" in full and "撤销这个单位" not in full
    assert client.post(f"/manage/units/{c.town.id}/close").status_code == 409
    answer = client.post(f"/manage/units/{c.other.id}/close")
    assert (answer.status_code, c.other.closed_at, leaver.unit_id) == (302, START, c.other.id)
    assert (grant.ends_at, acts()) == (START, ["role.revoke", "unit.dissolve"])
    page = client.get(answer.location).text
    assert "这个单位已于 2026-11-23 撤销" in page and "/close" not in page


def test_a_closed_unit_is_restored_with_its_history_and_without_its_grants(
    app: Flask, sign_in, time: Clock
) -> None:
    c = county()
    grant = factories.grant(factories.person("钱进", c.town), Role.GRADER, c.other)
    client, page, restore = (
        sign_in(c.admin),
        f"/manage/units/{c.other.id}",
        f"/manage/units/{c.other.id}/restore",
    )
    assert "恢复这个单位" not in client.get(page).text
    assert "没有撤销" in client.post(restore).text
    client.post(f"{page}/close")
    assert "恢复这个单位" in client.get(page).text
    auditor = factories.person("孙权", c.root)
    factories.grant(auditor, Role.LIAISON, c.root)
    assert "恢复这个单位" not in sign_in(auditor).get(page).text
    assert sign_in(auditor).post(restore).status_code == 403
    assert sign_in(c.town_admin).post(restore).status_code == 404
    answer = client.post(restore)
    assert (answer.status_code, answer.location) == (302, page)
    db.session.expire_all()
    assert (c.other.closed_at, grant.ends_at) == (None, START)
    text = client.get(page).text
    assert re.findall(r'<li class="row-list__item"><p>([^<]+)', text) == ["恢复", "撤销"]
    assert "原有的授权没有恢复" in text and "恢复这个单位" not in text
    assert acts() == ["role.revoke", "unit.dissolve", "unit.restore"]


def test_what_stands_in_the_way_of_restoring_is_said(app: Flask, sign_in) -> None:
    c = county()
    shut = {"closed_at": START}
    parent = factories.unit("旧镇", c.root, code="old", **shut)
    child = factories.unit("旧支部", parent, code="old-1", **shut)
    twin = factories.unit("石桥镇党委", c.root, code="sq-2", **shut)
    merged = factories.unit("并掉的支部", c.town, code="m", merged_into_id=c.branch.id, **shut)
    client = sign_in(c.admin)
    for unit, said in ((child, "上级“旧镇”已经撤销"), (merged, "已经并入“云岭村党支部”")):
        answer = client.post(f"/manage/units/{unit.id}/restore")
        assert answer.status_code == 409 and said in answer.text
        db.session.expire_all()
        assert unit.closed_at is not None
    assert "恢复这个单位" not in client.get(f"/manage/units/{merged.id}").text
    for unit in (parent, child, twin):  # a name stands in nobody's way, here as when a unit is made
        assert client.post(f"/manage/units/{unit.id}/restore").status_code == 302
    assert acts() == ["unit.restore"] * 3


def test_a_closed_unit_is_changed_no_more(app: Flask, sign_in) -> None:
    c = county()
    client = sign_in(c.admin)
    assert client.post(f"/manage/units/{c.other.id}/close").status_code == 302
    for verb, data in {
        "edit": filled(), "move": {"parent_id": c.town.id}, "close": {},
        "merge": {"target_id": c.town.id, "sure": "y"},
    }.items():  # fmt: skip
        assert client.post(f"/manage/units/{c.other.id}/{verb}", data=data).status_code == 409
    for verb in ("create", "move", "merge"):
        with pytest.raises(units.Refused):  # picked just before somebody closed it
            if verb == "create":
                units.create(c.other, units.UnitFacts("甲", "jia", "branch"), START)
            else:
                getattr(units, verb)(c.branch, c.other, START)
        db.session.rollback()
    assert acts() == ["unit.dissolve"]


def test_a_closed_unit_gives_nobody_power(app: Flask, sign_in) -> None:
    """Even that of a whole tree, over what has no unit."""
    c = county()
    second = factories.unit("另一县", code="second")
    liaison = factories.person("唐敏", c.town)
    factories.grant(liaison, Role.AUTHOR, second)
    client = sign_in(liaison)
    assert client.get("/manage/bank/questions").status_code == 200
    units.merge(second, c.root, clock.now())
    db.session.commit()
    assert client.get("/manage/bank/questions").status_code == 403
    ended = db.session.scalars(sa.select(RoleGrant).where(RoleGrant.unit_id == second.id)).one()
    assert ended.ends_at is not None

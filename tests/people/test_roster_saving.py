"""Checked rows become people: history, crashes in the middle, what changed meanwhile, what is forgotten."""

import json
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from app.audit.models import AuditEvent
from app.people import facts, history, postings, units
from app.people.models import Person, Posting, RankChange, RosterImport, RosterRow, SignInSession
from app.people.roster import cells, matching, saving, work
from app.web.db import db
from tests import factories
from tests.people.rosters import HEAD, checked, id_number, latest, named, outcomes, save, upload, xlsx
from tests.people.school import County, acts, county, meanwhile, unit

TODAY = date(2026, 11, 23)
BRANCH = "云岭村党支部"


@pytest.fixture
def c(app: Flask, time: Any) -> County:
    return county()


def posted(person: Person) -> list[tuple[int, str, date, date | None]]:
    rows = sa.select(Posting).where(Posting.person_id == person.id).order_by(Posting.since, Posting.id)
    return [(p.unit_id, p.post, p.since, p.until) for p in db.session.scalars(rows)]


def ranked(person: Person) -> list[tuple[str, date]]:
    rows = sa.select(RankChange).where(RankChange.person_id == person.id).order_by(RankChange.since)
    return [(change.rank, change.since) for change in db.session.scalars(rows)]


def test_new_people_get_everything_but_a_password(c: County, sign_in: Any) -> None:
    admin = sign_in(c.admin)
    header = (
        "姓名",
        "身份证号",
        "手机号",
        "工号",
        "单位",
        "职务",
        "职级",
        "任现职级时间",
        "政治面貌",
        "入党时间",
    )
    data = xlsx(
        (
            "曾　芳",
            id_number(2),
            "138 0000 0001",
            "A-01",
            BRANCH,
            "书记",
            "副科",
            "2020.05",
            "党员",
            "2019年7月",
        ),
        header=header,
    )
    assert save(admin, checked(admin, c, data)).status_code == 302
    person = named("曾芳")
    assert facts.of(person) == facts.PersonFacts(
        name="曾芳", username="a-01", unit_id=c.branch.id, post="书记", rank="乡科级副职", political="01",
        joined_on=date(2019, 7, 1), sex="f", id_number=id_number(2), phone="13800000001", staff_no="A-01",
    )  # fmt: skip
    assert (person.pinyin, person.password_hash) == ("zengfang", None)
    assert posted(person) == [(c.branch.id, "书记", TODAY, None)]
    assert ranked(person) == [("乡科级副职", date(2020, 5, 1))]
    found = latest()
    assert (found.state, found.done, found.total) == ("done", 3, 3)
    assert found.told["saved"] == {"new": 1, "missing": 2}
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RosterRow)) == 0


def test_a_move_closes_one_posting_and_opens_the_next(c: County, sign_in: Any) -> None:
    admin = sign_in(c.admin)
    person = factories.person("王芳", c.branch, staff_no="a1", post="书记", rank="二级科员")
    postings.open_homes([(person, date(2024, 1, 1))])
    factories.save(RankChange(person_id=person.id, rank="二级科员", since=date(2024, 1, 1)))
    data = xlsx(("王芳", "", "a1", "", "石桥镇党委", "镇长", "一级科员", ""))
    save(admin, checked(admin, c, data))
    person = named("王芳")
    assert (person.unit_id, person.post, person.rank) == (c.other.id, "镇长", "一级科员")
    moved = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "person.import")).one()
    assert moved.target == f"person:{person.id}"
    assert json.loads(moved.before or "")["unit_id"] == BRANCH
    assert json.loads(moved.after or "")["unit_id"] == "石桥镇党委"
    assert posted(person) == [
        (c.branch.id, "书记", date(2024, 1, 1), date(2026, 11, 22)), (c.other.id, "镇长", TODAY, None),
    ]  # fmt: skip
    assert ranked(person) == [("二级科员", date(2024, 1, 1)), ("一级科员", TODAY)]
    save(admin, checked(admin, c, xlsx(("王芳", "", "a1", "", BRANCH, "", "四级主任科员", ""))))
    person = named("王芳")
    assert posted(person)[1:] == [(c.other.id, "镇长", TODAY, TODAY), (c.branch.id, "镇长", TODAY, None)]
    assert ranked(person)[1:] == [("四级主任科员", TODAY)] and person.rank == "四级主任科员"


def test_since_when_in_a_post_begins_follows_or_completes_a_posting(c: County, sign_in: Any) -> None:
    admin, old = sign_in(c.admin), date(2024, 1, 1)
    for number, (name, since) in enumerate(
        [("王芳", old), ("李四", old), ("赵云", date(2026, 1, 1)), ("周瑜", None), ("孙权", None)]
    ):
        person = factories.person(name, c.branch, staff_no=f"a{number}", post="干事")
        postings.open_homes([(person, since)] if since else [])
    header = ("姓名", "工号", "单位", "职务", "任现职务时间")
    rows = (
        ("王芳", "a0", "石桥镇党委", "镇长", "2026-10"), ("李四", "a1", BRANCH, "书记", "2026-10"),
        ("赵云", "a2", BRANCH, "干事", "2020-05"), ("周瑜", "a3", BRANCH, "", "2020-05"),
        ("孙权", "a4", "石桥镇党委", "", "2020-05"), ("新人", "a5", BRANCH, "", "2020-05"),
    )  # fmt: skip
    save(admin, checked(admin, c, xlsx(*rows, header=header)))
    october, may, before = date(2026, 10, 1), date(2020, 5, 1), date(2026, 9, 30)
    branch, town = c.branch.id, c.other.id
    assert {name: posted(named(name)) for name, *_rest in rows} == {
        "王芳": [(branch, "干事", old, before), (town, "镇长", october, None)],
        "李四": [(branch, "干事", old, before), (branch, "书记", october, None)],
        "赵云": [(branch, "干事", may, None)],  # entered on the day on which the posting began
        "周瑜": [(branch, "干事", may, None)],
        "孙权": [(branch, "干事", may, may), (town, "干事", may, None)],
        "新人": [(branch, "", may, None)],
    }
    checked(admin, c, xlsx(*rows, header=header))
    assert set(outcomes().values()) == {"same"}


def test_since_when_in_a_post_is_looked_at_again_before_it_is_saved(c: County, sign_in: Any) -> None:
    admin = sign_in(c.admin)
    person = factories.person("王芳", c.branch, staff_no="a1")
    postings.open_homes([(person, date(2024, 1, 1))])
    row = ("王芳", "a1", "石桥镇党委", "2026-05")
    where = checked(admin, c, xlsx(row, header=("姓名", "工号", "单位", "任现职务时间")))
    history.transfer(person, history.Place(c.town), date(2026, 6, 1), work.clock.now())
    db.session.commit()
    save(admin, where)
    assert outcomes() == {2: "fault"} and named("王芳").unit_id == c.town.id


def test_an_update_puts_the_post_right_and_opens_a_missing_history(c: County, sign_in: Any) -> None:
    admin = sign_in(c.admin)
    factories.person("王芳", c.branch, staff_no="a1", post="书记")
    save(
        admin,
        checked(admin, c, xlsx(("王芳", "", "a1", "13800000001", BRANCH, "副书记", "一级科员", "群众"))),
    )
    person = named("王芳")
    assert posted(person) == [(c.branch.id, "副书记", date(2026, 1, 1), None)]
    assert (facts.phone(person), person.political, person.rank) == ("13800000001", "13", "一级科员")
    assert ranked(person) == []  # since when is not known
    changed = db.session.scalars(sa.select(AuditEvent).where(AuditEvent.action == "person.import")).one()
    assert changed.actor_id == c.admin.id and changed.actor == "罗晓梅（admin）"
    assert (changed.target, changed.summary[:9]) == (f"person:{person.id}", "从名册更新人员 王")
    assert json.loads(changed.before or "") == {"phone": "", "post": "书记", "political": "", "rank": ""}
    assert json.loads(changed.after or "") == {
        "phone": "138****0001", "post": "副书记", "political": "群众", "rank": "一级科员",
    }  # fmt: skip


def test_an_imported_person_is_no_change_the_second_time(c: County, sign_in: Any) -> None:
    admin = sign_in(c.admin)
    rows = [
        ("王芳", id_number(2), "a1", "13800000001", BRANCH, "书记", "一级科员", "党员"),
        ("李四", "", "", "13800000002", "溪川镇党委", "", "", ""),
        ("赵云", "", "a3", "", BRANCH, "", "", "群众"),
    ]  # fmt: skip
    for expected in ("new", "same"):
        where = checked(admin, c, xlsx(*rows))
        assert set(outcomes().values()) == {expected}
        save(admin, where)
    before = acts().count("person.import")
    assert before == 3 and latest().state == "ready"  # there was nothing to save


def test_a_crash_in_the_middle_loses_and_doubles_nothing(c: County, sign_in: Any, monkeypatch: Any) -> None:
    monkeypatch.setattr(saving, "BATCH", 2)
    admin = sign_in(c.admin)
    where = checked(admin, c, xlsx(*((f"人{chr(0x4E00 + n)}", "", f"n{n}", "", BRANCH) for n in range(5))))
    admin.post(f"{where}/save")
    assert work.QUEUE.save_stretch() == 2
    count, calls = saving._count, []

    def crash(*args: Any) -> None:
        calls.append(1)
        if len(calls) == 1:
            raise sa.exc.OperationalError("the power went", None, Exception())
        count(*args)

    monkeypatch.setattr(saving, "_count", crash)
    assert work.QUEUE.save_stretch() == 0
    assert (latest().state, latest().done) == ("saving", 2)
    while work.QUEUE.save_stretch():
        pass
    people = db.session.scalars(sa.select(Person.staff_no).where(Person.staff_no.is_not(None))).all()
    assert sorted(people) == ["N0", "N1", "N2", "N3", "N4"]
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Posting)) == 5
    assert (latest().state, latest().told["saved"]["new"]) == ("done", 5)


def test_two_workers_save_a_batch_once(c: County, sign_in: Any, monkeypatch: Any) -> None:
    admin = sign_in(c.admin)
    where = checked(admin, c, xlsx(("王芳", "", "a1", "", BRANCH)))
    admin.post(f"{where}/save")
    look = saving.next_rows

    def other_was_faster(number: int) -> Any:
        rows = look(number)
        db.session.execute(sa.update(RosterImport).values(done=RosterImport.done + len(rows)))
        return rows

    monkeypatch.setattr(saving, "next_rows", other_was_faster)
    assert work.QUEUE.save_stretch() == 0
    assert db.session.scalar(sa.select(Person.id).where(Person.staff_no == "A1")) is None


def test_what_changed_since_the_check_is_not_saved_blindly(c: County, sign_in: Any) -> None:
    admin = sign_in(c.admin)
    moved = factories.person("王芳", c.branch, staff_no="a1")
    where = checked(
        admin, c,
        xlsx(
            ("王芳", "", "a1", "", BRANCH, "书记"), ("李四", id_number(2), "", "", BRANCH),
            ("赵云", "", "a3", "", "石桥镇党委"), ("周瑜", "", "a4", "", BRANCH),
        ),
    )  # fmt: skip
    moved.left_on = TODAY
    factories.person("别人", c.branch, id_number_digest=facts.digest(facts.ID_NUMBER, id_number(2)))
    c.other.closed_at = work.clock.now()
    db.session.commit()
    save(admin, where)
    assert outcomes() == {2: "fault", 3: "fault", 4: "fault"}
    assert latest().told["saved"]["new"] == 1 and named("周瑜").unit_id == c.branch.id
    page = admin.get(where).text
    assert "3 行没有保存" in page


def test_a_row_without_a_unit_does_not_undo_a_move(c: County, sign_in: Any) -> None:
    admin = sign_in(c.admin)
    moved = factories.person("王芳", c.branch, staff_no="a1")
    factories.person("李四", c.branch, staff_no="a2")
    where = checked(admin, c, xlsx(("王芳", "", "a1", "", "", "书记"), ("李四", "", "a2", "", "", "书记")))
    moved.unit_id = c.other.id
    db.session.commit()
    save(admin, where)
    assert outcomes() == {2: "fault"}
    moved = named("王芳")
    assert (moved.unit_id, moved.post, named("李四").post) == (c.other.id, "", "书记")


def test_a_unit_merged_while_a_roster_is_saved_loses_nobody(c: County, sign_in: Any, app: Flask) -> None:
    admin, closed, into = sign_in(c.admin), c.other.id, c.town.id
    factories.person("王芳", c.branch, staff_no="a1")
    rows = xlsx(("王芳", "", "a1", "", "石桥镇党委"), ("新人", "", "n1", "", "石桥镇党委"))
    where = checked(admin, c, rows)
    admin.post(f"{where}/save")
    found = latest()
    saving.save(found, saving.next_rows(found.id), work.basis(found))  # not yet committed
    with meanwhile(app, lambda: units.merge(unit(closed), unit(into), work.clock.now())):
        db.session.commit()
    people = named("王芳"), named("新人")
    assert [p.unit_id for p in people] == [into, into] and unit(closed).closed_at is not None
    assert [posted(p)[-1] for p in people] == [(into, "", TODAY, None)] * 2


def test_a_unit_merged_before_a_roster_is_saved_costs_its_rows(c: County, sign_in: Any) -> None:
    admin = sign_in(c.admin)
    factories.person("王芳", c.branch, staff_no="a1")
    where = checked(
        admin, c, xlsx(("王芳", "", "a1", "", "石桥镇党委"), ("新人", "", "n1", "", "石桥镇党委"))
    )
    admin.post(f"{where}/save")
    units.merge(c.other, c.town, work.clock.now())
    db.session.commit()
    work.QUEUE.save_stretch()
    assert outcomes() == {2: "fault", 3: "fault"} and named("王芳").unit_id == c.branch.id


def test_a_number_given_to_another_in_the_same_moment_costs_one_row(
    c: County, sign_in: Any, monkeypatch: Any
) -> None:
    admin = sign_in(c.admin)
    where = checked(admin, c, xlsx(("王芳", "", "a1", "", BRANCH), ("李四", "", "a2", "", BRANCH)))
    admin.post(f"{where}/save")
    factories.person("别人", c.branch, staff_no="a1")
    with monkeypatch.context() as blind:
        blind.setattr(saving, "_fits", lambda *_: True)
        assert work.QUEUE.save_stretch() == 0
    assert (latest().state, outcomes()) == ("saving", {2: "new", 3: "new"})
    while work.QUEUE.save_stretch():
        pass
    assert (latest().state, outcomes(), latest().told["saved"]["new"]) == ("done", {2: "fault"}, 1)
    assert named("李四").staff_no == "A2"


def test_what_the_database_refuses_again_and_again_ends_the_import(
    c: County, sign_in: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(saving, "BATCH", 1)
    admin = sign_in(c.admin)
    where = checked(admin, c, xlsx(("王芳", "", "a1", "", BRANCH), ("李四", "", "a2", "", BRANCH)))
    admin.post(f"{where}/save")
    assert work.QUEUE.save_stretch() == 1
    factories.person("别人", c.branch, staff_no="a2")
    monkeypatch.setattr(saving, "_fits", lambda *_: True)
    for state in ("saving", "saving", "failed", "failed"):
        assert work.QUEUE.save_stretch() == 0 and latest().state == state
    assert named("王芳").staff_no == "A1"
    page = admin.get(where).text
    assert "有的内容与系统里的冲突" in page and "接着处理" in page and outcomes() == {3: "new"}


def test_what_stopped_goes_on_from_where_it_was(c: County, sign_in: Any, monkeypatch: Any) -> None:
    """Rows that are not saved yet are kept and checked again; who was saved is not missing now."""
    monkeypatch.setattr(saving, "BATCH", 1)
    admin = sign_in(c.admin)
    factories.person("没有在表里", c.branch)
    db.session.commit()
    where = checked(admin, c, xlsx(("王芳", "", "a1", "", BRANCH), ("李四", "", "a2", "", BRANCH)))
    missing = db.session.scalars(sa.select(RosterRow.person_id).where(RosterRow.number < 0)).all()
    admin.post(f"{where}/save")
    with monkeypatch.context() as broken:
        calls: list[int] = []
        save_rows = saving.save
        broken.setattr(saving, "save", lambda *a: calls.append(1) or save_rows(*a) if not calls else 1 / 0)
        while work.QUEUE.save_stretch() and latest().state == "saving":
            pass
    assert (latest().state, outcomes()) == ("failed", {3: "new"})
    assert "系统出了点问题" in admin.get(where).text
    assert admin.post(f"{where}/reopen").status_code == 302
    assert admin.post(f"{where}/reopen").status_code == 409
    work.QUEUE.read_waiting()
    assert (latest().state, outcomes()) == ("ready", {3: "new"})
    assert db.session.scalars(sa.select(RosterRow.person_id).where(RosterRow.number < 0)).all() == missing
    save(admin, where)
    assert latest().state == "done" and named("李四").staff_no == "A2"
    assert acts()[-1] == "person.import" and "roster.restore" in acts()


def test_who_cannot_leave_today_keeps_nobody_else_from_it(c: County, sign_in: Any) -> None:
    admin = sign_in(c.admin)
    stays, gone = factories.person("王芳", c.branch), factories.person("李四", c.branch)
    where = checked(admin, c, xlsx(("新人", "", "n1", "", BRANCH)))
    admin.post(f"{where}/leaving", data={f"person-{p.id}": "retired" for p in (stays, gone)})
    postings.open_homes([(stays, date(2026, 12, 1))])
    db.session.commit()
    save(admin, where)
    assert (named("王芳").left_on, named("李四").left_on) == (None, TODAY)
    assert (latest().state, latest().told["saved"]) == ("done", {"new": 1, "leave": 1, "missing": 2})
    [left] = db.session.scalars(sa.select(RosterRow))
    [(_name, message)] = cells.unseal_faults(left.faults)
    assert left.person_id == stays.id and message.startswith("早于现任职务的起始日期 2026-12-01")
    assert admin.get(where).status_code == 200


def test_only_who_was_marked_leaves(c: County, sign_in: Any) -> None:
    admin = sign_in(c.admin)
    gone, stays = factories.person("王芳", c.branch), factories.person("李四", c.branch)
    factories.session_for(gone)
    where = checked(admin, c, xlsx(("新人", "", "n1", "", BRANCH)))
    form = {f"person-{gone.id}": "retired", f"person-{stays.id}": "", f"person-{c.admin.id}": "other"}
    assert admin.post(f"{where}/leaving", data=form).status_code == 302
    save(admin, where)
    gone, stays = named("王芳"), named("李四")
    assert (gone.active, gone.left_on, gone.left_reason) == (False, TODAY, "retired")
    assert stays.active and c.admin.active and named("罗晓梅").left_on is None
    ended = db.session.scalars(sa.select(SignInSession).where(SignInSession.person_id == gone.id)).one()
    assert ended.revoked_at is not None
    assert acts() == ["roster.import", "roster.save", "person.leave", "person.import"]
    assert latest().told["saved"] == {"new": 1, "leave": 1, "missing": 3}


@pytest.mark.parametrize("to", ["town", "other"])
def test_who_was_transferred_since_the_check_does_not_leave(
    c: County, sign_in: Any, app: Flask, to: str
) -> None:
    """Neither within the units of the sheet nor out of them; and not while the roster is saved, either."""
    gone = factories.person("王芳", c.branch)
    client, into = sign_in(c.town_admin), {"town": c.town, "other": c.other}[to]
    where = upload(client, c.town.id, xlsx(("新人", "", "n1", "", BRANCH)))
    work.QUEUE.read_waiting()
    client.post(f"{where}/leaving", data={f"person-{gone.id}": "retired"})
    client.post(f"{where}/save")
    history.transfer(gone, history.Place(into), TODAY, work.clock.now())
    with meanwhile(app, work.QUEUE.save_stretch):
        db.session.commit()
    gone = named("王芳")
    assert (gone.active, gone.left_on, gone.unit_id) == (True, None, into.id)
    [left] = db.session.scalars(sa.select(RosterRow))
    [(_name, message)] = cells.unseal_faults(left.faults)
    assert left.person_id == gone.id and "系统里的情况有了变化" in message


def _statements_of_saving(admin: Any, where: str, size: int, queries: Any) -> int:
    """What the one batch sends that saves this many rows or more."""
    admin.post(f"{where}/save")
    db.session.expire_all()
    queries.statements.clear()
    assert work.QUEUE.save_stretch() > size
    sent = len(queries)
    work.QUEUE.save_stretch()  # finds nothing left
    return sent


def test_statements_of_many_leaving_do_not_grow(c: County, sign_in: Any, queries: Any) -> None:
    admin, counted = sign_in(c.admin), []
    for size in (1, 3, 30):
        people = [factories.person(f"人{n}", c.branch) for n in range(size)]
        where = checked(admin, c, xlsx(("新人", "", f"n{size}", "", BRANCH)))
        admin.post(f"{where}/leaving", data={f"person-{p.id}": "retired" for p in people})
        counted.append(_statements_of_saving(admin, where, size, queries))
    assert counted == [28, 28, 28]


def test_statements_of_a_batch_do_not_grow_with_its_rows(c: County, sign_in: Any, queries: Any) -> None:
    admin, counted = sign_in(c.admin), []
    for size in (1, 3, 30):
        factories.person("老人", c.branch, staff_no=f"old{size}")
        people = [(f"人{chr(0x4E00 + n)}", "", f"s{size}-{n}", "", BRANCH) for n in range(size)]
        old = ("老人", "", f"old{size}", "", "石桥镇党委")
        where = checked(admin, c, xlsx(*people, old))
        counted.append(_statements_of_saving(admin, where, size, queries))
    assert counted == [28, 28, 28]


def test_statements_of_a_check_grow_by_batches_only(
    c: County, sign_in: Any, queries: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(matching, "BATCH", 10)
    admin, counted = sign_in(c.admin), []
    for size in (10, 20, 30):
        people = [(f"人{chr(0x4E00 + n)}", "", f"s{size}-{n}", "", BRANCH) for n in range(size)]
        where = checked(admin, c, xlsx(*people))
        db.session.execute(sa.update(RosterImport).values(state="waiting"))
        db.session.commit()
        queries.statements.clear()
        work.QUEUE.read_waiting()
        counted.append(len(queries))
        admin.post(f"{where}/discard")
        db.session.execute(sa.delete(RosterRow))
        db.session.execute(sa.delete(RosterImport))
        db.session.commit()
    assert counted[1] - counted[0] == counted[2] - counted[1]


def test_what_nobody_confirms_is_forgotten_after_a_week(c: County, sign_in: Any, time: Any) -> None:
    admin = sign_in(c.admin)
    done = checked(admin, c, xlsx(("王芳", "", "a1", "", BRANCH), ("", "", "a2", "", BRANCH)))
    save(admin, done, only_good="1")
    checked(admin, c, xlsx(("李四", "", "a3", "", BRANCH)))
    time.advance(days=6, hours=23)
    assert work.QUEUE.forget() == 0
    time.advance(hours=2)
    assert work.QUEUE.forget() == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(RosterRow)) == 0
    kept = db.session.scalars(sa.select(RosterImport)).one()
    assert (kept.state, kept.told["saved"]["new"]) == ("done", 1)


def test_a_large_roster_is_saved_whole(c: County, sign_in: Any) -> None:
    admin = sign_in(c.admin)
    rows = [
        (f"人{chr(0x4E00 + n)}", id_number(n % 1000, f"199{n // 1000}0101"), "", "", BRANCH)
        for n in range(1200)
    ]
    save(admin, checked(admin, c, xlsx(*rows, header=HEAD[:5])))
    assert latest().told["saved"]["new"] == 1200
    homes = db.session.scalar(sa.select(sa.func.count()).select_from(Posting).where(Posting.until.is_(None)))
    assert homes == 1200

import pytest
from flask import Flask

from app.domain.identity import number_in
from app.people import finding, jobs, service
from app.people.facts import PersonFacts
from app.people.finding import PeopleFilter
from app.people.models import Person
from app.web import clock
from app.web.db import db
from tests import factories
from tests.people.school import County, county


def add(c: County, name: str, username: str, **more: str) -> None:
    service.create_person(PersonFacts(name=name, username=username, unit_id=c.town.id, **more), clock.now())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("曾", ["曾国强"]),
        ("国强", ["曾国强", "单国强"]),
        ("曾 国强", ["曾国强"]),
        ("zengguoqiang", ["曾国强"]),
        ("Zeng Guo", ["曾国强"]),
        ("guoqiang", ["单国强", "曾国强"]),
        ("zgq", ["曾国强"]),
        ("gq", ["单国强", "曾国强"]),
        ("SGQ", ["单国强"]),
        ("ａｂｄ", ["阿卜杜拉·热合曼"]),
        ("卜杜拉·热", ["阿卜杜拉·热合曼"]),
        ("qh01", ["曾国强"]),
        ("ＱＨ０1", ["曾国强"]),
        ("user_", ["单国强"]),
        ("11010519491231002X", []),  # numbers are not looked for among names
        ("13800000001", []),
        ("%", []),
        ("_____", []),
    ],
)
def test_people_are_found_by_what_one_knows(app: Flask, text: str, found: list[str]) -> None:
    c = county()
    add(c, "曾国强", "u1", staff_no="QH01", id_number="11010519491231002X")
    add(c, "单国强", "user_2", phone="13800000001")
    add(c, "阿卜杜拉·热合曼", "u3")
    people = finding.people_found(PeopleFilter(text), [c.root.path])
    assert sorted(p.name for p in people) == sorted(found)


def test_whoever_is_named_exactly_comes_first(app: Flask) -> None:
    c = county()
    for name in ("李张三", "张三丰", "张三"):
        add(c, name, f"u{len(name)}{ord(name[0])}")
    assert finding.people_found(PeopleFilter("张三"), [c.root.path])[0].name == "张三"
    assert finding.people_found(PeopleFilter("zs"), [c.root.path])[0].name == "张三"


def test_nobody_is_found_outside_the_scope(app: Flask) -> None:
    c = county()
    add(c, "曾国强", "u1", id_number="11010519491231002X")
    for text in ("", "曾国强", "zgq"):
        assert finding.people_found(PeopleFilter(text, state="all"), [c.other.path]) == []
        assert finding.people_found(PeopleFilter(text, state="all"), []) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("11010519491231002x", ["曾国强"]),
        ("110105 19491231 002X", ["曾国强"]),
        ("110105194912310", []),  # a part of a number finds nobody
        ("138 0000 0001", ["单国强"]),
        ("+86 138-0000-0001", ["单国强"]),
        ("138000000011", []),
        ("202611220001", ["工号长"]),
        ("单国强 １３８０００００００１", ["单国强"]),
        ("x202611220002", ["用户名长"]),
    ],
)
def test_people_are_found_by_a_whole_number(app: Flask, text: str, found: list[str]) -> None:
    c = county()
    add(c, "曾国强", "u1", id_number="11010519491231002X")
    add(c, "单国强", "user_2", phone="13800000001")
    add(c, "工号长", "u3", staff_no="202611220001")
    add(c, "用户名长", "x202611220002")
    number = number_in(text) or ""
    assert [p.name for p in finding.people_with_number(number, text, [c.root.path])] == found
    assert finding.people_with_number(number, text, [c.other.path]) == []


@pytest.mark.parametrize(
    ("text", "kept"), [("110105 19491231 002x", "110105**********2X"), ("+86 13800000001", "138****0001")]
)
def test_the_record_keeps_no_number_that_somebody_looked_for(text: str, kept: str) -> None:
    assert finding.masked(text) == kept


def test_names_from_before_are_read_by_the_worker(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "_BATCH", 2)
    unit = factories.unit()
    ids = [factories.person(name, unit).id for name in ("曾国强", "···", "单雄信", "解晓东", "张三")]
    factories.person("已注销3", unit, erased_at=clock.now())
    assert jobs.read_names() == 4
    assert [db.session.get_one(Person, id).initials for id in ids] == ["zgq", "", "sxx", "xxd", "zs"]
    assert jobs.read_names() == 0

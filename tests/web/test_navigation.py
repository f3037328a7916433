"""The navigation of the back office: what each role finds, and which section a page belongs to."""

import re

import pytest
from flask import Flask

from app.domain.access import Role
from tests import factories

_LINK = re.compile(r'<a href="(/manage/[^"]*)"( aria-current="page")?>([^<]+)</a>')


def links(page: str) -> list[tuple[str, str, str]]:
    return _LINK.findall(page.split('class="manage-nav"')[1].split("</nav>")[0])


@pytest.mark.parametrize(
    ("path", "section"),
    [
        ("/manage/", "工作台"),
        ("/manage/people", "人员"),
        ("/manage/people/new", "人员"),
        ("/manage/people/import", "人员"),
        ("/manage/units/new", "单位"),
        ("/manage/bank/rules", "题库"),
        ("/manage/bank/questions/new", "题库"),
        ("/manage/courses/progress", "课程"),
        ("/manage/exams/blueprints", "考试"),
        ("/manage/exams/marking", "阅卷"),
        ("/manage/settings", "设置"),
    ],
)
def test_a_page_marks_its_one_section(app: Flask, sign_in, path: str, section: str) -> None:
    root = factories.unit("青禾县")
    person = factories.person("罗晓梅", root)
    for role in (Role.ADMIN, Role.GRADER):
        factories.grant(person, role, root)
    page = sign_in(person).get(path)
    assert [label for _url, current, label in links(page.text) if current] == [section]


def test_each_role_finds_its_sections_and_may_enter_them(app: Flask, sign_in) -> None:
    root = factories.unit("青禾县")
    found = {}
    for role in (Role.AUTHOR, Role.GRADER, Role.LIAISON, Role.AUDITOR):
        person = factories.person(f"人员{role}", root)
        factories.grant(person, role, root)
        client = sign_in(person)
        shown = links(client.get("/manage/").text)
        found[role] = "".join(label for _url, _current, label in shown)
        assert [client.get(url).status_code for url, *_rest in shown] == [200] * len(shown)
    assert found == {
        Role.AUTHOR: "工作台题库课程",
        Role.GRADER: "工作台阅卷",
        Role.LIAISON: "工作台人员单位课程考试成绩证书",
        Role.AUDITOR: "工作台审计",
    }

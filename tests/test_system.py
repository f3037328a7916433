"""运行状况: the doctor's findings as a page."""

import pytest
from flask import Flask

from app import doctor
from app.doctor import Finding
from app.domain.access import Role
from tests import factories


@pytest.mark.parametrize(
    ("role", "apart", "status"),
    [(Role.SYSTEM, True, 200), (Role.SYSTEM, False, 200), (Role.ADMIN, False, 200), (Role.ADMIN, True, 403),
     (Role.SECURITY, True, 403)],
)  # fmt: skip
def test_it_is_the_system_administrators(app: Flask, sign_in, monkeypatch, role, apart, status) -> None:
    monkeypatch.setitem(app.config, "SEPARATE_ADMINS", apart)
    person = factories.person()
    factories.grant(person, role, person.unit)
    assert sign_in(person).get("/manage/system/").status_code == status


def test_problems_come_first(app: Flask, sign_in, monkeypatch) -> None:
    found = [Finding(True, "数据库可以连接"), Finding(False, "磁盘快满了")]
    monkeypatch.setattr(doctor, "examine", lambda app: iter(found))
    person = factories.person()
    factories.grant(person, Role.SYSTEM, person.unit)
    client = sign_in(person)
    page = client.get("/manage/system/").text
    assert "有 1 个问题需要处理" in page and page.index("磁盘快满了") < page.index("数据库可以连接")
    found.pop()
    assert "一切正常" in client.get("/manage/system/").text

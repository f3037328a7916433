import re
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from flask import Flask
from flask.cli import ScriptInfo

from app.domain.access import ROLE_ACTIONS, Grant, Role
from app.people import codes, passwords, second_factor
from app.people.commands import people_cli
from app.people.labels import ROLES
from app.people.models import AccessCode, Person, RoleGrant, Unit
from app.web import clock
from app.web.db import db
from tests import factories
from tests.people.school import acts
from tests.people.totp import totp


def run(app: Flask, *args: str, typed: str = "", command: str = "create-admin") -> Any:
    runner, info = CliRunner(), ScriptInfo(create_app=lambda: app)
    return runner.invoke(people_cli, [command, *args], obj=info, input=typed)


def test_the_first_admin_of_an_empty_school(app: Flask) -> None:
    secret = "a long enough word"
    options = ("--username", "Luo", "--name", "罗晓梅", "--unit-name", "青禾县")
    answer = run(app, *options, typed=f"{secret}\n{secret}\n")
    assert answer.exit_code == 0, answer.output
    assert secret not in answer.output
    luo = db.session.scalars(sa.select(Person)).one()
    root = db.session.scalars(sa.select(Unit)).one()
    grant = db.session.scalars(sa.select(RoleGrant)).one()
    assert (luo.username, luo.unit_id) == ("luo", root.id)
    assert passwords.verify(luo.password_hash, secret)
    assert db.session.get(AccessCode, luo.id) is None
    assert (root.name, root.path, root.parent_id) == ("青禾县", f"/{root.id}/", None)
    assert ROLE_ACTIONS[Grant(Role(grant.role), root.path).role] == ROLE_ACTIONS[Role.ADMIN]
    assert acts() == ["unit.create", "person.create", "password.change", "role.grant"]


def test_a_first_access_code_is_printed_and_only_its_digest_kept(app: Flask) -> None:
    root = factories.unit("青禾县")
    answer = run(app, "--username", "luo", "--name", "罗晓梅", "--one-time")
    found = re.search("首次登录码：([0-9A-Z-]{9})（30 天内有效", answer.output)
    luo = db.session.scalars(sa.select(Person)).one()
    assert found is not None and codes.opens(luo.id, found.group(1), clock.now())
    assert (luo.password_hash, luo.unit_id) == (None, root.id)


@pytest.mark.parametrize("role", ["system", "security", "auditor"])
def test_an_officer_can_be_made_in_a_shell(app: Flask, role: str) -> None:
    factories.unit("青禾县")
    answer = run(app, "--username", "luo", "--name", "罗晓梅", "--one-time", "--role", role)
    assert answer.exit_code == 0 and f"已建立{ROLES[Role(role)]}：罗晓梅" in answer.output
    assert db.session.scalars(sa.select(RoleGrant.role)).all() == [role]


def test_refusals_make_no_account(app: Flask) -> None:
    factories.person(username="lin", unit=factories.unit())
    for args, typed, words in (
        (("--username", "LIN", "--name", "林"), "", "已被使用"),
        (("--username", "a b", "--name", "林"), "", "不含空格"),
        (("--username", "luo", "--name", "林"), "short\nshort\n", "10 至 200 个字符"),
    ):
        answer = run(app, *args, typed=typed)
        assert answer.exit_code == 1 and words in answer.output
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 1


def test_who_lost_password_and_phone_is_let_in(app: Flask, time, sign_in) -> None:
    luo = factories.person(username="luo", password="a long enough word")
    second_factor.offer(luo.id)
    second_factor.confirm(luo.id, totp(second_factor.offered(luo.id)), clock.now())
    db.session.commit()
    client = sign_in(luo)
    answer = run(app, "LUO", command="let-in")
    [code] = re.findall("首次登录码：([0-9A-Z-]{9})", answer.output)
    assert client.get("/").status_code == 302 and luo.password_hash is None
    entered = client.post("/sign-in", data={"username": "luo", "password": code})
    assert entered.location == "/sign-in/password"
    assert acts() == ["person.reset", "factor.remove"]
    assert run(app, "nobody", command="let-in").exit_code == 1


def test_a_guessable_password_makes_no_account(app: Flask) -> None:
    factories.unit("青禾县")
    answer = run(app, "--username", "luo", "--name", "罗晓梅", typed="luoxiaomei 99\nluoxiaomei 99\n")
    assert answer.exit_code == 1 and "luoxiaomei" in answer.output and "没有建立账号" in answer.output
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 0

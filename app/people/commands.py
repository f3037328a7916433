"""`flask people`: the first account of a school, and a way in for whoever lost theirs."""

import re

import click
import sqlalchemy as sa
from flask.cli import AppGroup

from app.audit.service import record
from app.domain import identity
from app.domain.access import OFFICERS, Role
from app.people import codes, grants, passwords, second_factor, service, units
from app.people.facts import PersonFacts
from app.people.labels import ROLES, USERNAME_FAULT, USERNAME_SHOWN
from app.people.models import Person, Unit
from app.people.names import USERNAME, tidy_name, tidy_username
from app.web import clock, schema, uow
from app.web.db import db

_ROLES = [role.value for role in (Role.ADMIN, *OFFICERS)]

people_cli = AppGroup("people", help="人员：建立第一个管理员账号，让进不来的人进来。")


def _root_unit(name: str | None) -> Unit:
    root = db.session.scalar(
        sa.select(Unit).where(Unit.parent_id.is_(None), Unit.closed_at.is_(None)).order_by(Unit.id)
    )
    if root is None:
        chosen = name or click.prompt("最上级单位名称（如：青禾县）")
        root = units.create(None, units.UnitFacts(chosen, "root", "county"), clock.now())
        click.echo(f"已建立单位：{chosen}（编码 root）")
    return root


def _chosen_password() -> str:
    chosen: str = click.prompt("密码（输入时不显示）", hide_input=True, confirmation_prompt="再输一遍")
    return chosen


def _set_password(person: Person, chosen: str) -> None:
    if fault := passwords.fault_of(person, chosen):
        uow.abandon_item()
        raise click.ClickException(f"{fault}没有建立账号。")
    service.set_password(person, chosen, clock.now())


@people_cli.command("create-admin")
@click.option("--username", prompt="用户名", help="登录用的用户名。")
@click.option("--name", prompt="姓名", help="显示的姓名。")
@click.option("--unit-name", help="最上级单位的名称；还没有单位时用。")
@click.option("--one-time", is_flag=True, help="生成首次登录码，登录后再设置密码。")
@click.option("--role", type=click.Choice(_ROLES), default=_ROLES[0], help="哪一种管理员；默认为教务管理员。")
def create_admin(username: str, name: str, unit_name: str | None, one_time: bool, role: str) -> None:
    """建立管理员账号，管理最上级单位及其下属单位。"""
    schema.require()
    name, username = tidy_name(name), tidy_username(username)
    if not re.match(USERNAME, username):
        raise click.ClickException(str(USERNAME_FAULT))
    if identity.is_personal(username):
        raise click.ClickException(str(USERNAME_SHOWN))
    if db.session.scalar(sa.select(Person.id).where(Person.username == username)):
        raise click.ClickException(f"用户名 {username} 已被使用。没有建立账号。")
    chosen = None if one_time else _chosen_password()
    root = _root_unit(unit_name)
    facts = PersonFacts(name=name, username=username, unit_id=root.id)
    person, _code = service.create_person(facts, clock.now())
    if chosen is not None:
        _set_password(person, chosen)
    grants.grant(person, Role(role), root, None, clock.now())
    code = codes.issue([person.id], clock.now()).get(person.id) if chosen is None else None
    uow.commit_item()
    click.echo(f"已建立{ROLES[Role(role)]}：{name}（{username}），管理 {root.name} 及下属单位。")
    if code is not None:
        click.echo(f"首次登录码：{codes.shown(code)}（{codes.LIFETIME.days} 天内有效，登录后设置密码）")


@people_cli.command("let-in")
@click.argument("username")
def let_in(username: str) -> None:
    """给进不来的人首次登录码：停用其动态口令，退出各处登录，原密码作废。"""
    schema.require()
    person = db.session.scalar(sa.select(Person).where(Person.username == tidy_username(username)))
    if person is None or not person.active:
        raise click.ClickException(f"没有启用的账号 {username}。")
    code = service.reset_password(person, clock.now())
    if second_factor.enrolled(person.id):
        second_factor.remove(person.id)
        record("factor.remove", f"person:{person.id}", f"停用 {person.name}（{person.username}）的动态口令")
    uow.commit_item()
    click.echo(f"{person.name}（{person.username}）的首次登录码：{codes.shown(code)}")
    click.echo(f"{codes.LIFETIME.days} 天内有效，登录后设置密码。")

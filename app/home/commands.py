"""`flask people erase`."""

import click
import sqlalchemy as sa

from app.home import erasing
from app.people.commands import people_cli
from app.people.models import Person
from app.people.names import tidy, tidy_username
from app.web import clock, schema, uow
from app.web.db import db


@people_cli.command("erase")
@click.argument("username")
@click.option("--reason", required=True, help="依据和原因，记入审计；不要写姓名和号码。")
def erase(username: str, reason: str) -> None:
    """注销一个人的个人信息：不可恢复，成绩和证书以化名保留。"""
    schema.require()
    person = db.session.scalar(sa.select(Person).where(Person.username == tidy_username(username)))
    if person is None:
        raise click.ClickException(f"没有用户名为 {username} 的人员。")
    click.echo(f"将注销：{person.name}（{person.username}），{person.unit.name}。注销以后不能恢复。")
    if click.prompt("请输入此人的姓名确认") != person.name:
        raise click.ClickException("姓名不一致，没有注销。")
    try:
        erasing.erase(person, tidy(reason), clock.now())
    except erasing.Refused as refused:
        uow.abandon_item()
        raise click.ClickException(str(refused)) from refused
    uow.commit_item()
    click.echo(f"已注销，以后只显示为“{person.name}”。")

"""Commands for operators. Each prints what it did and exits non-zero when it could not."""

from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup

from app import demo, doctor, importing, serving
from app.audit import jobs as audit
from app.audit.commands import audit_cli
from app.audit.service import record
from app.backup import jobs as backup
from app.backup.commands import backup_command, restore_command
from app.bank import census
from app.bank import jobs as bank
from app.bank.commands import FOLDER, bank_cli
from app.certificates import jobs as certificates
from app.exams import jobs as exams
from app.home import commands as home_commands  # noqa: F401  adds to `flask people`
from app.people import jobs as people
from app.people.commands import people_cli
from app.web import clock, jobs, schema, static, uow
from app.web.content import ContentError

JOBS = (*audit.JOBS, *people.JOBS, *bank.JOBS, *exams.JOBS, *certificates.JOBS, *backup.JOBS)

demo_cli = AppGroup("demo", help="演示学校。")
static_cli = AppGroup("static", help="静态文件。")


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


@click.command("up")
def up_command() -> None:
    """准备数据库和静态文件，启动网站与后台任务，直到 Ctrl-C。"""
    serving.up(_app())


@click.command("worker")
def worker_command() -> None:
    """只运行后台任务：收卷、发证、封存审计记录、每日备份。"""
    jobs.run_forever(_app(), JOBS)


@click.command("doctor")
def doctor_command() -> None:
    """检查本机是否一切正常；有问题时说明怎么办，退出码为 1。"""
    findings = list(doctor.examine(_app()))
    for finding in findings:
        click.echo(f"{'正常' if finding.well else '问题'}  {finding.text}")
    problems = sum(not finding.well for finding in findings)
    if problems:
        raise click.ClickException(f"共有 {problems} 个问题需要处理。")
    click.echo("一切正常。")


def _refuse(error: ContentError) -> click.ClickException:
    return click.ClickException(f"{error}\n共 {len(error.faults)} 处问题，什么也没有导入。")


@bank_cli.command("check")
@FOLDER
def bank_check(folder: Path) -> None:
    """检查内容文件，逐处指出文件、行号和字段；不读写数据库。"""
    if faults := importing.check(folder):
        raise _refuse(ContentError(faults))
    counted = census.take(folder)
    for line in counted.lines():
        click.echo(line)
    if not counted.complete:
        raise click.ClickException("还有试题没有依据的条款，或没有第二遍审读；导入后由本校审题人审定。")
    click.echo("内容文件没有问题。")


@bank_cli.command("import")
@FOLDER
def bank_import(folder: Path) -> None:
    """导入内容文件：要么全部导入，要么什么也不导入。可以重复执行。"""
    schema.require()
    try:
        counts = importing.load(folder, clock.now())
    except ContentError as error:
        uow.abandon_item()
        raise _refuse(error) from error
    record("bank.import", "bank:1", f"导入内容 {folder}", after=counts)
    uow.commit_item()
    changes = "，".join(f"{_in_words(name)} {count}" for name, count in sorted(counts.items()) if count)
    click.echo(f"已导入：{changes or '没有变化'}")


_THINGS = {
    "rule_sets": "规矩条目集", "clauses": "条款", "questions": "试题",
    "blueprints": "组卷规则", "courses": "课程", "lessons": "课时",
}  # fmt: skip
_CHANGES = {"created": "新增", "changed": "更新", "deleted": "删除", "published": "发布"}


def _in_words(count_name: str) -> str:
    """`questions_created` as people say it."""
    thing, _, change = count_name.rpartition("_")
    return _CHANGES.get(change, change) + _THINGS.get(thing, thing)


@demo_cli.command("load")
def demo_load() -> None:
    """载入演示学校；可以重复执行，已有的不变。"""
    schema.require()
    demo.reload(_app())
    click.echo(demo.greeting(_app()))


@static_cli.command("build")
def static_build() -> None:
    """压缩静态文件。"""
    click.echo(f"静态文件在 {static.build(_app())}")


@click.command("routes-table")
def routes_table_command() -> None:
    """列出每个地址、方法、端点和所需权限，供审阅。"""
    for line in routes_table(_app()):
        click.echo(line)


def routes_table(app: Flask) -> list[str]:
    """One line per route: rule, methods, endpoint, action or public."""
    views: dict[str, Any] = app.view_functions
    return sorted(
        f"{rule.rule}  {','.join(sorted((rule.methods or set()) - {'HEAD', 'OPTIONS'}))}  {rule.endpoint}  "
        f"{views[rule.endpoint].action or 'public'}"
        for rule in app.url_map.iter_rules()
    )


def register(app: Flask) -> None:
    for command in (
        up_command, worker_command, doctor_command, routes_table_command,
        backup_command, restore_command, people_cli, bank_cli, demo_cli, audit_cli, static_cli,
    ):  # fmt: skip
        app.cli.add_command(command)

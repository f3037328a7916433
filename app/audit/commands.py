"""`flask audit`: check the chain, anchor it."""

from typing import TextIO

import click
from flask.cli import AppGroup

from app.audit import anchors, checking
from app.audit.labels import break_text
from app.web import schema

audit_cli = AppGroup("audit", help="审计记录：核验、留锚点。")


@audit_cli.command("verify")
@click.option(
    "--anchors",
    "copy",
    type=click.File(encoding="utf-8", errors="replace"),
    help="存放在别处的锚点文件副本。",
)
def verify(copy: TextIO | None) -> None:
    """核对审计记录的哈希链和锚点；有改动时指出位置，退出码为 1。"""
    schema.require()
    report = checking.verify(None if copy is None else copy.read().splitlines())
    for found in report.breaks:
        click.echo(break_text(found))
    if report.late:
        click.echo(f"有 {report.late} 条记录等待封存超过一分钟：后台任务可能没有运行。", err=True)
    if not report.whole:
        raise click.ClickException(f"审计记录有 {report.count} 处与封存时不符。")
    click.echo(f"审计记录完整，没有改动：已封存 {report.sealed} 条，待封存 {report.waiting} 条。")


@audit_cli.command("anchor")
def anchor() -> None:
    """现在就留一个锚点，写入数据库和锚点文件。"""
    schema.require()
    made = anchors.anchor()
    click.echo(f"已写入锚点：{anchors.file()}" if made else "上次留锚点以后没有新封存的记录，不需要再留。")

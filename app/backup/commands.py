"""`flask backup` and `flask restore`."""

from pathlib import Path

import click
from flask import Flask, current_app

from app.audit.service import record
from app.backup import making, restoring, state
from app.backup.archive import BackupError, Manifest
from app.backup.restoring import Confirm, Restored
from app.web import clock, schema, uow
from app.web.db import is_sqlite


def _app() -> Flask:
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]
    return app


@click.command("backup")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), required=False)
@click.option(
    "--keep", type=click.IntRange(1), help="只保留最新的几份；默认目录按 BACKUP_KEEP，其他目录全部保留。"
)
def backup_command(folder: Path | None, keep: int | None) -> None:
    """把全部数据备份成一个文件，写完即读回核对。服务不必停。密钥不在其中，请另行保管。"""
    schema.require()
    app, now = _app(), clock.now()
    if folder is None:
        folder, keep = state.folder(app), keep or app.config["BACKUP_KEEP"]
    try:
        made = making.make(folder.resolve(), keep, now)
    except BackupError as error:
        state.note_failure(app, error.message)
        raise
    state.note_success(app, made, now)
    record("backup.create", "backup:1", f"备份数据到 {made.name}")
    uow.commit_item()
    click.echo(f"已备份并核对：{made}（{made.stat().st_size / (1 << 20):.1f} MB）")


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--replace", is_flag=True, help="替换已有的数据（要求输入学校名称确认）；原来的数据另存。")
@click.option("--lost-key", is_flag=True, help="原密钥已丢失：身份证号、手机号等不再可读，其余照样恢复。")
def restore_command(file: Path, replace: bool, lost_key: bool) -> None:
    """从备份文件恢复。先核对，后改动；服务须先停止。"""
    confirm: Confirm | None = _named_school if replace else None
    done = restoring.restore(_app(), file.resolve(), clock.now(), lost_key=lost_key, confirm=confirm)
    click.echo("\n".join(_report(done, lost_key)))
    if done.breaks:
        raise click.ClickException(f"审计记录有 {done.breaks} 处与封存时不符，详见 flask audit verify。")


def _named_school(manifest: Manifest) -> bool:
    click.echo(f"将用 {_made(manifest)} 的备份替换本机的全部数据。")
    typed: str = click.prompt(f"请输入学校名称（{manifest.school}）确认")
    return typed.strip() == manifest.school


def _made(manifest: Manifest) -> str:
    return f"{clock.beijing(restoring.made_at(manifest)):%Y-%m-%d %H:%M}"


def _report(done: Restored, lost_key: bool) -> list[str]:
    rows = sum(done.manifest.rows.values())
    lines = [f"已恢复 {_made(done.manifest)} 的数据：{len(done.manifest.rows)} 张表，{rows} 行，与备份一致。"]
    if done.aside:
        cure = "核对无误后可删除" if is_sqlite() else f'核对无误后可执行 DROP SCHEMA "{done.aside}" CASCADE'
        lines.append(f"原来的数据在 {done.aside}，{cure}。")
    if lost_key:
        lines.append(
            "密钥与做备份时不同：读不出来的身份证号、手机号、动态口令和首次登录码已清除，请重新填写、绑定和打印；"
            "审计记录改用现在的密钥重新留锚点，备份以前的锚点不再能作证。"
        )
    else:
        lines.append("密钥与做备份时一致，身份证号、手机号可以读取。")
    lines += [
        "所有人须重新登录。备份以后的停用、收回授权、改密码没有包含在内，请逐项核对。",
        "接着请执行：flask doctor，再启动服务。",
    ]
    return lines

"""`flask bank …`: the second reading of files, export of all. Checking and importing: `app.cli`."""

from pathlib import Path

import click
from flask.cli import AppGroup

from app.audit.service import record
from app.bank import files, readings
from app.bank.browsing import Filter
from app.bank.exporting import picking
from app.bank.exporting.formats import FORMATS, Order
from app.web import clock, schema, uow
from app.web.content import ContentError

bank_cli = AppGroup("bank", help="题库内容：检查、第二遍审读与导入。")
FOLDER = click.argument("folder", type=click.Path(path_type=Path))
SHEET = click.argument("sheet", type=click.Path(path_type=Path, exists=True, dir_okay=False))


def _sound(folder: Path) -> files.Bank:
    bank, faults = files.read(folder)
    if faults:
        raise click.ClickException(str(ContentError(faults)))
    return bank


@bank_cli.command("reading-sheet")
@FOLDER
@click.option("--file", "names", multiple=True, help="只列这个题目文件（不带 .toml），可重复。")
def reading_sheet(folder: Path, names: tuple[str, ...]) -> None:
    """列出还没有第二遍审读的试题，只有题目和条款，没有答案；审读人填写后用 enter-readings 交回。"""
    bank = _sound(folder)
    unread = {
        code: question
        for code, question in bank.questions.items()
        if code in bank.unread and (not names or bank.homes[code] in names)
    }
    click.echo(readings.sheet(unread, bank.clauses, bank.sources), nl=False)


@bank_cli.command("enter-readings")
@FOLDER
@SHEET
def enter_readings(folder: Path, sheet: Path) -> None:
    """收下审读人填好的表：与答案一致的记入 readings/，不一致的列出来，留待修改试题。"""
    bank = _sound(folder)
    questions = {code: (bank.homes[code], question) for code, question in bank.questions.items()}
    try:
        wrong = readings.enter(folder, sheet, questions, bank.clauses, clock.beijing(clock.now()).date())
    except ContentError as error:
        raise click.ClickException(str(error)) from error
    for code in wrong:
        click.echo(f"与答案不一致：{code}")
    click.echo(f"还没有第二遍审读的试题：{len(_sound(folder).unread)}")


@bank_cli.command("export")
@click.argument("form", type=click.Choice([name for name in FORMATS if name != "docx"]), metavar="格式")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
def export(form: str, file: Path) -> None:
    """导出全部试题，数量不限。格式：xlsx、moodle、gift、qti、toml。文件含答案，请妥善保管。"""
    schema.require()
    wanted, today = Filter(state="all"), clock.day(clock.now())
    count = picking.count(wanted, today)
    file.touch(mode=0o600)
    with file.open("wb") as out:
        for piece in FORMATS[form].make(Order(wanted, today)):
            out.write(piece)
    record("question.export", "bank:1", f"在服务器上导出全部试题 {file.name}", after={"rows": count})
    uow.commit_item()
    click.echo(f"已导出 {count} 道试题：{file}")

"""The formats that questions go out in: what each is called, how many it takes, and how it is made."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from tempfile import TemporaryFile
from typing import IO

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.bank.browsing import Filter
from app.bank.exporting import excel, gift, moodle, own, paper, printing, qti, word
from app.bank.exporting.picking import Exported, picked, rule_sets
from app.people.school import school
from app.web.sheets import MIMETYPE as XLSX


@dataclass(frozen=True)
class Order:
    """What is wanted: a title and whether answers follow are a paper's matter alone."""

    wanted: Filter
    today: date
    title: str = ""
    with_key: bool = False


@dataclass(frozen=True)
class Format:
    """`most` at once: others use the same processor. `flask bank export` knows no limit."""

    label: LazyString
    hint: LazyString
    extension: str
    mimetype: str
    most: int
    make: Callable[[Order], Iterable[bytes]]


def _encoded(pieces: Iterable[str]) -> Iterator[bytes]:
    return (piece.encode() for piece in pieces)


def _paper(order: Order) -> list[bytes]:
    made = printing.of_questions(
        picked(order.wanted, order.today), school().name, order.title, order.with_key
    )
    return [paper.docx(made)]


def _each(write: Callable[[Iterable[Exported]], bytes]) -> Callable[[Order], list[bytes]]:
    return lambda order: [write(picked(order.wanted, order.today))]


def _filed(write: Callable[[Order, IO[bytes]], None]) -> Callable[[Order], Iterator[bytes]]:
    """Made on disk: with its pictures it may be larger than memory."""

    def make(order: Order) -> Iterator[bytes]:
        out = TemporaryFile()  # noqa: SIM115  (it is closed when it has been sent)
        write(order, out)
        out.seek(0)
        return iter(lambda: out.read(_PIECE), b"")

    return make


_PIECE = 64 * 1024
MOST, PRINTED = 20_000, 500
FORMATS: dict[str, Format] = {
    "xlsx": Format(
        _l("Excel 表格"), _l("每题一行，改好后可以再导入；图片带不了，按编号再导入时沿用原图。"),
        ".xlsx", XLSX, MOST, _each(excel.workbook),
    ),
    "docx": Format(
        _l("Word 试卷"), _l("有密封线、得分栏和答题卡，按题型分大题。"),
        ".docx", word.MIMETYPE, PRINTED, _paper,
    ),
    "moodle": Format(
        _l("Moodle XML"), _l("供 Moodle 等平台导入，带图片。"),
        ".xml", "application/xml", MOST,
        lambda order: _encoded(moodle.pieces(picked(order.wanted, order.today))),
    ),
    "gift": Format(
        _l("GIFT 文本"), _l("Moodle 的文本格式；不含图片、排序题和多个空的填空题。"),
        ".gift.txt", "text/plain", MOST,
        lambda order: _encoded(gift.lines(picked(order.wanted, order.today))),
    ),
    "qti": Format(
        _l("QTI 3.0"), _l("国际通用的试题格式，压缩包，带图片。"),
        ".zip", "application/zip", MOST,
        _filed(lambda order, out: qti.package(picked(order.wanted, order.today), out)),
    ),
    "toml": Format(
        _l("题库文件"), _l("本系统的文本格式，带条文和图片，适合存档和比对；不完整的草稿不在内。"),
        ".zip", "application/zip", MOST,
        _filed(lambda order, out: own.archive(picked(order.wanted, order.today), rule_sets(), out)),
    ),
}  # fmt: skip

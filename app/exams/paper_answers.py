"""What stands on an answer sheet (答题卡) as people type it, slot by slot, and back."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _

from app.bank import typed
from app.domain import regrading
from app.domain.questions import Kind
from app.domain.responses import MAX_TEXT_CHARS, Value
from app.domain.scoring import format_points
from app.exams import papers
from app.exams.regrade_forms import FAULTS

_LIST = (Kind.ORDER, Kind.MATCH)
_BREAK = re.compile(r"[；;|｜\n]")
WRITTEN = "（写在纸质答卷上）"
"""What the journal holds where somebody wrote on paper: the paper itself is kept in the archive."""


@dataclass
class Sheet:
    """Answers by slot; for what people mark the tenths that they gave on paper. `faults`: what cannot be."""

    answers: dict[int, Value] = field(default_factory=dict)
    points: dict[int, int] = field(default_factory=dict)
    faults: dict[int, str] = field(default_factory=dict)


def read(paper_id: int, texts: Mapping[int, str]) -> Sheet:
    """Slots that were left empty earn nothing."""
    slots, keys = papers.slots(paper_id), papers.keys(paper_id)
    contents = {slot["slot"]: slot for slot in papers.document(paper_id)["slots"]}
    sheet = Sheet()
    for n, text in texts.items():
        if n not in slots or not text.strip():
            continue
        if slots[n].by_hand:
            _points(sheet, n, text, slots[n].points)
        else:
            _answer(sheet, n, text, contents[n], keys[n])
    return sheet


def _points(sheet: Sheet, n: int, text: str, most: int) -> None:
    try:
        tenths = Decimal(unicodedata.normalize("NFKC", text).strip()) * 10
    except InvalidOperation:
        tenths = Decimal("NaN")
    if not tenths.is_finite() or tenths != int(tenths) or not 0 <= tenths <= most:
        sheet.faults[n] = str(
            _("请填阅卷人给的分，从 0 到 %(most)s，最多一位小数。", most=format_points(most))
        )
        return
    sheet.answers[n], sheet.points[n] = WRITTEN, int(tenths)


def _answer(sheet: Sheet, n: int, text: str, content: Mapping[str, Any], key: Any) -> None:
    kind = Kind(content["kind"])
    value = _value(kind, text, len(key) if kind is Kind.BLANKS else 0)
    if fault := _fault(kind, value, content, key):
        sheet.faults[n] = fault
    else:
        sheet.answers[n] = value


def _value(kind: Kind, text: str, blanks: int) -> Any:
    if kind is Kind.RECITE:
        return text.replace("\r\n", "\n").strip()
    if kind is Kind.BLANKS:
        given = [part.strip() for part in _BREAK.split(text.strip())]
        return [*given, *[""] * (blanks - len(given))]
    if kind in _LIST:
        plain = unicodedata.normalize("NFKC", text).lower()
        return [char for char in plain if char.isascii() and char.isalpha()]
    return typed.key(kind, text)


def _fault(kind: Kind, value: Any, content: Mapping[str, Any], key: Any) -> str:
    if kind is Kind.RECITE:
        return "" if len(value) <= MAX_TEXT_CHARS else str(_("原文太长。"))
    if kind is Kind.BLANKS:
        fits = len(value) == len(key) and all(len(one) <= 200 for one in value)
        return "" if fits else str(_("这道题有 %(n)s 个空，各空之间用分号隔开。", n=len(key)))
    options = [option["key"] for option in content["options"]]
    word = regrading.fault(kind, value, options, len(content.get("prompts", ())), 0)
    return str(FAULTS[word]) if word else ""


def said(kind: Kind, value: Any) -> str:
    """An answer as it is typed."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "对" if value else "错"
    if kind is Kind.BLANKS:
        return "；".join(value)
    return _letters(value) if kind is not Kind.RECITE else str(value)


def told(slot: papers.Slot, n: int, sheet: Sheet) -> str:
    """What stands on the sheet for a slot, as it is typed."""
    if slot.by_hand:
        return format_points(sheet.points[n]) if n in sheet.points else ""
    return said(slot.kind, sheet.answers.get(n))


def _letters(value: str | Sequence[str]) -> str:
    return "".join(value).upper()

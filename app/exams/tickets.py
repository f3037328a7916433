"""准考证 on paper: an A5 page for each seat of a sitting, two hundred in one file."""

from collections.abc import Sequence

import structlog
from flask import current_app, render_template
from flask_babel import gettext as _

from app.audit.service import record
from app.domain.certificates import missing_glyphs
from app.exams import told
from app.exams.models import Exam
from app.exams.seat_models import Seat, Sitting
from app.people.school import school
from app.web import fonts, pdf
from app.web.errors import Problem

BATCH = 200  # printed within the request, in a few seconds
MISSING = "〓"  # the printers' mark for a character that the font lacks
log = structlog.get_logger()


def document(exam: Exam, sitting: Sitting, seats: Sequence[Seat]) -> bytes:
    """Raises Problem when it cannot be printed."""
    try:
        made = pdf.render(page(exam, seats), stylesheet())
    except pdf.RenderError as error:
        log.exception("tickets_not_printed", sitting=sitting.id)
        text = _("准考证没有印成。请稍后重试；仍不行时，请系统管理员检查打印环境。")
        raise Problem(503, "printing", text) from error
    summary = f"打印“{sitting.room}”的准考证 {len(seats)} 张（{seats[0].number}–{seats[-1].number} 号）"
    record("sitting.print", f"sitting:{sitting.id}", summary)
    return made


def page(exam: Exam, seats: Sequence[Seat]) -> str:
    return render_template(
        "exams/tickets.html", exam=exam, school=school().name, rules=told.room_rules(exam),
        tickets=[(seat, told.ticket(seat, exam)) for seat in seats], printable=_printable, size=_size,
    )  # fmt: skip


def _size(text: str) -> str:
    """The class that makes a long text fit."""
    return "longest" if len(text) > 24 else "long" if len(text) > 10 else ""


def _printable(text: str) -> str:
    for char in missing_glyphs(text, fonts.coverage(fonts.printing())):
        text = text.replace(char, MISSING)
    return text


def stylesheet() -> str:
    return current_app.jinja_env.get_template("exams/tickets.css").render()

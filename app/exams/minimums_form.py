"""What must be reached in single sections, besides the total: as typed and as stored."""

from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    SelectMultipleField,
    StringField,
    ValidationError,
)
from wtforms.widgets import CheckboxInput, ListWidget

from app.domain import papers as rules
from app.domain.attempts import Outcome
from app.domain.scoring import format_points
from app.exams import papers
from app.exams.forms import ExamForm
from app.exams.models import Exam
from app.web.choices import choices


class MinimumForm(Form):
    sections = SelectMultipleField(
        _l("大题"), widget=ListWidget(prefix_label=False), option_widget=CheckboxInput()
    )
    points = StringField(
        _l("至少得几分"), filters=[lambda text: text.strip() if text else ""],
        render_kw={"inputmode": "decimal", "autocomplete": "off"},
    )  # fmt: skip


class PlannedExamForm(ExamForm):
    """An exam that nobody has begun. Once it has its paper, and so its sections, minimums are set in them."""

    minimums = FieldList(FormField(MinimumForm), _l("各部分最低分"))
    drop_minimums = BooleanField(
        _l("去掉这些最低分"), description=_l("新试卷没有这些大题时选用；组好试卷后可以另定。")
    )

    def __init__(self, *args: Any, full: dict[str, int], kept: Sequence[str], **more: Any) -> None:
        """`full`: what each section of the paper is worth, in tenths. `kept`: the minimums, in words, of an
        exam that has none yet: a make-up has those of its original."""
        super().__init__(*args, **more)
        self.full, self.kept = full, kept
        for entry in self.minimums:
            entry.form.sections.choices = choices((title, title) for title in full)

    def validate_minimums(self, field: FieldList) -> None:
        if self.minimums_typed() and self.outcome.data == Outcome.AVERAGE:
            raise ValidationError(_("成绩取各次平均的，不能另设各部分最低分。"))

    def minimums_typed(self) -> list[dict[str, Any]]:
        """As an exam stores them; empty rows left out. Raises ValidationError."""
        rows = enumerate((entry.form for entry in self.minimums), 1)
        return [
            _minimum(form, number, self.full)
            for number, form in rows
            if form.sections.data or form.points.data
        ]


def _minimum(form: MinimumForm, number: int, full: dict[str, int]) -> dict[str, Any]:
    titles = form.sections.data or []
    most = sum(full.get(title, 0) for title in titles)
    if not titles:
        raise ValidationError(_("第 %(n)s 条没有选大题。", n=number))
    try:
        tenths = Decimal(form.points.data or "") * 10
    except InvalidOperation:
        tenths = Decimal(0)
    if not (tenths.is_finite() and 1 <= tenths <= most and tenths == int(tenths)):
        raise ValidationError(
            _("第 %(n)s 条的最低分要在 0.1 至 %(most)s 之间（所选大题的满分），最多一位小数。", n=number,
              most=format_points(most))
        )  # fmt: skip
    return {"sections": list(titles), "points": int(tenths)}


def section_points(exam: Exam) -> dict[str, int]:
    """What the sections that all its forms have are worth, in tenths, by title: the least of any form."""
    forms = [rules.section_points(papers.document(form.paper_id)) for form in exam.forms]
    return {
        title: min(form[title] for form in forms)
        for title in (forms[0] if forms else ())
        if all(title in form for form in forms)
    }


def typed(minimums: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """As the form shows them, with an empty row to add to."""
    shown = [{"sections": one["sections"], "points": format_points(one["points"])} for one in minimums]
    return [*shown, {"sections": [], "points": ""}]


def unreachable(sections: Sequence[str]) -> str:
    """Why papers were not taken into use: a minimum in these sections could not be reached."""
    names = _("、").join(f"“{title}”" for title in sections)
    text = _("试卷没有采用：%(names)s定有最低分，新试卷却没有这样的大题，或者分值不够。", names=names)
    return str(text + _("请先在“设置”里去掉这条最低分，采用新试卷后再定。"))

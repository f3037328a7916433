from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import HiddenInput

from app.bank import typed_clauses
from app.bank.citing import chinese_date
from app.bank.models import Clause, RuleSet
from app.web.choices import choices
from app.web.editing import EditForm


def clean(text: Any) -> Any:
    """Without what no database stores, with plain line ends and no space around."""
    return text.replace("\0", "").replace("\r\n", "\n").strip() if isinstance(text, str) else text


class LocalSetForm(FlaskForm):
    """What a county fills in for a set of its own."""

    summary = StringField(_l("一句话说明"), [DataRequired(_l("请写一句话说明。")), Length(max=200)], [clean])
    document = StringField(
        _l("文件名称"), [DataRequired(_l("请填写文件名称。")), Length(max=200)], [clean],
        description=_l("写全称，不加书名号。"),
    )  # fmt: skip
    issuer = StringField(_l("印发机关"), [DataRequired(_l("请填写印发机关。")), Length(max=100)], [clean])
    number = StringField(_l("文号（可不填）"), [Length(max=60)], [clean])
    dated = DateField(_l("日期"), [DataRequired(_l("请填写日期，如 2026-03-01。"))])
    place = StringField(_l("地点（可不填）"), [Length(max=60)], [clean])
    clauses = TextAreaField(
        _l("条文"), [DataRequired(_l("请填写条文，每行一条。")), Length(max=20000)], [clean],
        render_kw={"rows": 12},
        description=_l(
            "每行一条，照抄原文。行首的编号是条款的固定编号，试题按它引用，已有的不要改动；"
            "新加的行可不写编号。要加小标题，写成“小标题｜条文”。"
        ),
    )  # fmt: skip

    def validate_clauses(self, field: TextAreaField) -> None:
        made = typed_clauses.clauses(field.data)
        codes = [clause.code for clause in made]
        if len(set(codes)) < len(codes):
            raise ValidationError(_("有两行用了同一个编号。"))
        if any(not clause.text for clause in made):
            raise ValidationError(_("有的行只有编号或小标题，没有条文。"))


class SuccessionForm(EditForm):
    """Whether a set is in force, and what took its place."""

    superseded_on = DateField(
        _l("停止施行的日期"), [Optional()], description=_l("被新的规定取代或废止的日期；仍在施行就留空。")
    )
    successor = SelectField(_l("由哪一集取代"), default="")

    def offer(self, sets: Iterable[RuleSet], own: RuleSet) -> None:
        others = [(other.code, other.title) for other in sets if other.id != own.id]
        self.successor.choices = [("", _("没有，或不在题库里")), *others]
        if self.successor.raw_data is None and own.superseded_by:
            self.successor.data = own.superseded_by.code

    def validate_successor(self, field: SelectField) -> None:
        if field.data and self.superseded_on.data is None:
            raise ValidationError(_("写明由哪一集取代的，也要写明自哪一天起不再施行。"))


class AmendmentForm(EditForm):
    """That one clause was amended or repealed: by what document, since when, and how it reads now."""

    change = RadioField(
        _l("这一条"),
        choices=choices([("amended", _l("有了新的条文")), ("repealed", _l("不再施行，没有新的条文"))]),
    )
    document = StringField(
        _l("修改或废止它的文件"), [DataRequired(_l("请填写文件名称。")), Length(max=200)], [clean],
        description=_l("写全称，不加书名号。"),
    )  # fmt: skip
    since = DateField(_l("自哪一天起"), [DataRequired(_l("请填写日期，如 2026-07-01。"))])
    text = TextAreaField(
        _l("新的条文"), [Length(max=10000)], [clean], render_kw={"rows": 5},
        description=_l("照抄新文件的原文。选“不再施行”的，这一栏不必管。"),
    )  # fmt: skip

    def __init__(self, clause: Clause, today: date) -> None:
        entered = clause.amendment
        repealed = clause.superseded_on is not None
        super().__init__(
            data={
                "change": "repealed" if repealed else "amended", "text": clause.text,
                "document": entered.document if entered else "", "since": entered.since if entered else None,
            }
        )  # fmt: skip
        self.clause, self.today = clause, today
        self.reads_so = entered is not None and not repealed

    def wording(self) -> str:
        """The new text; "" where there is none."""
        return self.text.data or "" if self.change.data == "amended" else ""

    def validate_since(self, field: DateField) -> None:
        if field.data and field.data > self.today:
            raise ValidationError(_("这一天还没有到，现在仍按原来的条文。请到那一天再登记。"))
        dated = self.clause.rule_set.dated
        if field.data and dated and field.data < dated:
            day = chinese_date(dated)
            raise ValidationError(_("原文件是%(day)s的，修改或废止只会在那以后。请核对日期。", day=day))

    def validate_text(self, field: TextAreaField) -> None:
        if self.change.data != "amended":
            return
        if not field.data:
            raise ValidationError(_("请照抄新的条文；没有新条文的，请选“不再施行”。"))
        if field.data == self.clause.text and not self.reads_so:
            raise ValidationError(_("与现在的条文一字不差，请照抄新文件里的条文。"))
        if "\n" in field.data and self.clause.rule_set.local:
            raise ValidationError(_("本县条目集的条文请写成一行。"))


class ReviewForm(FlaskForm):
    """Somebody looked again at a question, a course or a paper. `number`: of the version that was shown."""

    number = IntegerField("", widget=HiddenInput(), validators=[Optional()])
    review_on = DateField(_l("下次复核日期"), [Optional()])

    def outcome(self) -> tuple[str, str]:
        """What to say, and how."""
        if self.errors:
            return _("没有保存：日期请写成 2027-06-30 这样。"), "warn"
        return _("已记为复核过。"), "message"

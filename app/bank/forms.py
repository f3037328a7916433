from collections.abc import Iterable
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Length, Optional
from wtforms.widgets import HiddenInput

from app.bank import service, typed
from app.bank.labels import DIFFICULTIES, KINDS, fault_text
from app.bank.models import RuleSet
from app.domain.faults import faults
from app.domain.questions import Kind, Question
from app.web.choices import choices
from app.web.editing import EditForm


def clean(text: Any) -> Any:
    """Without what no database stores, with plain line ends and no space around."""
    return text.replace("\0", "").replace("\r\n", "\n").strip() if isinstance(text, str) else text


class QuestionForm(FlaskForm):
    """A question as an author types it; `content` is what it says."""

    based_on = IntegerField("", widget=HiddenInput(), validators=[Optional()])
    kind = SelectField(_l("题型"), choices=choices(KINDS.items()))
    stem = TextAreaField(
        _l("题干"), [Length(max=2000)], [clean],
        description=_l("填空题用四个下划线（____）标出每个空。"),
    )  # fmt: skip
    options = TextAreaField(
        _l("选项"), [Length(max=4000)], [clean],
        description=_l(
            "每行一个，2 至 8 个，不必写 A、B；考试时次序会打乱，不要写“以上都对”。判断题、填空题留空。"
        ),
    )  # fmt: skip
    key = TextAreaField(
        _l("答案"), [Length(max=2000)], [clean], render_kw={"rows": 3},
        description=_l(
            "单选写 B，多选写 ACD，判断写“对”或“错”；"
            "填空每空一行，同一空的几种写法用“|”隔开，标准写法在前。"
        ),
    )  # fmt: skip
    explanation = TextAreaField(
        _l("解析"), [Length(max=4000)], [clean], description=_l("为什么对，其余为什么不对。")
    )
    clauses = SelectMultipleField(_l("依据的条款"), validate_choice=False, default=())
    topic = StringField(
        _l("知识点"), [Length(max=40)], [clean], render_kw={"list": "topics", "autocomplete": "off"}
    )
    difficulty = SelectField(_l("难度"), choices=choices(DIFFICULTIES.items()))

    def validate_clauses(self, field: SelectMultipleField) -> None:
        if set(field.data) - set(service.cited_clauses(field.data)):
            raise ValidationError(_("所选条款已不存在，请重新选择。"))

    def content(self) -> Question:
        kind = Kind(self.kind.data)
        return Question(
            kind, self.stem.data or "", typed.options(self.options.data or ""),
            typed.key(kind, self.key.data or ""), self.explanation.data or "",
            tuple(sorted(set(self.clauses.data or ()))), self.topic.data or "", self.difficulty.data,
        )  # fmt: skip

    def validate(self, extra_validators: Any = None) -> bool:
        """Besides the shape of the fields, everything that makes a question well formed, at its field."""
        if not super().validate(extra_validators):
            return False
        found = faults(self.content())
        for fault in found:
            self[fault.field].errors = [*self[fault.field].errors, fault_text(fault)]
        return not found


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
        made = typed.clauses(field.data)
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


class ReviewForm(FlaskForm):
    """Somebody looked again at a question, a course or a paper. `number`: of the version that was shown."""

    number = IntegerField("", widget=HiddenInput(), validators=[Optional()])
    review_on = DateField(_l("下次复核日期"), [Optional()])

    def outcome(self) -> tuple[str, str]:
        """What to say, and how."""
        if self.errors:
            return _("没有保存：日期请写成 2027-06-30 这样。"), "warn"
        return _("已记为复核过。"), "message"

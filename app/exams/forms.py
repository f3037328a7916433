from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    FieldList,
    Form,
    FormField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from app.bank.labels import KINDS
from app.domain import scoring
from app.domain.access import Action
from app.domain.attempts import Outcome
from app.domain.questions import Kind
from app.domain.scoring import Preset
from app.exams.labels import OUTCOMES, PRESETS, RELEASES
from app.people.unit_field import UnitField
from app.web.choices import choices
from app.web.editing import EditForm

_EARLIEST = datetime(2000, 1, 1)  # noqa: DTZ001  (as typed, in Beijing time)
_LATEST = datetime(2199, 1, 1)  # noqa: DTZ001
# The first is how a browser of the oldest supported sort wants to read a time back.
TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
_MINUTES = NumberRange(1, 600, _l("时长要在 1 至 600 分钟之间。"))
_PERCENT = NumberRange(0, 100, _l("要在 0 至 100 之间。"))
_TITLE = (DataRequired(_l("请填写名称。")), Length(max=100, message=_l("最多 100 个字。")))


def stripped(value: str | None) -> str | None:
    return value.strip() if value else value


def typed_time(field: DateTimeLocalField) -> None:
    if field.data is not None and not _EARLIEST <= field.data <= _LATEST:
        raise ValidationError(_("年份不对，请检查。"))


class BegunExamForm(EditForm):
    """What may still change once somebody has begun."""

    title = StringField(_l("名称"), _TITLE, filters=[stripped])
    closes_at = DateTimeLocalField(
        _l("结束时间"),
        [InputRequired(_l("请填写结束时间（北京时间）。"))],
        format=TIMES,
        description=_l("北京时间。除加时的以外，到时统一结束。"),
    )
    entry_minutes = IntegerField(
        _l("开考多少分钟后不得入场"),
        [Optional(), NumberRange(0, 600, _l("要在 0 至 600 分钟之间。"))],
        description=_l("留空表示结束前都可以开始。"),
    )
    earliest_minutes = IntegerField(
        _l("开始答题多少分钟后才能交卷"),
        [Optional(), NumberRange(0, 600, _l("要在 0 至 600 分钟之间。"))],
        filters=[lambda minutes: minutes or 0],
        description=_l("从本人开始答题起算；填 0 表示随时可以交卷。"),
    )

    def validate_closes_at(self, field: DateTimeLocalField) -> None:
        typed_time(field)


class ExamForm(BegunExamForm):
    opens_at = DateTimeLocalField(
        _l("开始时间"),
        [InputRequired(_l("请填写开始时间（北京时间）。"))],
        format=TIMES,
        description=_l("北京时间。"),
    )
    minutes = IntegerField(
        _l("限时（分钟）"),
        [InputRequired(_l("请填写限时。")), _MINUTES],
        description=_l("从学员本人开始答题起算，最晚到结束时间为止。"),
    )
    attempts_allowed = IntegerField(
        _l("每人可考次数"),
        [Optional(), NumberRange(1, 100, _l("要在 1 至 100 之间。"))],
        description=_l("留空表示不限次数。"),
    )
    outcome = SelectField(
        _l("考多次的，成绩怎么算"), choices=choices(OUTCOMES.items()), default=Outcome.BEST.value
    )
    pass_percent = IntegerField(
        _l("合格线（满分的百分之几）"), [InputRequired(_l("请填写合格线。")), _PERCENT]
    )
    valid_years = IntegerField(
        _l("合格几年内有效"),
        [Optional(), NumberRange(1, 50, _l("要在 1 至 50 之间。"))],
        description=_l("留空表示长期有效。"),
    )
    shuffle_sections = BooleanField(_l("每人的大题次序不同"))
    shuffle_slots = BooleanField(_l("每人的题目次序不同（不出本大题）"), default=True)
    shuffle_options = BooleanField(_l("每人的选项次序不同"), default=True)
    seated = BooleanField(
        _l("凭座位参加"), description=_l("只有在“场次”里排了座位的人才能开始，时间以各人的场次为准。")
    )

    def validate_opens_at(self, field: DateTimeLocalField) -> None:
        typed_time(field)
        if self.closes_at.data and field.data and field.data >= self.closes_at.data:
            raise ValidationError(_("开始时间要早于结束时间。"))


class NewExamForm(ExamForm):
    release = SelectField(
        _l("公布什么"),
        choices=choices(RELEASES.items()),
        description=_l(
            "建好以后可在“公布”页逐项细定。交卷后即公布答案，会让先交卷的人知道答案，分批考试时请慎用。"
        ),
    )
    blueprint_id = SelectField(
        _l("组卷规则"), coerce=int, description=_l("保存时立即按规则抽题组卷，试卷随即固定。")
    )
    minutes = IntegerField(
        _l("限时（分钟）"), [Optional(), _MINUTES], description=_l("留空即按组卷规则。从本人开始答题起算。")
    )
    attempts_allowed = IntegerField(
        _l("每人可考次数"),
        [Optional(), NumberRange(1, 100, _l("要在 1 至 100 之间。"))],
        default=1,
        description=_l("留空表示不限次数。"),
    )
    pass_percent = IntegerField(
        _l("合格线（满分的百分之几）"), [Optional(), _PERCENT], description=_l("留空即按组卷规则。")
    )


class SectionForm(Form):
    """One section of a blueprint as typed; `BlueprintForm.sections_typed` reads it."""

    title = StringField(_l("标题"), filters=[stripped])
    kind = SelectField(
        _l("题型"), choices=choices((kind, KINDS[kind]) for kind in Kind), default=Kind.SINGLE.value
    )
    count = StringField(_l("题数"), filters=[stripped], render_kw={"inputmode": "numeric"})
    points = StringField(_l("每题分值"), filters=[stripped], render_kw={"inputmode": "decimal"})
    preset = SelectField(_l("评分办法"), choices=choices(PRESETS.items()), default=Preset.EXACT.value)
    topics = StringField(
        _l("限定知识点"), filters=[stripped], description=_l("几个知识点之间用顿号隔开；留空表示不限。")
    )
    rule_sets = SelectMultipleField(_l("限定规矩条目集"), description=_l("可多选；不选表示不限。"))

    @property
    def empty(self) -> bool:
        return not (self.title.data or self.count.data or self.points.data)


class BlueprintForm(EditForm):
    title = StringField(_l("名称"), _TITLE, filters=[stripped])
    minutes = IntegerField(_l("限时（分钟）"), [InputRequired(_l("请填写限时。")), _MINUTES])
    pass_percent = IntegerField(
        _l("合格线（满分的百分之几）"), [InputRequired(_l("请填写合格线。")), _PERCENT]
    )
    sections = FieldList(FormField(SectionForm), _l("大题"), min_entries=4)

    def validate_sections(self, field: FieldList) -> None:
        if not self.sections_typed():
            raise ValidationError(_("请至少填写一个大题。"))

    def sections_typed(self) -> list[dict[str, Any]]:
        """The sections as a blueprint stores them; empty rows left out. Raises ValidationError."""
        numbered = enumerate((entry.form for entry in self.sections), 1)
        return [_section(form, number) for number, form in numbered if not form.empty]


def _section(form: SectionForm, number: int) -> dict[str, Any]:
    if not form.title.data:
        raise ValidationError(_("第 %(n)s 个大题没有标题。", n=number))
    count = form.count.data or ""
    if not (count.isascii() and count.isdigit() and 1 <= int(count) <= 200):
        raise ValidationError(_("第 %(n)s 个大题的题数要在 1 至 200 之间。", n=number))
    if form.kind.errors or form.preset.errors:
        raise ValidationError(_("第 %(n)s 个大题的题型或评分办法不对。", n=number))
    if form.kind.errors or form.preset.errors:
        raise ValidationError(_("第 %(n)s 个大题的题型或评分办法不对。", n=number))
    kind, preset = Kind(form.kind.data), Preset(form.preset.data)
    presets = scoring.PRESETS.get(kind, ())
    if preset not in presets:
        fitting = "、".join(f"“{PRESETS[one]}”" for one in presets)
        raise ValidationError(
            _("第 %(n)s 个大题的评分办法与题型不符，%(kind)s可选%(fitting)s。", n=number, kind=KINDS[kind],
              fitting=fitting)
        )  # fmt: skip
    return {
        "title": form.title.data,
        "kind": form.kind.data,
        "count": int(count),
        "points": _tenths(form.points.data or "", number),
        "preset": preset.value,
        "topics": [topic.strip() for topic in (form.topics.data or "").split("、") if topic.strip()],
        "rule_sets": list(form.rule_sets.data or ()),
    }


def _tenths(text: str, number: int) -> int:
    try:
        tenths = Decimal(text) * 10
    except InvalidOperation:
        tenths = Decimal(0)
    if not (tenths.is_finite() and 1 <= tenths <= 1000 and tenths == int(tenths)):
        raise ValidationError(_("第 %(n)s 个大题的分值要在 0.1 至 100 之间，最多一位小数。", n=number))
    return int(tenths)


class AssignForm(FlaskForm):
    """A unit with everything below it, or one person by username."""

    unit_id = UnitField(_l("单位（含下属）"), action=Action.EXAM_EDIT)
    username = StringField(
        _l("或个人的用户名"), filters=[stripped], render_kw={"autocapitalize": "none", "spellcheck": "false"}
    )

    def validate_unit_id(self, field: UnitField) -> None:
        if bool(field.data) == bool(self.username.data):
            raise ValidationError(_("请选一个单位，或填写一个用户名，二者选一。"))


class ReasonForm(FlaskForm):
    """An act for one candidate; the reason goes to the audit log. `seen`: the value that the act changes, as
    the page showed it."""

    reason = TextAreaField(
        _l("理由"),
        [DataRequired(_l("请写明理由。")), Length(max=200, message=_l("最多 200 个字。"))],
        filters=[stripped],
        render_kw={"rows": 2},
    )
    seen = IntegerField(widget=HiddenInput(), validators=[Optional()])


class MinutesForm(ReasonForm):
    minutes = IntegerField(
        _l("加时（分钟）"),
        [InputRequired(_l("请填写分钟数。")), NumberRange(1, 240, _l("要在 1 至 240 之间。"))],
    )

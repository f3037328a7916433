from datetime import datetime

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    DateTimeLocalField,
    IntegerField,
    SelectField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from app.domain.access import Action
from app.domain.assembly import MOST_FORMS
from app.domain.attempts import Outcome
from app.exams.answer_files import LARGEST
from app.exams.labels import OUTCOMES, RELEASES
from app.exams.planning import ExamFacts
from app.people.unit_field import UnitField
from app.web.choices import choices
from app.web.editing import EditForm

_EARLIEST = datetime(2000, 1, 1)  # noqa: DTZ001  (as typed, in Beijing time)
_LATEST = datetime(2199, 1, 1)  # noqa: DTZ001
# The first is how a browser of the oldest supported sort wants to read a time back.
TIMES = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M"]
MINUTES = NumberRange(1, 600, _l("时长要在 1 至 600 分钟之间。"))
PERCENT = NumberRange(0, 100, _l("要在 0 至 100 之间。"))
TITLE = (DataRequired(_l("请填写名称。")), Length(max=100, message=_l("最多 100 个字。")))


def stripped(value: str | None) -> str | None:
    return value.strip() if value else value


def typed_time(field: DateTimeLocalField) -> None:
    if field.data is not None and not _EARLIEST <= field.data <= _LATEST:
        raise ValidationError(_("年份不对，请检查。"))


def forms_field() -> IntegerField:
    """How many parallel papers there are to be."""
    return IntegerField(
        _l("平行试卷份数"),
        [Optional(), NumberRange(1, MOST_FORMS, _l("要在 1 至 20 之间。"))],
        default=1,
        description=_l("几份试卷难度相等、重复的题尽量少，考生轮流领取。"),
    )


class BegunExamForm(EditForm):
    """What may still change once somebody has begun."""

    title = StringField(_l("名称"), TITLE, filters=[stripped])
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
        [InputRequired(_l("请填写限时。")), MINUTES],
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
        _l("合格线（满分的百分之几）"), [InputRequired(_l("请填写合格线。")), PERCENT]
    )
    valid_years = IntegerField(
        _l("合格几年内有效"),
        [Optional(), NumberRange(1, 50, _l("要在 1 至 50 之间。"))],
        description=_l("留空表示长期有效。"),
    )
    shuffle_sections = BooleanField(_l("每人的大题次序不同"))
    shuffle_slots = BooleanField(_l("每人的题目次序不同（只在本大题内打乱）"), default=True)
    shuffle_options = BooleanField(_l("每人的选项次序不同"), default=True)
    seated = BooleanField(
        _l("凭座位参加"), description=_l("只有在“场次”里排了座位的人才能开始，时间以各人的场次为准。")
    )

    def validate_opens_at(self, field: DateTimeLocalField) -> None:
        typed_time(field)
        if self.closes_at.data and field.data and field.data >= self.closes_at.data:
            raise ValidationError(_("开始时间要早于结束时间。"))


ROOMLESS = {
    "earliest_minutes": _l("最早交卷的时间不能比限时（%(minutes)s 分钟）还长，否则没有人能自己交卷。"),
    "entry_minutes": _l("入场的时间不能超出考试的开始和结束时间。"),
}


def leaves_room(form: FlaskForm, facts: ExamFacts) -> bool:
    """Whether the rules can be kept together; else the form says what is wrong, at the field if it has it."""
    for name in facts.roomless:
        said = str(ROOMLESS[name]) % {"minutes": facts.minutes}
        if name in form:
            form[name].errors = [*form[name].errors, said]
        else:
            form.form_errors.append(said)
    return not facts.roomless


class NewExamForm(ExamForm):
    release = SelectField(
        _l("公布什么"),
        choices=choices(RELEASES.items()),
        description=_l(
            "建好以后可在“公布”页逐项细定。交卷后即公布答案，会让先交卷的人知道答案，分批考试时请慎用。"
        ),
    )
    forms = forms_field()
    blueprint_id = SelectField(
        _l("组卷规则"), coerce=int, description=_l("保存后按规则抽题组卷。也可以不用规则，自己选题。")
    )
    minutes = IntegerField(
        _l("限时（分钟）"), [Optional(), MINUTES], description=_l("留空即按组卷规则。从本人开始答题起算。")
    )
    attempts_allowed = IntegerField(
        _l("每人可考次数"),
        [Optional(), NumberRange(1, 100, _l("要在 1 至 100 之间。"))],
        default=1,
        description=_l("留空表示不限次数。"),
    )
    pass_percent = IntegerField(
        _l("合格线（满分的百分之几）"), [Optional(), PERCENT], description=_l("留空即按组卷规则。")
    )


class RedrawForm(FlaskForm):
    forms = forms_field()


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


class ReopenForm(ReasonForm):
    minutes = IntegerField(
        _l("至少再答（分钟）"),
        [InputRequired(_l("请填写分钟数。")), NumberRange(1, 240, _l("要在 1 至 240 之间。"))],
    )


class DecideForm(FlaskForm):
    """What is to become of answers that did not count; the choices are fields named slot-<n>. `shown`: the
    rows that the page showed."""

    reason = TextAreaField(
        _l("理由（考生看得到）"),
        [DataRequired(_l("请写明理由。")), Length(max=200, message=_l("最多 200 个字。"))],
        filters=[stripped],
        render_kw={"rows": 2},
    )
    shown = StringField(widget=HiddenInput())

    @property
    def rows(self) -> set[int]:
        return {int(part) for part in (self.shown.data or "").split(",") if part.isdecimal()}


class AnswerFileForm(FlaskForm):
    """应急作答文件, as a file, or its text pasted: some browsers on phones save no files."""

    file = FileField(_l("应急作答文件"))
    text = TextAreaField(_l("或粘贴文件的文字"), render_kw={"rows": 3})

    def validate_file(self, field: FileField) -> None:
        if not field.data and not self.text.data:
            raise ValidationError(_("请选择文件，或粘贴文件的文字。"))

    def content(self) -> bytes:
        """Of the file if there is one; a byte more than is allowed at most."""
        if self.file.data:
            data: bytes = self.file.data.read(LARGEST + 1)
            return data
        return (self.text.data or "").encode()

"""Forms of what candidates are told and ask."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from app.domain.releasing import Part, Rule, When
from app.exams.forms import TIMES, typed_time
from app.exams.labels import PARTS, WHENS
from app.exams.manage_queries import timed_exams
from app.exams.models import Attempt
from app.people.names import tidy_text
from app.web import clock
from app.web.choices import choices
from app.web.editing import EditForm


def _when(part: Part) -> SelectField:
    return SelectField(PARTS[part], choices=choices(WHENS.items()))


def _moment() -> DateTimeLocalField:
    return DateTimeLocalField(_l("指定时间（北京）"), [Optional(), _given_time], format=TIMES)


def _given_time(form: Any, field: DateTimeLocalField) -> None:
    typed_time(field)


class ReleaseForm(EditForm):
    """From when each part of the results is shown."""

    score_when, score_from = _when(Part.SCORE), _moment()
    verdicts_when, verdicts_from = _when(Part.VERDICTS), _moment()
    keys_when, keys_from = _when(Part.KEYS), _moment()
    explanations_when, explanations_from = _when(Part.EXPLANATIONS), _moment()
    appeal_days = IntegerField(
        _l("可申请复核的天数"),
        [InputRequired(_l("请填写天数，不受理复核的填 0。")), NumberRange(0, 90, _l("要在 0 至 90 之间。"))],
        description=_l("从成绩公布或更正之时算起。填 0 即不受理成绩复核。"),
    )

    @staticmethod
    def filled(rules: dict[Part, Rule], appeal_days: int) -> dict[str, Any]:
        """The rules as the form shows them."""
        shown: dict[str, Any] = {"appeal_days": appeal_days}
        for part, rule in rules.items():
            shown[f"{part}_when"] = rule.when.value
            shown[f"{part}_from"] = _typed(rule.moment)
        return shown

    def pairs(self) -> list[tuple[SelectField, DateTimeLocalField]]:
        return [(self[f"{part}_when"], self[f"{part}_from"]) for part in Part]

    def rules(self) -> dict[Part, Rule]:
        return {part: _rule(*pair) for part, pair in zip(Part, self.pairs(), strict=True)}

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        for when, moment in self.pairs():
            if when.data == When.FROM and moment.data is None and not moment.errors:
                moment.errors = [_("请填写从什么时间起公布。")]
                valid = False
        return valid


def _typed(moment: datetime | None) -> datetime | None:
    return moment and clock.beijing(moment).replace(tzinfo=None, second=0, microsecond=0)


def _rule(when: SelectField, moment: DateTimeLocalField) -> Rule:
    if when.data == When.FROM:
        return Rule(When.FROM, clock.from_beijing(moment.data))
    return Rule(When(when.data))


class AppealForm(FlaskForm):
    """About the whole or one question, by its number as shown; what was asked about is not offered again."""

    slot = SelectField(_l("复核什么"), coerce=int)
    text = TextAreaField(
        _l("理由"),
        [DataRequired(_l("请写明理由。")), Length(max=1000, message=_l("最多 1000 个字。"))],
        filters=[tidy_text],
        description=_l("写清您认为哪里不对、依据是什么。请不要写身份证号、手机号。"),
        render_kw={"rows": 5},
    )

    def __init__(self, attempt: Attempt, asked: Collection[int], wanted: int) -> None:
        super().__init__(data={"slot": wanted})
        offered = [(0, _("整份答卷"))]
        offered += [(slot, _("第 %(n)s 题", n=n)) for n, (slot, _keys) in enumerate(attempt.order, 1)]
        self.slot.choices = choices(one for one in offered if one[0] not in asked)


class AppealAnswerForm(FlaskForm):
    upheld = SelectField(
        _l("结论"),
        choices=choices([("", _l("请选择")), ("no", _l("维持原成绩")), ("yes", _l("申请成立"))]),
        validators=[DataRequired(_l("请选择结论。"))],
        description=_l("申请成立并不会自动改成绩：答案有误的请提出更正，由人评分的请重评。"),
    )
    answer = TextAreaField(
        _l("答复"),
        [DataRequired(_l("请填写答复。")), Length(max=1000, message=_l("最多 1000 个字。"))],
        filters=[tidy_text],
        description=_l("本人会看到。"),
        render_kw={"rows": 4},
    )


class AnnouncementForm(EditForm):
    title = StringField(
        _l("标题"), [DataRequired(_l("请填写标题。")), Length(max=100, message=_l("最多 100 个字。"))]
    )
    exam_id = SelectField(_l("给谁看"), coerce=int)
    text = TextAreaField(
        _l("正文"),
        [DataRequired(_l("请填写正文。")), Length(max=10_000, message=_l("最多 10000 个字。"))],
        filters=[tidy_text],
        description=_l("空一行分段；也可以用 Markdown：## 小标题、- 列表、**加粗**。"),
        render_kw={"rows": 12},
    )

    def __init__(self, **more: Any) -> None:
        super().__init__(**more)
        exams = [(exam.id, _("“%(title)s”的考生", title=exam.title)) for exam in timed_exams()]
        self.exam_id.choices = choices([(0, _("全体学员")), *exams])

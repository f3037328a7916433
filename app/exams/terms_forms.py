"""What is given to a group or one person, as typed: times in Beijing."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateTimeLocalField, IntegerField, TextAreaField, ValidationError
from wtforms.validators import DataRequired, Length, NumberRange, Optional

from app.domain.access import Action
from app.exams.forms import TIMES, stripped, typed_time
from app.exams.models import Exam
from app.people.unit_field import UnitField
from app.web import clock
from app.web.editing import EditForm


class WindowFields(FlaskForm):
    """A window of one's own, each end alone, too; and open books."""

    opens_at = DateTimeLocalField(
        _l("另定开始时间"), [Optional()], format=TIMES, description=_l("北京时间。留空表示同大家一样。")
    )
    closes_at = DateTimeLocalField(
        _l("另定结束时间"), [Optional()], format=TIMES, description=_l("北京时间。留空表示同大家一样。")
    )
    open_book = BooleanField(_l("开卷：可以查阅自带的书和笔记"))
    reason = TextAreaField(
        _l("理由"),
        [DataRequired(_l("请写明理由。")), Length(max=200, message=_l("最多 200 个字。"))],
        filters=[stripped],
        render_kw={"rows": 2},
    )

    def __init__(self, *args: Any, exam: Exam, **more: Any) -> None:
        super().__init__(*args, **more)
        self.exam = exam

    def validate_opens_at(self, field: DateTimeLocalField) -> None:
        typed_time(field)

    def validate_closes_at(self, field: DateTimeLocalField) -> None:
        typed_time(field)

    def validate(self, extra_validators: Any = None) -> bool:
        """Fields left empty are asked nothing of their own, so what they are together is asked here."""
        valid: bool = super().validate(extra_validators)
        window = self.window
        if (window["opens_at"] or self.exam.opens_at) >= (window["closes_at"] or self.exam.closes_at):
            self.closes_at.errors = [_("结束时间要晚于开始时间。")]
            return False
        return valid

    @property
    def window(self) -> dict[str, datetime | None]:
        """In UTC; None: as for everybody."""
        typed = {name: self[name].data for name in ("opens_at", "closes_at")}
        return {name: at and clock.from_beijing(at) for name, at in typed.items()}


class OwnTermsForm(WindowFields, EditForm):
    """For one person, as it is to be from now on."""


class GroupForm(WindowFields):
    """For everybody in a unit, or from an age on, or both at once."""

    unit_id = UnitField(_l("单位（含下属）"), action=Action.EXAM_EDIT, blank=_l("不限单位"))
    age = IntegerField(
        _l("年满几周岁（截至考试当日）"),
        [Optional(), NumberRange(16, 100, _l("要在 16 至 100 之间。"))],
        description=_l("留空表示不限年龄。"),
    )
    minutes = IntegerField(
        _l("加时（分钟）"),
        [Optional(), NumberRange(0, 240, _l("要在 0 至 240 之间。"))],
        filters=[lambda n: n or 0],
    )
    attempts = IntegerField(
        _l("多考几次"),
        [Optional(), NumberRange(0, 10, _l("要在 0 至 10 之间。"))],
        filters=[lambda n: n or 0],
    )

    def validate_unit_id(self, field: UnitField) -> None:
        if not field.data and not self.age.data:
            raise ValidationError(_("请选一个单位，或填写年龄，也可以两样都填。"))

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        given = (self.minutes, self.attempts, self.opens_at, self.closes_at, self.open_book)
        if any(field.data for field in given):
            return valid
        self.minutes.errors = [_("请写明给什么：加时、多考、另定时间或开卷，至少一样。")]
        return False

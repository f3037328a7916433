from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateTimeLocalField, IntegerField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired

from app.exams.forms import MINUTES, TIMES, TITLE, stripped, typed_time


class MakeupForm(FlaskForm):
    """When and for whom; all other rules are the original's."""

    title = StringField(_l("名称"), TITLE, filters=[stripped])
    opens_at = DateTimeLocalField(
        _l("开始时间"), [InputRequired(_l("请填写开始时间（北京时间）。"))], format=TIMES,
        description=_l("北京时间。"),
    )  # fmt: skip
    closes_at = DateTimeLocalField(
        _l("结束时间"), [InputRequired(_l("请填写结束时间（北京时间）。"))], format=TIMES,
        description=_l("北京时间。"),
    )  # fmt: skip
    minutes = IntegerField(_l("限时（分钟）"), [InputRequired(_l("请填写限时。")), MINUTES])
    blueprint_id = SelectField(_l("组卷规则"), coerce=int, description=_l("按规则另抽一份试卷。"))
    failed = BooleanField(_l("考了没有合格的"))
    absent = BooleanField(_l("缺考的"))

    def validate_opens_at(self, field: DateTimeLocalField) -> None:
        typed_time(field)
        if self.closes_at.data and field.data and field.data >= self.closes_at.data:
            raise ValidationError(_("开始时间要早于结束时间。"))

    def validate_closes_at(self, field: DateTimeLocalField) -> None:
        typed_time(field)

    def validate_failed(self, field: Any) -> None:
        if not field.data and not self.absent.data:
            raise ValidationError(_("请至少选一类人。"))

"""Shape of input: slips, grants, the school's settings."""

from datetime import datetime

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DateField,
    IntegerField,
    SelectField,
    StringField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp
from wtforms.widgets import HiddenInput

from app.domain.access import Action
from app.people.labels import GRANTABLE, ROLES
from app.people.names import tidy, tidy_username
from app.people.unit_field import UnitField
from app.web.choices import choices
from app.web.db import from_micros, to_micros
from app.web.editing import EditForm


class SlipsForm(FlaskForm):
    """`opened`: when the page was opened, in microseconds."""

    below = BooleanField(_l("包括全部下属单位"))
    again = BooleanField(
        _l("已有登录码的也重印"), description=_l("重印后，这些人手里的旧登录码立即作废，须换发新条。")
    )
    opened = IntegerField(_l("打开时间"), [InputRequired(), NumberRange(0, 2**53)], widget=HiddenInput())

    def __init__(self, now: datetime) -> None:
        super().__init__(data={"opened": to_micros(now)})

    @property
    def opened_at(self) -> datetime:
        return from_micros(self.opened.data)


class GrantForm(FlaskForm):
    username = StringField(
        _l("用户名"),
        [DataRequired(_l("请填写被授权人的用户名。"))],
        filters=[tidy_username],
        render_kw={"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"},
    )
    role = SelectField(_l("角色"), choices=choices((role.value, ROLES[role]) for role in GRANTABLE))
    unit_id = UnitField(
        _l("在哪个单位"),
        [DataRequired(_l("请选择单位。"))],
        action=Action.ROLE_GRANT,
        description=_l("包括它的全部下属单位。"),
    )
    until = DateField(_l("截止日期（可不填）"), [Optional()], description=_l("当日结束时失效。"))
    reason = StringField(
        _l("依据（可不填）"),
        [Length(max=100)],
        filters=[tidy],
        description=_l("如分工文件的文号。"),
    )

    def validate_until(self, field: DateField) -> None:
        if field.data is not None and field.data.year > 2199:
            raise ValidationError(_l("年份不对，请核对。"))


class SettingsForm(EditForm):
    name = StringField(
        _l("学校名称"),
        [DataRequired(_l("请填写学校名称。")), Length(max=50)],
        filters=[tidy],
        description=_l("显示在页面顶部，也是证书上的发证单位。"),
    )
    certificate_prefix = StringField(
        _l("证书编号前缀"),
        [
            DataRequired(_l("请填写证书编号前缀。")),
            Regexp(r"^\w{1,12}$", message=_l("前缀为 1 至 12 个汉字、字母或数字。")),
        ],
        filters=[tidy],
        description=_l("如“青禾党校”，编号即为“青禾党校〔2026〕第00001号”。只影响以后的证书。"),
    )
    contact = StringField(
        _l("联系方式"),
        [Length(max=100)],
        filters=[tidy],
        description=_l("显示在登录页，供忘记密码的学员联系。"),
    )

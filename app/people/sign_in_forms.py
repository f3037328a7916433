"""Shape of input on the way in and around one's own credentials."""

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField, ValidationError
from wtforms.validators import EqualTo, InputRequired, Length

from app.people import passwords
from app.people.models import Person


class SignInForm(FlaskForm):
    username = StringField(
        _l("用户名"),
        [InputRequired(_l("请填写用户名。")), Length(max=100)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("密码或首次登录码"),
        [InputRequired(_l("请填写密码或首次登录码。")), Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )


class CodeForm(FlaskForm):
    code = StringField(
        _l("动态口令或备用码"),
        [InputRequired(_l("请填写动态口令。")), Length(max=50)],
        description=_l("打开手机上的验证器，填写显示的 6 位数字；手机不在身边，可填写一个备用码。"),
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"},
    )


class EnrolForm(FlaskForm):
    code = StringField(
        _l("6 位数字"),
        [InputRequired(_l("请填写验证器显示的 6 位数字。")), Length(max=50)],
        render_kw={"autocomplete": "one-time-code", "inputmode": "numeric"},
    )


class ConfirmForm(FlaskForm):
    """Whoever sits at an open browser must show that it is theirs."""

    current = PasswordField(
        _l("现在的密码"),
        [InputRequired(_l("请填写现在的密码。")), Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )


class NewPasswordForm(FlaskForm):
    new = PasswordField(
        _l("新密码"), [InputRequired(_l("请填写新密码。"))], render_kw={"autocomplete": "new-password"}
    )
    again = PasswordField(
        _l("再输一遍新密码"),
        [EqualTo("new", _l("两次输入的新密码不一样。"))],
        render_kw={"autocomplete": "new-password"},
    )

    def __init__(self, person: Person, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person
        self.new.description = passwords.advice()

    def validate_new(self, field: PasswordField) -> None:
        if fault := passwords.fault_of(self.person, field.data):
            raise ValidationError(fault)


class PasswordForm(ConfirmForm, NewPasswordForm):
    """The present password once more, then the new one twice."""

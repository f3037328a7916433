from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import PasswordField, StringField, ValidationError
from wtforms.validators import EqualTo, InputRequired, Length

from app.people.passwords import MINIMUM_LENGTH


class SignInForm(FlaskForm):
    username = StringField(
        _l("用户名"),
        [InputRequired(_l("请填写用户名。")), Length(max=100)],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("密码"),
        [InputRequired(_l("请填写密码。")), Length(max=200)],
        render_kw={"autocomplete": "current-password"},
    )


class PasswordForm(FlaskForm):
    current = PasswordField(
        _l("现在的密码"),
        [InputRequired(_l("请填写现在的密码。"))],
        render_kw={"autocomplete": "current-password"},
    )
    new = PasswordField(
        _l("新密码"),
        [
            InputRequired(_l("请填写新密码。")),
            Length(min=MINIMUM_LENGTH, max=200, message=_l("新密码要 10 至 200 个字符。")),
        ],
        description=_l("至少 10 个字符。几个不相干的词连在一起，既好记又安全。"),
        render_kw={"autocomplete": "new-password"},
    )
    again = PasswordField(
        _l("再输一遍新密码"),
        [EqualTo("new", _l("两次输入的新密码不一样。"))],
        render_kw={"autocomplete": "new-password"},
    )

    def validate_new(self, field: PasswordField) -> None:
        if field.data == self.current.data:
            raise ValidationError(_l("新密码不能与现在的密码相同。"))

"""Forms of the board of a room."""

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import HiddenInput

from app.exams.forms import stripped
from app.exams.labels import NOTES
from app.web.choices import choices


class RoomForm(FlaskForm):
    """An act for those ticked, or for all who sit. `form`: this form's own mark, against a second click."""

    reason = TextAreaField(
        _l("理由"),
        [DataRequired(_l("请写明理由。")), Length(max=200, message=_l("最多 200 个字。"))],
        filters=[stripped],
        render_kw={"rows": 2},
    )
    everybody = BooleanField(_l("全场正在答题的人"))
    form = StringField(widget=HiddenInput(), validators=[DataRequired(), Length(max=40)])


class RoomMinutesForm(RoomForm):
    minutes = IntegerField(
        _l("加时（分钟）"),
        [InputRequired(_l("请填写分钟数。")), NumberRange(1, 240, _l("要在 1 至 240 之间。"))],
        render_kw={"inputmode": "numeric"},
    )


class RoomReopenForm(RoomMinutesForm):
    """`lately`: of all whose time ran out, only those whose time did within so many minutes."""

    minutes = IntegerField(
        _l("至少再答（分钟）"),
        [InputRequired(_l("请填写分钟数。")), NumberRange(1, 240, _l("要在 1 至 240 之间。"))],
        render_kw={"inputmode": "numeric"},
    )
    everybody = BooleanField(_l("全场最近到时自动交卷的人"))
    lately = IntegerField(
        _l("最近多少分钟内到时的"),
        [Optional(), NumberRange(1, 1440, _l("要在 1 至 1440 之间。"))],
        default=30,
        render_kw={"inputmode": "numeric"},
        description=_l("只用于“全场”；勾选了考生的，不看这一项。"),
    )


class NoteForm(RoomForm):
    everybody = None
    kind = SelectField(_l("类别"), choices=choices(NOTES.items()))
    reason = TextAreaField(
        _l("情况"),
        [DataRequired(_l("请写明情况。")), Length(max=500, message=_l("最多 500 个字。"))],
        filters=[stripped],
        render_kw={"rows": 3},
    )

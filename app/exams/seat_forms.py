"""Sittings and seats as typed: times in Beijing."""

from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateTimeLocalField, IntegerField, SelectField, StringField, ValidationError
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from app.domain.access import Action
from app.domain.ranks import RANKS
from app.exams import seat_queries as queries
from app.exams.forms import TIMES, stripped, typed_time
from app.exams.models import Exam
from app.exams.seat_models import Sitting
from app.exams.seating import SittingFacts
from app.people.unit_field import UnitField
from app.web import clock
from app.web.choices import choices
from app.web.editing import EditForm

_WHEN = ("doors_at", "opens_at", "closes_at")
_DOORS = timedelta(minutes=20)  # before the start, where nothing else is said


def _time(label: Any, missing: Any) -> DateTimeLocalField:
    return DateTimeLocalField(label, [InputRequired(missing)], format=TIMES)


class SittingForm(EditForm):
    room = StringField(
        _l("考场名称"), [DataRequired(_l("请填写考场名称。")), Length(max=30, message=_l("最多 30 个字。"))],
        filters=[stripped], description=_l("如“第一考场”。"),
    )  # fmt: skip
    place = StringField(
        _l("地点"), [Length(max=60, message=_l("最多 60 个字。"))],
        filters=[lambda text: (text or "").strip()], description=_l("如“县委党校教学楼 301 室”。"),
    )  # fmt: skip
    seats = IntegerField(
        _l("座位数"),
        [InputRequired(_l("请填写座位数。")), NumberRange(1, 5000, _l("要在 1 至 5000 之间。"))],
    )
    doors_at = _time(_l("开始入场"), _l("请填写入场时间（北京时间）。"))
    opens_at = _time(_l("开考"), _l("请填写开考时间（北京时间）。"))
    closes_at = _time(_l("结束"), _l("请填写结束时间（北京时间）。"))
    code = StringField(
        _l("考场口令"),
        [Optional(), Regexp(r"[0-9A-Za-z]{4,12}$", message=_l("用 4 至 12 个数字或字母。"))],
        filters=[lambda text: (text or "").strip() or None],
        render_kw={"autocomplete": "off"},
        description=_l("4 至 12 个数字或字母，由监考员当场公布，考生输入后才能开始；留空表示不用口令。"),
    )
    by_hand = BooleanField(
        _l("由监考员宣布开考"), description=_l("到了开考时间也要等监考员在本场次的页面上宣布，才能开始。")
    )

    def __init__(self, exam: Exam, sitting: Sitting | None = None, **more: Any) -> None:
        super().__init__(data=_typed(exam, sitting), **more)
        self.exam, self.sitting = exam, sitting

    def validate_doors_at(self, field: DateTimeLocalField) -> None:
        typed_time(field)
        if self.opens_at.data and field.data and field.data > self.opens_at.data:
            raise ValidationError(_("入场不能晚于开考。"))

    def validate_opens_at(self, field: DateTimeLocalField) -> None:
        typed_time(field)
        if field.data and clock.from_beijing(field.data) < self.exam.opens_at:
            first = f"{clock.beijing(self.exam.opens_at):%Y-%m-%d %H:%M}"
            raise ValidationError(_("不能早于整场考试的开始时间（%(time)s）。", time=first))

    def validate_closes_at(self, field: DateTimeLocalField) -> None:
        typed_time(field)
        if self.opens_at.data and field.data and field.data <= self.opens_at.data:
            raise ValidationError(_("结束要晚于开考。"))
        if field.data and clock.from_beijing(field.data) > self.exam.closes_at:
            last = f"{clock.beijing(self.exam.closes_at):%Y-%m-%d %H:%M}"
            raise ValidationError(_("不能晚于整场考试的结束时间（%(time)s）。", time=last))

    def validate_seats(self, field: IntegerField) -> None:
        if self.sitting is None or field.data is None:
            return
        highest = max(queries.taken([self.sitting.id]).get(self.sitting.id, {0}))
        if field.data < highest:
            raise ValidationError(_("已有人坐 %(n)s 号，座位数不能再少。", n=highest))

    def validate_room(self, field: StringField) -> None:
        if not (self.opens_at.data and self.closes_at.data):
            return
        when = clock.from_beijing(self.opens_at.data), clock.from_beijing(self.closes_at.data)
        if queries.clashing(self.exam.id, self.sitting, field.data, self.place.data, *when):
            raise ValidationError(_("这个考场在这段时间已有另一场。"))

    @property
    def facts(self) -> SittingFacts:
        when: dict[str, Any] = {name: clock.from_beijing(self[name].data) for name in _WHEN}
        typed: dict[str, Any] = {
            name: self[name].data for name in ("room", "place", "seats", "code", "by_hand")
        }
        return SittingFacts(**typed, **when)


def _typed(exam: Exam, sitting: Sitting | None) -> dict[str, Any]:
    shown = sitting or exam
    when = {name: getattr(shown, name, exam.opens_at - _DOORS) for name in _WHEN}
    local = {
        name: clock.beijing(at).replace(tzinfo=None, second=0, microsecond=0) for name, at in when.items()
    }
    if sitting is None:
        return {**local, "seats": 30}
    names = ("room", "place", "seats", "code", "by_hand")
    return {**local, **{name: getattr(sitting, name) for name in names}}


class DealForm(FlaskForm):
    """Whom to seat, and where."""

    unit_id = UnitField(_l("单位（含下属）"), action=Action.EXAM_EDIT, blank=_l("不限单位"))
    rank = SelectField(_l("职级"), choices=choices([("", _l("不限职级")), *((rank, rank) for rank in RANKS)]))
    sitting_id = SelectField(_l("坐到"), coerce=int)


class MoveForm(FlaskForm):
    """Another seat for one person."""

    seat_id = SelectField(_l("给谁换座"), coerce=int)
    sitting_id = SelectField(_l("换到"), coerce=int)
    number = IntegerField(
        _l("座号"), [InputRequired(_l("请填写座号。")), NumberRange(1, 5000, _l("要在 1 至 5000 之间。"))],
        description=_l("那里有人的，两人对换。"),
    )  # fmt: skip


class InvigilatorForm(FlaskForm):
    username = StringField(
        _l("监考员的用户名"), [DataRequired(_l("请填写用户名。"))], filters=[stripped],
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
        description=_l("须已有监考员角色（在“授权”页授予）。"),
    )  # fmt: skip

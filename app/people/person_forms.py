"""Shape of input about one person: the record, and what happens to it by date."""

from dataclasses import replace
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, DateField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NoneOf, Optional, Regexp

from app.domain import identity
from app.domain.access import Action
from app.domain.ranks import GROUPS, PARTY, RANKS
from app.people import facts
from app.people.corrections import Dates
from app.people.facts import PersonFacts
from app.people.labels import (
    ID_FAULTS,
    LEAVING,
    PHONE_FAULT,
    POLITICAL,
    RANK_GROUPS,
    SEXES,
    STAFF_NO_FAULT,
    USERNAME_FAULT,
    USERNAME_SHOWN,
)
from app.people.models import Person
from app.people.names import STAFF_NO, USERNAME, tidy, tidy_name, tidy_staff_no, tidy_username
from app.people.unit_field import UnitField
from app.web import clock
from app.web.choices import choices
from app.web.editing import EditForm

_PLAIN = {"autocapitalize": "none", "spellcheck": "false", "autocomplete": "off"}


def rank_choices(own: str = "", blank: Any = "") -> list[SelectChoice]:
    """The official terms by group; what somebody wrote before there was a list stays selectable."""
    free = choices((rank, rank) for rank in [own] if rank and rank not in RANKS)
    return [
        *choices([("", blank)]),
        *free,
        *(
            SelectChoice(rank, rank, optgroup=str(RANK_GROUPS[group]))
            for group, ranks in GROUPS.items()
            for rank in ranks
        ),
    ]


def not_to_come(form: FlaskForm, field: DateField) -> None:
    """A day that has been, in a year that can be meant."""
    if field.data is None:
        return
    if field.data.year < 1900:
        raise ValidationError(_("年份不对，请核对。"))
    if field.data > clock.day(clock.now()):
        raise ValidationError(_("这一天还没有到，请核对。"))


class PersonForm(EditForm):
    """The stored numbers never come back: an empty field keeps them, a tick of its own removes them."""

    name = StringField(_l("姓名"), [DataRequired(_l("请填写姓名。")), Length(max=50)], filters=[tidy_name])
    username = StringField(
        _l("用户名"),
        [
            DataRequired(_l("请填写用户名。")),
            Regexp(USERNAME, message=USERNAME_FAULT),
        ],
        filters=[tidy_username],
        description=_l("登录用，建议用工号。不分大小写。"),
        render_kw=_PLAIN,
    )
    staff_no = StringField(
        _l("工号"),
        [Optional(), Regexp(STAFF_NO, message=STAFF_NO_FAULT)],
        filters=[tidy_staff_no],
        render_kw=_PLAIN,
    )
    sex = SelectField(_l("性别"), choices=choices([("", ""), *SEXES.items()]), default="")
    id_number = StringField(_l("身份证号"), filters=[tidy], render_kw=_PLAIN)
    remove_id_number = BooleanField(_l("删去已存的身份证号"))
    phone = StringField(_l("手机号"), filters=[tidy], render_kw={**_PLAIN, "inputmode": "tel"})
    remove_phone = BooleanField(_l("删去已存的手机号"))
    unit_id = UnitField(_l("单位"), [DataRequired(_l("请选择单位。"))], action=Action.PEOPLE_EDIT)
    post = StringField(_l("职务"), [Length(max=100)], filters=[tidy])
    since = DateField(_l("现单位、现职务起始日期"), [Optional(), not_to_come])
    rank = SelectField(_l("职级"), default="")
    rank_since = DateField(_l("任现职级日期"), [Optional(), not_to_come])
    political = SelectField(_l("政治面貌"), choices=choices([("", ""), *POLITICAL.items()]), default="")
    joined_on = DateField(_l("入党时间"), [Optional(), not_to_come])

    def __init__(self, person: Person | None = None, dates: Dates | None = None) -> None:
        self._person = person
        dates = dates or Dates()
        super().__init__(obj=person, since=dates.home, rank_since=dates.rank)
        self.rank.choices = rank_choices(person.rank if person else "")
        self._ask_for_numbers(person)
        self.since.description = _("不填则从今天算起。") if person is None else ""

    def _ask_for_numbers(self, person: Person | None) -> None:
        for name in ("id_number", "phone"):
            kept = facts.masked(person, name) if person else ""
            if kept:
                self[name].description = _("已存 %(number)s。不填则不变。", number=kept)
            else:
                del self[f"remove_{name}"]

    def _digest(self) -> str:
        numbers = (self._person.id_number_digest, self._person.phone_digest) if self._person else ()
        return super()._digest(*numbers)

    def validate_username(self, field: StringField) -> None:
        """Some have had such a username for long."""
        kept = self._person is not None and self._person.username == field.data
        if not kept and identity.is_personal(field.data):
            raise ValidationError(USERNAME_SHOWN)

    def validate_sex(self, field: SelectField) -> None:
        said = identity.identity(self.id_number.data, clock.day(clock.now()))
        kept = self._person and self._person.id_number_digest and not self._removed("id_number")
        sex = said.sex if said else self._person.sex if self._person and kept else ""
        if sex and field.data and field.data != sex:
            raise ValidationError(_("与身份证号第 17 位不符（单数为男，双数为女），请核对。"))

    def validate_id_number(self, field: StringField) -> None:
        fault = identity.fault(field.data, clock.day(clock.now())) if field.data else None
        if fault:
            raise ValidationError(ID_FAULTS[fault])
        self._either(field)

    def validate_phone(self, field: StringField) -> None:
        if field.data and identity.phone(field.data) is None:
            raise ValidationError(PHONE_FAULT)
        self._either(field)

    def _removed(self, name: str) -> bool:
        box = f"remove_{name}"
        return box in self and bool(self[box].data)

    def _either(self, field: StringField) -> None:
        if field.data and self._removed(field.name):
            raise ValidationError(_("既填了新号码，又选了删去。请只选一样。"))

    def validate_joined_on(self, field: DateField) -> None:
        if field.data is not None and self.political.data not in PARTY:
            raise ValidationError(_("政治面貌是中共党员或预备党员时才填。"))

    def facts(self) -> PersonFacts:
        """What the form says; what it does not ask for stays."""
        kept = facts.of(self._person) if self._person else PersonFacts("", "", 0)
        asked = [name for name in PersonFacts.__dataclass_fields__ if name in self]
        said = {name: self[name].data for name in asked if name not in ("id_number", "phone")}
        for name, tidied in (("id_number", identity.tidy_number), ("phone", identity.phone)):
            if self[name].data:
                said[name] = tidied(self[name].data)
            elif self._removed(name):
                said[name] = ""
        return replace(kept, **said)

    def dates(self) -> Dates:
        return Dates(self.since.data, self.rank_since.data)


class PlaceForm(FlaskForm):
    unit_id = UnitField(_l("单位"), [DataRequired(_l("请选择单位。"))], action=Action.PEOPLE_EDIT)
    post = StringField(_l("职务"), [Length(max=100)], filters=[tidy])
    note = StringField(
        _l("备注（可不填）"), [Length(max=200)], filters=[tidy], description=_l("如任免文件的文号。")
    )


class TransferForm(PlaceForm):
    since = DateField(_l("起始日期"), [InputRequired(_l("请填写日期。")), not_to_come])


class SecondmentForm(PlaceForm):
    since = DateField(_l("开始日期"), [InputRequired(_l("请填写日期。"))])
    until = DateField(_l("结束日期（可不填）"), [Optional()], description=_l("当日仍在借调。"))

    def validate_since(self, field: DateField) -> None:
        if not 1900 <= field.data.year <= 2199:
            raise ValidationError(_("年份不对，请核对。"))

    validate_until = validate_since


class RankForm(FlaskForm):
    rank = SelectField(_l("职级"), [DataRequired(_l("请选择职级。"))])
    since = DateField(_l("起始日期"), [InputRequired(_l("请填写日期。")), not_to_come])

    def __init__(self) -> None:
        super().__init__()
        self.rank.choices = rank_choices(blank=_("请选择"))


class LeavingForm(FlaskForm):
    reason = SelectField(
        _l("原因"),
        [NoneOf([""], _l("请选择原因。"))],
        choices=choices([("", _l("请选择")), *LEAVING.items()]),
    )
    day = DateField(
        _l("离开日期"),
        [InputRequired(_l("请填写日期。")), not_to_come],
        description=_l("在本单位的最后一天。"),
    )

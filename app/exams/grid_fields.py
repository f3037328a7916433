"""Fields of a grid: its rows and sections, conditions, and how their numbers are read."""

from decimal import Decimal, InvalidOperation

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import FieldList, Form, FormField, SelectField, StringField, ValidationError

from app.bank.labels import DIFFICULTIES, KINDS
from app.domain import scoring
from app.domain.assembly import LARGEST
from app.domain.questions import Kind
from app.domain.scoring import Preset, format_points
from app.exams.forms import TITLE, stripped
from app.exams.labels import PRESETS
from app.web.choices import choices

LEVELS = {"easy": "easy", "medium": "medium", "hard": "hard", "free": ""}
"""The columns of the grid: field → difficulty; the last is for questions of any."""
_COUNT = {"inputmode": "numeric", "autocomplete": "off"}


class RowForm(Form):
    """Which questions, and how many of each difficulty."""

    topics = StringField(_l("知识点"), filters=[stripped], render_kw={"list": "topics"})
    basis = StringField(_l("条目集或条款"), filters=[stripped], render_kw={"list": "bases"})
    easy = StringField(_l("易"), filters=[stripped], render_kw=_COUNT)
    medium = StringField(_l("中"), filters=[stripped], render_kw=_COUNT)
    hard = StringField(_l("难"), filters=[stripped], render_kw=_COUNT)
    free = StringField(_l("不限"), filters=[stripped], render_kw=_COUNT)

    @property
    def empty(self) -> bool:
        return not any(self[name].data for name in LEVELS)


class SectionForm(Form):
    """What is chosen is checked by `BlueprintForm`, which can say where it stands."""

    title = StringField(_l("标题"), filters=[stripped])
    kind = SelectField(
        _l("题型"),
        choices=choices((kind, KINDS[kind]) for kind in Kind),
        default=Kind.SINGLE.value,
        validate_choice=False,
    )
    points = StringField(_l("每题分值"), filters=[stripped], render_kw={"inputmode": "decimal"})
    preset = SelectField(
        _l("评分办法"), choices=choices(PRESETS.items()), default=Preset.EXACT.value, validate_choice=False
    )
    rows = FieldList(FormField(RowForm), min_entries=1)

    @property
    def empty(self) -> bool:
        return not (self.title.data or self.points.data) and all(row.form.empty for row in self.rows)


class ConditionForm(Form):
    """At least so many questions of the whole paper."""

    count = StringField(_l("至少几题"), filters=[stripped], render_kw=_COUNT)
    kind = SelectField(
        _l("题型"), choices=choices([("", _l("不限")), *KINDS.items()]), default="", validate_choice=False
    )
    topics = StringField(_l("知识点"), filters=[stripped], render_kw={"list": "topics"})
    basis = StringField(_l("条目集或条款"), filters=[stripped], render_kw={"list": "bases"})
    difficulty = SelectField(
        _l("难度"),
        choices=choices([("", _l("不限")), *DIFFICULTIES.items()]),
        default="",
        validate_choice=False,
    )


class HeadForm(FlaskForm):
    """A section of a paper that is put together by hand."""

    title = StringField(_l("标题"), TITLE, filters=[stripped])
    kind = SelectField(
        _l("题型"), choices=choices((kind, KINDS[kind]) for kind in Kind), default=Kind.SINGLE.value
    )
    points = StringField(_l("每题分值"), filters=[stripped], render_kw={"inputmode": "decimal"})
    preset = SelectField(_l("评分办法"), choices=choices(PRESETS.items()), default=Preset.EXACT.value)

    def validate_points(self, field: StringField) -> None:
        tenths(field.data or "", _("分值"), 1000)

    def validate_preset(self, field: SelectField) -> None:
        preset_of(Kind(self.kind.data), Preset(field.data), _("这个大题"))

    @property
    def tenths(self) -> int:
        return tenths(self.points.data or "", "", 1000)


def preset_of(kind: Kind, preset: Preset, place: str) -> str:
    presets = scoring.PRESETS.get(kind, ())
    if preset not in presets:
        fitting = "、".join(f"“{PRESETS[one]}”" for one in presets)
        raise ValidationError(
            _("%(place)s的评分办法与题型不符，%(kind)s可选%(fitting)s。", place=place, kind=KINDS[kind],
              fitting=fitting)
        )  # fmt: skip
    return preset.value


def whole(text: str, place: str) -> int:
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= LARGEST):
        raise ValidationError(_("%(place)s的题数要在 1 至 %(most)s 之间。", place=place, most=LARGEST))
    return int(text)


def tenths(text: str, what: str, most: int) -> int:
    """Points as typed. Raises ValidationError."""
    try:
        typed = Decimal(text) * 10
    except InvalidOperation:
        typed = Decimal(0)
    if not (typed.is_finite() and 1 <= typed <= most and typed == int(typed)):
        raise ValidationError(
            _("%(what)s要在 0.1 至 %(most)s 之间，最多一位小数。", what=what, most=format_points(most))
        )
    return int(typed)

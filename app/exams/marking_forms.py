from collections.abc import Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    DecimalField,
    FieldList,
    IntegerField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from app.domain import marking as rules
from app.domain.scoring import format_points
from app.exams.marking import Given
from app.web.editing import EditForm


def _stripped(value: str | None) -> str | None:
    return value.strip() if value else value


class MarkForm(FlaskForm):
    """Points for each point of the key; `seen`: the revision of the mark that the page showed."""

    parts = FieldList(StringField(filters=[_stripped]), _l("得分"))
    comment = TextAreaField(
        _l("评语（可不填）"), [Length(max=500, message=_l("最多 500 个字。"))], filters=[_stripped]
    )
    seen = IntegerField(widget=HiddenInput(), validators=[Optional()])

    def __init__(self, most: Sequence[int], *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self._most = most
        while len(self.parts) < len(most):
            self.parts.append_entry("")

    def validate_parts(self, field: FieldList) -> None:
        if (tenths := self._tenths()) is None or not rules.fit(tenths, self._most):
            most = "、".join(format_points(one) for one in self._most)
            raise ValidationError(
                _("每个要点都要给分，从 0 分起，最多一位小数；各要点最高 %(most)s 分。", most=most)
            )

    def _tenths(self) -> list[int] | None:
        try:
            given = [Decimal(one.data or "") * 10 for one in self.parts]
        except InvalidOperation:
            return None
        whole = all(one.is_finite() and one == int(one) for one in given)
        return [int(one) for one in given] if whole else None

    def given(self) -> Given:
        return Given(tuple(self._tenths() or ()), self.comment.data or "")


class GraderForm(FlaskForm):
    """Who marks, and which questions; none chosen: all of them."""

    username = StringField(
        _l("用户名"), [DataRequired(_l("请填写用户名。"))], filters=[_stripped],
        render_kw={"autocapitalize": "none", "spellcheck": "false"},
        description=_l("须已有阅卷人角色（在“授权”页授予）。再次填写同一个人，即改动其分工。"),
    )  # fmt: skip
    versions = SelectMultipleField(
        _l("只阅这些题（不选即全部）"), coerce=int, widget=ListWidget(prefix_label=False),
        option_widget=CheckboxInput(),
    )  # fmt: skip
    arbitrates = BooleanField(
        _l("仲裁"), description=_l("只阅两位阅卷人分差过大的，以及要求重新评阅的答案，看得到先前的评分。")
    )


class MarkingRulesForm(EditForm):
    second_mark_percent = IntegerField(
        _l("双评的比例（%）"),
        [InputRequired(_l("请填写比例。")), NumberRange(0, 100, _l("要在 0 至 100 之间。"))],
        description=_l("随机抽取，由另一位阅卷人再阅一遍，彼此看不到对方的评分。0 表示只阅一遍。"),
    )
    difference = DecimalField(
        _l("分差超过多少分交仲裁"),
        [InputRequired(_l("请填写分数。")), NumberRange(0, 100, _l("要在 0 至 100 之间。"))],
        places=1,
        description=_l("两位阅卷人的分差不超过它的，取平均分。"),
    )

    def validate_difference(self, field: DecimalField) -> None:
        if field.data is not None and field.data * 10 != int(field.data * 10):
            raise ValidationError(_("最多一位小数。"))

    @property
    def tenths(self) -> int:
        return int((self.difference.data or 0) * 10)

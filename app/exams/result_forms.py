"""Forms of what candidates are told and ask."""

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, IntegerField, SelectField
from wtforms.validators import InputRequired, NumberRange, Optional

from app.domain.releasing import Part, Rule, When
from app.exams.forms import TIMES, typed_time
from app.exams.labels import PARTS, WHENS
from app.web import clock
from app.web.choices import choices
from app.web.editing import EditForm


def _when(part: Part) -> SelectField:
    return SelectField(PARTS[part], choices=choices(WHENS.items()))


def _moment() -> DateTimeLocalField:
    return DateTimeLocalField(_l("指定时间（北京）"), [Optional(), _given_time], format=TIMES)


def _given_time(form: Any, field: DateTimeLocalField) -> None:
    typed_time(field)


class ReleaseForm(EditForm):
    """From when each part of the results is shown."""

    score_when, score_from = _when(Part.SCORE), _moment()
    verdicts_when, verdicts_from = _when(Part.VERDICTS), _moment()
    keys_when, keys_from = _when(Part.KEYS), _moment()
    explanations_when, explanations_from = _when(Part.EXPLANATIONS), _moment()
    appeal_days = IntegerField(
        _l("可申请复核的天数"),
        [InputRequired(_l("请填写天数，不受理复核的填 0。")), NumberRange(0, 90, _l("要在 0 至 90 之间。"))],
        description=_l("从成绩公布或更正之时算起。填 0 即不受理成绩复核。"),
    )

    @staticmethod
    def filled(rules: dict[Part, Rule], appeal_days: int) -> dict[str, Any]:
        """The rules as the form shows them."""
        shown: dict[str, Any] = {"appeal_days": appeal_days}
        for part, rule in rules.items():
            shown[f"{part}_when"] = rule.when.value
            shown[f"{part}_from"] = _typed(rule.moment)
        return shown

    def pairs(self) -> list[tuple[SelectField, DateTimeLocalField]]:
        return [(self[f"{part}_when"], self[f"{part}_from"]) for part in Part]

    def rules(self) -> dict[Part, Rule]:
        return {part: _rule(*pair) for part, pair in zip(Part, self.pairs(), strict=True)}

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        for when, moment in self.pairs():
            if when.data == When.FROM and moment.data is None and not moment.errors:
                moment.errors = [_("请填写从什么时间起公布。")]
                valid = False
        return valid


def _typed(moment: datetime | None) -> datetime | None:
    return moment and clock.beijing(moment).replace(tzinfo=None, second=0, microsecond=0)


def _rule(when: SelectField, moment: DateTimeLocalField) -> Rule:
    if when.data == When.FROM:
        return Rule(When.FROM, clock.from_beijing(moment.data))
    return Rule(When(when.data))

"""Proposing what to do about a question, and deciding on it."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectField, TextAreaField
from wtforms.validators import DataRequired, Length

from app.bank import typed
from app.domain import regrading
from app.domain.questions import Kind
from app.domain.regrading import Remedy
from app.exams.labels import REMEDIES
from app.web.choices import choices

FAULTS = {
    "judge": _l("请填“对”或“错”。"),
    "options": _l("请填这道题里有的选项字母。"),
    "order": _l("请按正确的次序填写全部选项字母，例如 C A D B。"),
    "match": _l("请按题项的次序填写各自对应的选项字母，每项一个。"),
    "blanks": _l("请一行填一个空，行数要与空数相同。"),
    "recite": _l("请填写原文，得分要点放在【】里。"),
    "written": _l("由人评分的题没有另外的答案，请选作废或者每人满分，或在“阅卷”里重评。"),
}
_HINTS = {
    Kind.SINGLE: _l("填选项字母。另有几个答案也对的，一行一个。"),
    Kind.MULTIPLE: _l("填全部正确选项的字母，如 ABD。另有几个答案也对的，一行一个。"),
    Kind.JUDGE: _l("填“对”或“错”。"),
    Kind.BLANKS: _l("一行一个空，同一个空的几种写法用竖线“｜”隔开。"),
    Kind.ORDER: _l("按正确的次序填选项字母，如 C A D B。"),
    Kind.MATCH: _l("按题项的次序填对应的选项字母。"),
    Kind.RECITE: _l("填写原文，得分要点放在【】里。"),
}
_reason = DataRequired(_l("请写明理由。")), Length(max=500, message=_l("最多 500 个字。"))


class ProposeForm(FlaskForm):
    remedy = SelectField(_l("怎么处理"))
    key = TextAreaField(_l("答案"), [Length(max=4000)], render_kw={"rows": 3})
    reason = TextAreaField(
        _l("理由"),
        _reason,
        description=_l("成绩有变动的考生会看到，请写得让人看得懂，不要提到任何个人。"),
        render_kw={"rows": 3},
    )

    def __init__(self, slot: dict[str, Any], key: Any, **more: Any) -> None:
        """`slot`: as in the paper document; `key`: that of the question version."""
        self._slot, self._key, self._kind = slot, key, Kind(slot["kind"])
        super().__init__(**more)
        self.remedy.choices = choices((one, REMEDIES[one]) for one in regrading.remedies(self._kind))
        self.key.description = _HINTS.get(self._kind, "")

    def value(self) -> Any:
        """The key as a decision keeps it."""
        match Remedy(self.remedy.data):
            case Remedy.KEY:
                return self._read(self.key.data or "")
            case Remedy.ACCEPT:
                text = self.key.data or ""
                whole = self._kind in (Kind.BLANKS, Kind.RECITE)
                return [self._read(one) for one in ([text] if whole else typed.lines(text))]
        return None

    def _read(self, text: str) -> Any:
        if self._kind in (Kind.ORDER, Kind.MATCH):
            return [char for char in text.lower() if char.isascii() and char.isalpha()]
        return typed.key(self._kind, text)

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        if self.remedy.errors or Remedy(self.remedy.data) in regrading.ON_WRITTEN:
            return valid
        found = self._fault()
        if found:
            self.key.errors = [found]
        return valid and not found

    def _fault(self) -> str:
        value = self.value()
        given = value if self.remedy.data == Remedy.ACCEPT else [value]
        if not given:
            return str(_("请填写答案。"))
        options = [option["key"] for option in self._slot["options"]]
        prompts = len(self._slot.get("prompts", ()))
        blanks = len(self._key) if self._kind is Kind.BLANKS else 0
        words = (regrading.fault(self._kind, one, options, prompts, blanks) for one in given)
        return next((str(FAULTS[word]) for word in words if word), "")


def said(kind: Kind, remedy: str, key: Any) -> str:
    """The key of a decision as people type it, on one line."""
    if key is None:
        return ""
    given = key if remedy == Remedy.ACCEPT else [key]
    if kind in (Kind.ORDER, Kind.MATCH):
        return "；".join(" ".join(one).upper() for one in given)
    return "；".join(typed.typed_key(kind, one).replace("\n", "；") for one in given)


class DecideForm(FlaskForm):
    """`decision`: the button that was pressed."""

    answer = TextAreaField(_l("意见"), _reason, render_kw={"rows": 2})

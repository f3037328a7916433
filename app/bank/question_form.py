"""The form in which a question is written: text fields that fit every kind."""

import re
from collections.abc import Iterable
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    FieldList,
    Form,
    FormField,
    IntegerField,
    MultipleFileField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import Length, Optional
from wtforms.widgets import HiddenInput

from app.bank import pictures, service, typed
from app.bank.forms import clean
from app.bank.labels import DIFFICULTIES, KINDS, LEVELS, fault_text
from app.domain.faults import MAX_PARTS, Fault, faults, hindrances
from app.domain.questions import Kind, Part, Question
from app.web import clock
from app.web.choices import choices
from app.web.editing import EditForm
from app.web.pictures import PictureError

MOST_PICTURES, MOST_TAGS, LONGEST_TAG = 8, 10, 20
LONGEST = {"stem": 10_000, "options": 4000, "key": 10_000, "explanation": 4000, "topic": 40}  # characters
LAST = {
    0: _l("没有，都可以打乱"),
    1: _l("最后 1 个"),
    2: _l("最后 2 个"),
    3: _l("最后 3 个"),
}
_IN_PART = re.compile(r"(?P<n>\d+): (?P<detail>.*)")
_FIELDS = {"prompts": "options"}  # where a fault stands whose field is not in the form


def tags(text: str) -> tuple[str, ...]:
    """Tags as people separate them, each once."""
    return tuple(dict.fromkeys(tag for tag in re.split(r"[\s,，、;；]+", text) if tag))


class PartForm(Form):
    """What is asked and what is right."""

    kind = SelectField(
        _l("题型"), choices=choices((kind, text) for kind, text in KINDS.items() if kind != Kind.CASE)
    )
    stem = TextAreaField(_l("题干"), [Length(max=LONGEST["stem"])], [clean], render_kw={"rows": 4})
    options = TextAreaField(_l("选项"), [Length(max=LONGEST["options"])], [clean], render_kw={"rows": 5})
    last = SelectField(_l("留在最后的选项"), coerce=int, choices=choices(LAST.items()), default=0)
    key = TextAreaField(_l("答案"), [Length(max=LONGEST["key"])], [clean], render_kw={"rows": 4})

    def part(self) -> Part:
        kind = Kind(self.kind.data)
        return typed.part(
            kind,
            typed.Fields(
                self.stem.data or "", self.options.data or "", self.key.data or "", self.last.data or 0
            ),
        )


class QuestionForm(PartForm, FlaskForm):
    """A question as an author types it; `content` is what it says."""

    kind = SelectField(_l("题型"), choices=choices(KINDS.items()))
    based_on = IntegerField("", widget=HiddenInput(), validators=[Optional()])
    parts = FieldList(FormField(PartForm), _l("小题"), max_entries=MAX_PARTS + 1)
    pictures = SelectMultipleField(_l("图片"), validate_choice=False, default=())
    uploads = MultipleFileField(
        _l("添加图片"), render_kw={"accept": "image/png,image/jpeg,image/gif,image/webp"}
    )
    explanation = TextAreaField(
        _l("解析"),
        [Length(max=LONGEST["explanation"])],
        [clean],
        description=_l("为什么对，其余为什么不对。"),
    )
    clauses = SelectMultipleField(_l("依据的条款"), validate_choice=False, default=())
    topic = StringField(
        _l("知识点"),
        [Length(max=LONGEST["topic"])],
        [clean],
        render_kw={"list": "topics", "autocomplete": "off"},
    )
    difficulty = SelectField(_l("难度"), choices=choices(DIFFICULTIES.items()), default="medium")
    level = SelectField(_l("认知层次"), choices=choices(LEVELS.items()), default="")
    tags = StringField(
        _l("标签（可不填）"), [Length(max=200)], [clean], description=_l("几个标签用顿号隔开。")
    )
    review_on = DateField(
        _l("复核日期（可不填）"), [Optional()], description=_l("到这一天请人再看一遍这道题是否过时。")
    )

    def validate_clauses(self, field: SelectMultipleField) -> None:
        if set(field.data) - set(service.cited_clauses(field.data)):
            raise ValidationError(_("所选条款已不存在，请重新选择。"))

    def validate_tags(self, field: StringField) -> None:
        found = tags(field.data or "")
        if len(found) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in found):
            raise ValidationError(_("最多 %(n)s 个标签，每个不超过 %(m)s 个字。", n=MOST_TAGS, m=LONGEST_TAG))

    def validate_pictures(self, field: SelectMultipleField) -> None:
        if set(field.data) - pictures.known(field.data):
            raise ValidationError(_("有的图片已不存在，请重新上传。"))
        if len(field.data) > MOST_PICTURES:
            raise ValidationError(_("一道题最多 %(n)s 张图片。", n=MOST_PICTURES))

    def content(self) -> Question:
        asked = self.part()
        case = asked.kind is Kind.CASE
        return Question(
            **vars(asked), explanation=self.explanation.data or "",
            clauses=tuple(sorted(set(self.clauses.data or ()))), topic=self.topic.data or "",
            difficulty=self.difficulty.data, parts=tuple(one.form.part() for one in self.parts if case),
            level=self.level.data, tags=tags(self.tags.data or ""), pictures=tuple(self.pictures.data or ()),
        )  # fmt: skip

    def reshaped(self) -> bool:
        """Was only the form itself to change: a part added or taken out, the clauses of a set listed?"""
        if "add_part" in request.form:
            if len(self.parts) < MAX_PARTS:
                self.parts.append_entry()
            return True
        if "remove_part" in request.form:
            kept = [one.data for n, one in enumerate(self.parts) if str(n) != request.form["remove_part"]]
            while self.parts.entries:
                self.parts.pop_entry()
            for data in kept:
                self.parts.append_entry(data)
            return True
        return "list_clauses" in request.form

    def take_pictures(self) -> list[str]:
        """Keep what was uploaded and add it to the pictures; what was refused, in words."""
        refused = []
        for sent in [one for one in self.uploads.data or () if getattr(one, "filename", "")][:MOST_PICTURES]:
            try:
                name = pictures.keep(sent.read(), clock.now())
            except PictureError as error:
                refused.append(f"{sent.filename}：{error}")
                continue
            self.pictures.data = list(dict.fromkeys([*(self.pictures.data or ()), name]))
        return refused

    def validate(self, extra_validators: Any = None) -> bool:
        """Besides the shape of the fields: each fault at its field; of a draft, those no draft may have."""
        refused = self.take_pictures()
        valid: bool = super().validate(extra_validators)
        if refused:
            self.uploads.errors = refused
        found: tuple[Fault, ...] = faults(self.content()) if valid else ()
        if "send" not in request.form:
            found = hindrances(found)
        for fault in found:
            self._at(fault)
        self.parts.errors = list(self._part_errors())
        return valid and not found and not refused

    def _at(self, fault: Fault) -> None:
        """Put the fault at its field; in a case, at that of the part."""
        place = _IN_PART.fullmatch(fault.detail) if self.kind.data == Kind.CASE else None
        name = _FIELDS.get(fault.field, fault.field)
        if place is not None:
            fault = Fault(fault.field, fault.code, place["detail"])
            field: Field = self.parts[int(place["n"]) - 1].form[name]
        else:
            field = self[name]
        field.errors = [*field.errors, fault_text(fault)]

    def _part_errors(self) -> Iterable[str]:
        """What is wrong in the parts as one list, for the summary on top."""
        yield from (error for error in self.parts.errors if isinstance(error, str))
        for n, one in enumerate(self.parts, start=1):
            for field in one.form:
                for text in field.errors:
                    yield _("第 %(n)s 小题，%(field)s：%(text)s", n=n, field=field.label.text, text=text)


class ItemForm(EditForm, QuestionForm):
    """An item of an import, which has no versions to count: a digest tells whether it has changed."""


def filled(
    found: Question, number: int, review_on: Any, form: type[QuestionForm] = QuestionForm
) -> QuestionForm:
    """The form with a stored version; `number` says which one the author had before them."""
    fields = typed.fields(found)
    parts = [{"kind": part.kind, **vars(typed.fields(part))} for part in found.parts]
    return form(
        based_on=number, kind=found.kind, **vars(fields), parts=parts, explanation=found.explanation,
        clauses=list(found.clauses), topic=found.topic, difficulty=found.difficulty, level=found.level,
        tags="、".join(found.tags), pictures=list(found.pictures), review_on=review_on,
    )  # fmt: skip

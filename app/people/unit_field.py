"""The one way a page asks for a unit: a select of a few, a text field that names one of many."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from flask import abort, redirect, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import Field, Form
from wtforms.utils import unset_value
from wtforms.validators import StopValidation
from wtforms.widgets import html_params

from app.domain.access import Action
from app.people import picker
from app.people.models import Unit
from app.web import gate
from app.web.intake import LARGEST
from app.web.templating import page_url


def _widget(field: "UnitField", **attributes: Any) -> Markup:
    attributes = {"id": field.id, **attributes}
    return _select(field, attributes) if field.few is not None else _text(field, attributes)


def _select(field: "UnitField", attributes: dict[str, Any]) -> Markup:
    few: Sequence[Unit] = field.few or ()
    offered = [unit for unit in few if field.but is None or not unit.path.startswith(field.but.path)]
    pairs = [("", field.blank), *((str(unit.id), "　" * _depth(unit, few) + unit.name) for unit in offered)]
    chosen = "" if field.unit is None else str(field.unit.id)
    options = Markup().join(
        Markup("<option {}>{}</option>").format(
            Markup(html_params(value=value, selected=value == chosen)),  # noqa: S704
            shown,
        )
        for value, shown in pairs
    )
    shape = Markup(html_params(name=field.name, **{**attributes, "class": "form-select"}))  # noqa: S704
    return Markup("<select {}>{}</select>").format(shape, options)


def _depth(unit: Unit, among: Sequence[Unit]) -> int:
    return sum(unit.path.startswith(other.path) for other in among) - 1


def _text(field: "UnitField", attributes: dict[str, Any]) -> Markup:
    suggestions = f"{attributes['id']}-units"
    own = {
        "type": "text", "name": field.text_name, "value": field.shown, "class": "form-control",
        "placeholder": _("名称、简称或编码"), "list": suggestions,
        "autocomplete": "off", "autocapitalize": "none", "spellcheck": "false",
        "data-suggest": url_for(
            "people_api.suggest", action=field.action, but=field.but.id if field.but else None
        ),
    }  # fmt: skip
    shape = Markup(html_params(**{**attributes, **own}))  # noqa: S704
    return Markup('<input {}><datalist id="{}"></datalist>').format(shape, suggestions)


class UnitField(Field):
    """An open unit on which the caller may do `action`. `data` is its id, `unit` the unit.

    It is sent as `<name>` (an id, from the select) or as `<name>_text` (what somebody wrote, which wins).
    `but` is a unit that is not offered, nor any below it; why not is for the verb to say.
    """

    widget = staticmethod(_widget)

    def __init__(self, *args: Any, action: Action, blank: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.action, self.blank = action, blank or _l("请选择")
        self.text: str | None = None
        self._known: Unit | None = None
        self.but: Unit | None = None

    @property
    def text_name(self) -> str:
        return f"{self.name}_text"

    @cached_property
    def few(self) -> list[Unit] | None:
        return picker.few(gate.scope(self.action))

    @property
    def unit(self) -> Unit | None:
        """The unit of `data`, if it is one to choose from."""
        if self.data and (self._known is None or self._known.id != self.data):
            self._known = self._load(self.data)
        return self._known if self.data else None

    @property
    def chosen(self) -> Unit:
        """The unit of a valid field that must be filled in."""
        if (unit := self.unit) is None:
            raise LookupError(self.name)
        return unit

    def _load(self, unit_id: int) -> Unit | None:
        if self.few is not None:
            return next((unit for unit in self.few if unit.id == unit_id), None)
        return picker.by_id(unit_id, gate.scope(self.action))

    @property
    def shown(self) -> str:
        """What stands in the text field."""
        return self.text or (picker.label(self.unit) if self.unit else "")

    def process(self, formdata: Any, data: Any = unset_value, extra_filters: Any = None) -> None:
        written = formdata.getlist(self.text_name) if formdata else []
        self.text = written[0].strip() if written else None
        super().process(formdata, data, extra_filters)

    def process_formdata(self, valuelist: list[str]) -> None:
        if self.text is not None:
            self.data = None
        elif valuelist:
            given = valuelist[0]
            known = given.isascii() and given.isdigit() and len(given) <= 10 and int(given) <= LARGEST
            self.data = (int(given) if known else 0) or None

    def pre_validate(self, form: Any) -> None:
        if self.text:
            try:
                self.data = picker.named(self.text, gate.scope(self.action)).id
            except picker.Unclear as error:
                raise StopValidation(str(error)) from error
        elif self.data and self.unit is None:
            raise StopValidation(_("请在您管理的单位中选一个。"))


@dataclass(frozen=True)
class UnitFilter:
    """What a list is narrowed to by `unit=<id>` in its address, and the field that asks for it.

    `paths` are the subtrees to show: the unit's own, all of the caller's where none is asked for, and none
    at all where the field has an error.
    """

    field: UnitField
    unit: Unit | None
    paths: tuple[str, ...]


def unit_filter(action: Action) -> UnitFilter:
    """404 outside the caller's units. A unit that was written turns into its id, by a redirect."""

    class Asked(Form):
        unit = UnitField(_l("单位（含下属）"), action=action, blank=_l("全部"))

    form = Asked(request.args)
    field: UnitField = form.unit
    if not form.validate():
        return UnitFilter(field, None, ()) if field.text else abort(404)
    if field.text is not None:
        abort(redirect(page_url(unit=field.data, unit_text="")))
    unit = field.unit
    return UnitFilter(field, unit, (unit.path,) if unit else gate.scope(action))

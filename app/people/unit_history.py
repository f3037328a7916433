"""The history of a unit in words: since when called what, standing where."""

import json
from typing import Any

from flask_babel import gettext as _

from app.people.labels import UNIT_KINDS
from app.people.models import UnitChange

_Facts = dict[str, Any]


def told(change: UnitChange) -> str:
    """One change as a sentence."""
    before: _Facts = json.loads(change.before or "{}")
    after: _Facts = json.loads(change.after or "{}")
    return _WORDS[change.what](before, after)


def _created(before: _Facts, after: _Facts) -> str:
    if after["parent"]:
        return str(_("设立，名称“%(name)s”，上级“%(parent)s”", name=after["name"], parent=after["parent"]))
    return str(_("设立，名称“%(name)s”", name=after["name"]))


def _updated(before: _Facts, after: _Facts) -> str:
    return "；".join(_field(field, before[field], after[field]) for field in after)


def _moved(before: _Facts, after: _Facts) -> str:
    return str(_("上级由“%(old)s”改为“%(new)s”", old=before["parent"], new=after["parent"]))


def _merged(before: _Facts, after: _Facts) -> str:
    return str(_("并入“%(name)s”", name=after["merged_into"]))


def _absorbed(before: _Facts, after: _Facts) -> str:
    return str(_("“%(name)s”并入本单位", name=after["absorbed"]))


def _closed(before: _Facts, after: _Facts) -> str:
    return str(_("撤销"))


def _restored(before: _Facts, after: _Facts) -> str:
    return str(_("恢复"))


def _field(field: str, old: Any, new: Any) -> str:
    if field == "leading_group":
        return str(_("设立党组") if new else _("不再设党组"))
    words = {"name": _("名称"), "short_name": _("简称"), "code": _("编码"), "kind": _("类别")}
    return str(
        _("%(field)s由%(old)s改为%(new)s", field=words[field], old=_shown(field, old), new=_shown(field, new))
    )


def _shown(field: str, value: str) -> str:
    text = str(UNIT_KINDS.get(value, value)) if field == "kind" else value
    return f"“{text}”" if text else str(_("空"))


_WORDS = {
    "create": _created, "update": _updated, "move": _moved,
    "merge": _merged, "absorb": _absorbed, "close": _closed,
    "restore": _restored,
}  # fmt: skip

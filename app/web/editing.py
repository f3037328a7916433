"""Two people, or two tabs, editing the same thing: the later one is told, and nothing is overwritten."""

import hashlib
from typing import Any

from flask_babel import gettext as _
from flask_wtf import FlaskForm
from wtforms import HiddenField


class EditForm(FlaskForm):
    """A form that carries a digest of what it was filled with, so that it can tell when that has changed.

    Templates put `form.shown` beside the CSRF token. A form sent without it claims nothing.
    """

    shown = HiddenField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._now = self._digest()
        self.shown.data = self.shown.data or self._now

    def _digest(self, *more: Any) -> str:
        """`more`: what belongs to the thing, too, and is in no field."""
        facts = [(f.name, f.object_data) for f in self if f.name not in ("shown", "csrf_token")]
        return hashlib.sha256(repr([*facts, *more]).encode()).hexdigest()[:16]

    def _said_already(self) -> bool:
        """Sent twice: what is there now is what is asked for."""
        return all(f.data == f.object_data for f in self if f.name not in ("shown", "csrf_token"))

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        if self.shown.data == self._now or self._said_already():
            return valid
        text = _("您打开这一页以后，内容已有改动，所以没有保存。请另开一页查看现在的内容，再重新修改。")
        self.form_errors.append(text)
        return False

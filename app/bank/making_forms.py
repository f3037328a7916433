from flask import request
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField, SelectMultipleField, StringField
from wtforms.validators import DataRequired, Length, NumberRange
from wtforms.widgets import CheckboxInput, HiddenInput, ListWidget

from app.bank.forms import clean
from app.bank.labels import RECIPES
from app.bank.making import Order
from app.web.choices import choices

LARGEST_SEED = 1_000_000


class MakingForm(FlaskForm):
    """What to make, asked in the address, so that a preview can be sent on and gone back to."""

    class Meta:
        csrf = False  # it only asks; what is taken is posted with a token

    recipe = SelectMultipleField(
        _l("题目的做法"), [DataRequired(_l("请至少选一种做法。"))], choices=choices(RECIPES.items()),
        widget=ListWidget(prefix_label=False), option_widget=CheckboxInput(),
    )  # fmt: skip
    topic = StringField(
        _l("知识点"), [DataRequired(_l("请填写知识点。")), Length(max=40)], [clean],
        render_kw={"list": "topics", "autocomplete": "off"},
        description=_l("这一批试题都归入这个知识点，收下后可以逐题修改。"),
    )  # fmt: skip
    count = SelectField(
        _l("每种做法"), choices=choices((n, _l("%(n)s 道以内", n=n)) for n in (5, 10, 20)), coerce=int
    )
    seed = IntegerField("", [NumberRange(1, LARGEST_SEED)], widget=HiddenInput())

    @property
    def asked(self) -> bool:
        """Does the address ask for something? The form sends its seed even where nothing is ticked."""
        return "seed" in request.values

    def order(self, code: str) -> Order:
        return Order(
            code, self.recipe.data or (), self.topic.data or "", self.seed.data or 1, self.count.data
        )

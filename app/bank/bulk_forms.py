"""What has to be asked before one thing is done to many questions."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateField, RadioField, SelectMultipleField, StringField, ValidationError
from wtforms.validators import DataRequired, Length, Optional

from app.bank import service
from app.bank.forms import clean
from app.bank.question_form import LONGEST_TAG, MOST_TAGS, tags
from app.web.choices import choices


class TagsForm(FlaskForm):
    tags = StringField(
        _l("要加的标签"), [Length(max=200)], [clean], description=_l("几个标签用顿号隔开；原有的标签保留。")
    )

    def validate_tags(self, field: StringField) -> None:
        found = tags(field.data or "")
        if not found or len(found) > MOST_TAGS or any(len(tag) > LONGEST_TAG for tag in found):
            text = _("请填写标签，最多 %(n)s 个，每个不超过 %(m)s 个字。", n=MOST_TAGS, m=LONGEST_TAG)
            raise ValidationError(text)
        field.data = found


class TopicForm(FlaskForm):
    topic = StringField(
        _l("知识点"), [DataRequired(_l("请填写知识点。")), Length(max=40)], [clean],
        render_kw={"list": "topics", "autocomplete": "off"},
    )  # fmt: skip


class CitingForm(FlaskForm):
    how = RadioField(
        _l("怎样改"), default="add",
        choices=choices([("add", _l("加上，原有的依据保留")), ("instead", _l("换成这些，原有的依据不要"))]),
    )  # fmt: skip
    clauses = SelectMultipleField(
        _l("依据的条款"), [DataRequired(_l("请至少选一条依据。"))], validate_choice=False, default=()
    )

    def validate_clauses(self, field: SelectMultipleField) -> None:
        if set(field.data) - set(service.cited_clauses(field.data)):
            raise ValidationError(_("所选条款已不存在，请重新选择。"))


class DayForm(FlaskForm):
    review_on = DateField(
        _l("复核日期"),
        [Optional()],
        description=_l("到这一天请人再看一遍是否过时；留空就是取消原来定的日期。"),
    )

"""The back office's way to erase a person: everything that knows of people stands to the left of here."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import StringField
from wtforms.validators import DataRequired, Length

from app.domain.access import Action
from app.home import erasing
from app.people.manage_person import load_other
from app.people.names import tidy, tidy_name
from app.web import clock
from app.web.gate import requires

bp = Blueprint("home_manage", __name__, url_prefix="/manage", template_folder="templates")


class EraseForm(FlaskForm):
    reason = StringField(
        _l("依据和原因"),
        [DataRequired(_l("请填写依据和原因。")), Length(max=200, message=_l("最多 200 字。"))],
        filters=[tidy],
        description=_l("记入审计，长期保留。不要写姓名和号码，例如：本人 2026 年 11 月书面申请。"),
    )
    name = StringField(
        _l("此人的姓名"),
        [DataRequired(_l("请填写此人的姓名。"))],
        filters=[tidy_name],
        description=_l("再填一遍，以免点错人。"),
        render_kw={"autocomplete": "off"},
    )


@bp.route("/people/<int:person_id>/erase", methods=["GET", "POST"])
@requires(Action.PEOPLE_ERASE)
def person_erase(person_id: int) -> Any:
    """For administrators: what a liaison keeps in order cannot be brought back from here."""
    person = load_other(person_id, str(_("不能注销自己的个人信息，请由其他管理员办理。")))
    form, refusal = EraseForm(), ""
    try:
        erasing.check(person, clock.now())
        if form.validate_on_submit():
            if form.name.data != person.name:
                form.name.errors = [_("与此人的姓名不一致。请核对是不是要注销此人。")]
            else:
                erasing.erase(person, form.reason.data, clock.now())
                flash(_("已注销。以后只显示为“%(name)s”。", name=person.name))
                return redirect(url_for("people_manage.people"))
    except erasing.Refused as refused:
        refusal = str(refused)
    return render_template("home/manage/erase.html", person=person, form=form, refusal=refusal)

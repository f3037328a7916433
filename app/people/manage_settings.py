"""What the school says about itself."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _

from app.domain.access import Action
from app.people import school
from app.people.blueprint import bp
from app.people.forms import SettingsForm
from app.web.gate import requires


@bp.route("/settings", methods=["GET", "POST"])
@requires(Action.SETTINGS_EDIT)
def settings() -> Any:
    form = SettingsForm(obj=school.school())
    if form.validate_on_submit():
        school.save(school.School(form.name.data, form.certificate_prefix.data, form.contact.data))
        flash(_("设置已保存。"))
        return redirect(url_for("people_manage.settings"))
    return render_template("people/manage/settings.html", form=form)

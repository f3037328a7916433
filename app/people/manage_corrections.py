"""Requests to put one's data right: the list, and the answers."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from app.domain.access import Action
from app.people import correction_requests as requests
from app.people.blueprint import bp
from app.people.names import tidy_text
from app.web import clock, gate
from app.web.errors import Forbidden, Problem
from app.web.gate import requires
from app.web.paging import asked_page


class AnswerForm(FlaskForm):
    answer = TextAreaField(
        _l("答复"),
        [DataRequired(_l("请填写答复。")), Length(max=1000, message=_l("答复最多 1000 字。"))],
        filters=[tidy_text],
        description=_l("本人会看到。先到人员页更正信息，再在这里说明改了什么，或者为什么不改。"),
        render_kw={"rows": 3},
    )


@bp.get("/corrections")
@requires(Action.PEOPLE_EDIT)
def corrections() -> Any:
    answered = request.args.get("state") == "answered"
    page = requests.page(gate.scope(Action.PEOPLE_EDIT), answered, asked_page())
    return render_template("people/manage/corrections.html", page=page, answered=answered)


@bp.route("/corrections/<int:request_id>", methods=["GET", "POST"])
@requires(Action.PEOPLE_EDIT)
def correction(request_id: int) -> Any:
    asked = requests.in_scope(request_id, gate.scope(Action.PEOPLE_EDIT)) or abort(404)
    form = AnswerForm()
    if form.validate_on_submit():
        if asked.person_id == current_user.person_id:
            raise Forbidden(_("这是您自己的申请，请由其他管理员答复。"), "own_request")
        by = f"{current_user.name}（{current_user.username}）"
        try:
            requests.answer(asked, form.answer.data, by, clock.now())
        except requests.Answered as error:
            raise Problem(409, "answered", _("这条申请已有人答复，没有重复保存。")) from error
        except requests.Withdrawn as error:
            raise Problem(409, "withdrawn", _("本人已撤回这条申请。")) from error
        flash(_("已答复 %(name)s。", name=asked.person.name))
        return redirect(url_for("people_manage.corrections"))
    return render_template("people/manage/correction.html", asked=asked, form=form)

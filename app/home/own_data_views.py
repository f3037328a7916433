"""What is kept about me: see it, take it along, have it put right."""

import json
from typing import Any
from urllib.parse import quote

from flask import Response, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import current_user
from flask_wtf import FlaskForm
from wtforms import TextAreaField
from wtforms.validators import DataRequired, Length

from app.domain.access import Action
from app.home import own_data
from app.home.blueprint import bp
from app.people import correction_requests
from app.people.models import Person
from app.people.names import tidy_text
from app.web import clock
from app.web.db import db
from app.web.gate import requires
from app.web.sheets import Sheet, workbook_response, write_workbook


class CorrectionForm(FlaskForm):
    text = TextAreaField(
        _l("哪里不对，应该是什么"),
        [
            DataRequired(_l("请写明哪一项不对，应该是什么。")),
            Length(max=1000, message=_l("最多 1000 字，请写得简短一些。")),
        ],
        filters=[tidy_text],
        description=_l(
            "例如：职务应为“办公室副主任”，2026 年 9 月起任。身份证号、手机号请勿写全，写全的会遮去中间几位。"
        ),
        render_kw={"rows": 3},
    )


def _me() -> Person:
    return db.session.get_one(Person, current_user.person_id)


@bp.route("/me/data", methods=["GET", "POST"])
@requires(Action.LEARN)
def data() -> Any:
    form, now = CorrectionForm(), clock.now()
    if form.validate_on_submit():
        try:
            correction_requests.ask(current_user.person_id, form.text.data, now)
            flash(_("已提交更正申请，答复会显示在本页。"))
        except correction_requests.Open:
            flash(_("您已有一条申请在等待答复，没有重复提交。"), "warn")
        return redirect(url_for("home.data") + "#requests")
    requests = correction_requests.of(current_user.person_id)
    return render_template(
        "home/data.html", facts=own_data.facts_of(_me()), sections=own_data.sections(_me().id, now),
        form=form, requests=requests, waiting=any(one.answered_at is None for one in requests),
    )  # fmt: skip


@bp.post("/me/data/withdraw")
@requires(Action.LEARN)
def data_withdraw() -> Any:
    if correction_requests.withdraw(current_user.person_id):
        flash(_("已撤回更正申请。"))
    else:
        flash(_("没有等待答复的申请：已有答复，或已经撤回。"), "warn")
    return redirect(url_for("home.data") + "#requests")


@bp.post("/me/data/export")
@requires(Action.LEARN)
def data_export() -> Response:
    """Everything on the page, and the answers: for people as a sheet, for other systems as JSON."""
    if request.form.get("format") == "xlsx":
        return workbook_response(_("我的信息") + ".xlsx", write_workbook(_sheets()))
    words = json.dumps(own_data.document(_me(), clock.now()), ensure_ascii=False, indent=1)
    response = Response(words, mimetype="application/json")
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(_('我的信息'))}.json"
    return response


def _sheets() -> list[Sheet]:
    held = [*own_data.sections(current_user.person_id, clock.now()), own_data.answers(current_user.person_id)]
    first = Sheet(_("基本信息"), [_("项目"), _("内容")], own_data.facts_of(_me()), text=True)
    return [first, *(Sheet(part.title, part.columns, part.rows, text=True) for part in held)]

"""Slips: how many people of a unit have no password yet, and the paper that lets them in."""

from typing import Any

from flask import abort, render_template
from flask_babel import gettext as _

from app.domain.access import Action
from app.people import codes, queries, slips
from app.people.blueprint import bp
from app.people.forms import SlipsForm
from app.web import clock, gate, pdf
from app.web.gate import requires


@bp.route("/units/<int:unit_id>/slips", methods=["GET", "POST"], endpoint="slips")
@requires(Action.PEOPLE_EDIT)
def unit_slips(unit_id: int) -> Any:
    paths, now = gate.scope(Action.PEOPLE_EDIT), clock.now()
    unit = queries.unit_in_scope(unit_id, paths) or abort(404)
    form = SlipsForm(now)
    if form.validate_on_submit():
        order = slips.Order(unit, form.below.data, form.again.data, form.opened_at)
        try:
            document = slips.print_slips(order, paths, now)
            return pdf.response(f"{_('登录条')}-{unit.name}-{clock.beijing(now):%Y%m%d-%H%M}.pdf", document)
        except slips.NobodyWaits:
            form.form_errors.append(
                _(
                    "没有要印的登录条：所选范围内的人都已设置密码，或已有登录码。"
                    "要印下属单位的、要重印的，请勾选下面相应的一项。"
                )
            )
    counts = slips.waiting(unit, paths, now)
    if not form.is_submitted():
        form.below.data = not counts.own
    return render_template(
        "people/manage/slips.html", unit=unit, form=form, counts=counts, batch=slips.BATCH,
        days=codes.LIFETIME.days,
    )  # fmt: skip

"""The import of a roster: template, upload, progress, preview, mending, saving, result."""

from typing import Any

from flask import Response, abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.audit.service import record
from app.domain.access import Action
from app.domain.careers import Leaving
from app.people import queries as people_queries
from app.people.blueprint import bp
from app.people.labels import LEAVING, roster_label
from app.people.models import RosterImport
from app.people.roster import cells, edits, preview, queries, sheets
from app.people.roster.forms import RosterForm, row_form
from app.people.roster.places import Places
from app.people.roster.states import ACTING, OUTCOMES, STATES, Outcome
from app.web import clock, gate
from app.web.gate import requires
from app.web.intake import number
from app.web.paging import asked_page
from app.web.sheets import workbook_response
from app.web.uploads import State, TooMany


def _load(import_id: int) -> RosterImport:
    """404 for anybody else's."""
    found = queries.own(import_id, current_user.person_id, gate.scope(Action.PEOPLE_EDIT))
    return found or abort(404)


def _go_on(roster: RosterImport) -> Any:
    return redirect(url_for("people_manage.roster", import_id=roster.id))


@bp.get("/people/import/template.xlsx")
@requires(Action.PEOPLE_EDIT)
def people_template() -> Response:
    paths = gate.scope(Action.PEOPLE_EDIT)
    unit = people_queries.unit_in_scope(number("unit") or 0, paths)
    return workbook_response(
        _("人员导入模板") + ".xlsx", sheets.template(Places(unit.path if unit else paths[0]))
    )


@bp.route("/people/import", methods=["GET", "POST"])
@requires(Action.PEOPLE_EDIT)
def people_import() -> Any:
    paths, form = gate.scope(Action.PEOPLE_EDIT), RosterForm()
    if form.validate_on_submit():
        try:
            return _go_on(edits.begin(current_user.person_id, paths, form.upload, clock.now()))
        except TooMany as error:
            form.file.errors = [error.message]
    if not form.is_submitted() and form.unit_id.few and len(paths) == 1:
        form.unit_id.data = form.unit_id.few[0].id
    recent = queries.recent(current_user.person_id, paths)
    return render_template("people/manage/import.html", form=form, recent=recent, states=STATES)


@bp.get("/people/imports/<int:import_id>")
@requires(Action.PEOPLE_EDIT)
def roster(import_id: int) -> Any:
    found = _load(import_id)
    state = State(found.state)
    if state is State.READY:
        return _preview(found)
    page = "progress" if state in (State.WAITING, State.SAVING) else "result"
    return render_template(
        f"people/manage/roster_{page}.html", roster=found, state=state, outcomes=OUTCOMES,
        left=queries.counts(import_id)[Outcome.FAULT] if page == "result" else 0,
    )  # fmt: skip


def _preview(found: RosterImport) -> str:
    counts = queries.counts(found.id)
    # Who is missing, and who of them shall leave, stand in one list.
    shown = {outcome: counts[outcome] for outcome in OUTCOMES if outcome is not Outcome.LEAVE}
    shown[Outcome.MISSING] += counts[Outcome.LEAVE]
    order = (Outcome.FAULT, Outcome.MOVE, Outcome.NEW, Outcome.UPDATE, Outcome.SAME)
    first = next((outcome for outcome in order if counts[outcome]), Outcome.SAME)
    asked = request.args.get("outcome", "")
    chosen = Outcome(asked) if asked in shown else first
    wanted = (Outcome.MISSING, Outcome.LEAVE) if chosen is Outcome.MISSING else (chosen,)
    page = queries.row_page(found.id, wanted, asked_page())
    return render_template(
        "people/manage/roster_preview.html",
        roster=found, counts=counts, shown=shown, chosen=chosen, page=page,
        lines=preview.lines(page.items), outcomes=OUTCOMES, label=roster_label, masked=preview.masked,
        reasons=LEAVING, acting=sum(counts[outcome] for outcome in ACTING), notes=found.told,
    )  # fmt: skip


@bp.get("/people/imports/<int:import_id>/state")
@requires(Action.PEOPLE_EDIT)
def roster_state(import_id: int) -> Any:
    """For the page that shows progress."""
    found = _load(import_id)
    return jsonify(state=found.state, done=found.done, total=found.total)


@bp.route("/people/imports/<int:import_id>/rows/<int:at>", methods=["GET", "POST"])
@requires(Action.PEOPLE_EDIT)
def roster_row(import_id: int, at: int) -> Any:
    found = _load(import_id)
    stored = queries.row(import_id, at) or abort(404)
    row, _values = cells.unseal(at, stored.sealed)
    form = row_form(row)
    if form.validate_on_submit():
        written = form.row(row)
        faults = cells.read(written, clock.day(clock.now())).faults
        if written != row or not faults:
            edits.amend(found, written)  # also when more is wrong: what was mended stays mended
        if not faults:
            return _go_on(found)
        form.faults(faults)
    elif not form.is_submitted():
        form.faults(cells.unseal_faults(stored.faults))
    return render_template("people/manage/roster_row.html", roster=found, row=row, form=form)


@bp.post("/people/imports/<int:import_id>/rows/<int:at>/drop")
@requires(Action.PEOPLE_EDIT)
def roster_drop(import_id: int, at: int) -> Any:
    found = _load(import_id)
    edits.drop(found, at)
    flash(_("已删去第 %(n)s 行。", n=at))
    return _go_on(found)


@bp.post("/people/imports/<int:import_id>/leaving")
@requires(Action.PEOPLE_EDIT)
def roster_leaving(import_id: int) -> Any:
    found = _load(import_id)
    given = {key[7:]: value for key, value in request.form.items() if key.startswith("person-")}
    reasons = {
        int(person): Leaving(reason) if reason in list(Leaving) else None
        for person, reason in given.items()
        if person.isascii() and person.isdigit() and len(person) < 10
    }
    edits.decide(found, reasons, gate.scope(Action.SIGN_IN_EDIT), clock.now())
    flash(_("已记下。确认导入时才会生效。"))
    back = url_for("people_manage.roster", import_id=import_id, outcome=Outcome.MISSING, page=number("page"))
    return redirect(back)


@bp.post("/people/imports/<int:import_id>/sheet")
@requires(Action.PEOPLE_EDIT)
def roster_sheet(import_id: int) -> Response:
    """The sheet with a column of faults. It holds personal data, so that taking it is recorded."""
    found = _load(import_id)
    rows = queries.sheet_rows(import_id)
    record("roster.export", f"roster:{import_id}", f"下载名册问题表 {found.file_name}，共 {len(rows)} 行")
    name = found.file_name.rsplit(".", 1)[0]
    return workbook_response(f"{name}-{_('问题')}.xlsx", sheets.with_faults(rows))


@bp.post("/people/imports/<int:import_id>/save")
@requires(Action.PEOPLE_EDIT)
def roster_save(import_id: int) -> Any:
    found = _load(import_id)
    edits.confirm(found, "only_good" in request.form, clock.now())
    return _go_on(found)


@bp.post("/people/imports/<int:import_id>/reopen")
@requires(Action.PEOPLE_EDIT)
def roster_reopen(import_id: int) -> Any:
    found = _load(import_id)
    edits.reopen(found, gate.scope(Action.PEOPLE_EDIT))
    return _go_on(found)


@bp.post("/people/imports/<int:import_id>/discard")
@requires(Action.PEOPLE_EDIT)
def roster_discard(import_id: int) -> Any:
    edits.discard(_load(import_id))
    flash(_("已放弃这次导入，没有改动任何人员。"))
    return redirect(url_for("people_manage.people_import"))

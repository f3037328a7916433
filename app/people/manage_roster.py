"""The import of a roster: template, upload, faults by row, the new accounts shown once."""

from typing import Any

from flask import Response, render_template
from flask_babel import gettext as _

from app.domain.access import Action
from app.people import queries, roster, service
from app.people.accounts import accounts_page
from app.people.blueprint import bp
from app.people.forms import RosterForm
from app.web import clock, gate
from app.web.gate import requires
from app.web.sheets import SheetError, workbook_response


@bp.get("/people/import/template.xlsx")
@requires(Action.PEOPLE_EDIT)
def people_template() -> Response:
    units = queries.units_below(gate.scope(Action.PEOPLE_EDIT))
    return workbook_response(_("人员导入模板") + ".xlsx", roster.template(units))


@bp.route("/people/import", methods=["GET", "POST"])
@requires(Action.PEOPLE_EDIT)
def people_import() -> Any:
    form = RosterForm()
    faults: list[roster.Fault] = []
    if form.validate_on_submit():
        try:
            facts = roster.read(form.file.data.read(), gate.scope(Action.PEOPLE_EDIT))
            accounts = service.import_people(facts, clock.now())
            return accounts_page(accounts, _("已导入 %(n)s 人", n=len(accounts)))
        except SheetError as error:
            form.file.errors = [str(error)]
        except roster.Refused as refusal:
            faults = refusal.faults
        except service.Taken:
            form.file.errors = [_("导入期间有用户名被别人占用，没有导入任何人。请重新上传。")]
    return render_template("people/manage/import.html", form=form, faults=faults)

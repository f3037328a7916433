"""Pages: what rests on a rule set, and everything that is to be looked at again."""

from typing import Any

from flask import abort, render_template, request

from app.bank import queries, stale
from app.bank.forms import clean
from app.domain.access import Action
from app.reports import resting as work
from app.reports.blueprint import bp
from app.web import clock
from app.web.gate import requires
from app.web.paging import asked_page


@bp.get("/bank/due")
@requires(Action.BANK_VIEW)
def due() -> Any:
    now = clock.now()
    today = clock.beijing(now).date()
    page = stale.due(today, asked_page())
    return render_template(
        "reports/due.html", page=page, due=work.due(today, now), today=today,
        stale=stale.stale_among([question.current_version_id for question in page.items]),
    )  # fmt: skip


def resting_on(code: str, clause: str) -> dict[str, Any]:
    """Questions in use, drafts, courses and exams that rest on the set or clause; what is stale of them."""
    page, changes = stale.on(code, clause, asked_page()), stale.changes()
    drafts = stale.drafts_on(code, clause, asked_page("drafts"))
    versions = [one.current_version_id for one in page.items]
    versions += [one.newest_version_id for one in drafts.items]
    return {
        "page": page, "drafts": drafts, "stale": stale.stale_among(versions),
        "courses": work.courses(changes, (code, clause)),
        "exams": work.exams(changes, clock.now(), (code, clause)),
    }  # fmt: skip


@bp.get("/bank/resting/<code>")
@requires(Action.BANK_VIEW)
def resting(code: str) -> Any:
    found = next(iter(queries.clauses_of_sets([code])), None)
    if found is None:
        abort(404)
    asked = clean(request.args.get("clause", ""))
    clause = next((one for one in found[1] if one.code == asked), None)
    return render_template(
        "reports/resting.html", rule_set=found[0], clauses=found[1], clause=clause,
        rests=resting_on(code, asked),
    )  # fmt: skip

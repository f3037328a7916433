"""The audit log as a page: read, narrowed, downloaded, checked; never changed."""

from datetime import date, datetime, time, timedelta
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.audit import queries, service
from app.audit.labels import action_label, break_text, field_label
from app.domain.access import Action
from app.web import clock
from app.web.gate import requires
from app.web.paging import asked_page
from app.web.sheets import xlsx_response

bp = Blueprint("audit_manage", __name__, url_prefix="/manage/audit", template_folder="templates")


def _midnight(name: str, days: int = 0) -> datetime | None:
    """The start of the day in the query, in Beijing, `days` later; None when it is no date."""
    try:
        day = date.fromisoformat(request.args.get(name, "")) + timedelta(days=days)
        return clock.from_beijing(datetime.combine(day, time.min))
    except (ValueError, OverflowError):
        return None


def _filter() -> queries.EventFilter:
    words = {name: request.args.get(name, "").strip() for name in ("action", "actor")}
    text = request.args.get("q", "").strip()
    return queries.EventFilter(**words, text=text, since=_midnight("since"), until=_midnight("until", 1))


@bp.get("/")
@requires(Action.AUDIT_VIEW)
def events() -> Any:
    page = queries.events_page(_filter(), asked_page())
    return render_template(
        "audit/events.html",
        page=page,
        seals=queries.seals(page),
        actions=queries.actions(),
        chain=queries.chain_state(),
        label=action_label,
        field_label=field_label,
        changes=queries.changes,
        export_limit=queries.EXPORT_LIMIT,
    )


@bp.get("/events.xlsx")
@requires(Action.AUDIT_VIEW)
def export() -> Response:
    headers = [
        _("编号"), _("时间"), _("操作人"), _("地址"), _("操作"),
        _("对象"), _("摘要"), _("之前"), _("之后"), _("封存号"),
    ]  # fmt: skip
    rows = (
        [e.id, e.at, e.actor, e.address, action_label(e.action), e.target, e.summary, e.before, e.after, seq]
        for e, seq in queries.events_to_export(_filter())
    )
    return xlsx_response(_("审计记录"), headers, rows)


@bp.get("/chain")
@requires(Action.AUDIT_VIEW)
def chain() -> Any:
    return render_template(
        "audit/chain.html", chain=queries.chain_state(), check=queries.check_state(), break_text=break_text
    )


@bp.post("/chain")
@requires(Action.AUDIT_VIEW)
def chain_check() -> Any:
    """Have the worker check the whole chain; a second click orders nothing."""
    service.order_check(clock.now())
    return redirect(url_for(".chain"))

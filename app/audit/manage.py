"""The audit log as a page: read, narrowed, downloaded, checked; never changed."""

from typing import Any

from flask import Blueprint, Response, current_app, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.audit import queries, service
from app.audit.asking import from_query
from app.audit.exports import export, note_export
from app.audit.fields import field_label
from app.audit.labels import HOMES, RESULTS, action_label, break_text, target_label
from app.domain.access import Action
from app.web import clock
from app.web.errors import Problem
from app.web.gate import requires
from app.web.paging import asked_page
from app.web.sheets import csv_response

bp = Blueprint("audit_manage", __name__, url_prefix="/manage/audit", template_folder="templates")


@bp.get("/")
@requires(Action.AUDIT_VIEW)
def events() -> Any:
    found = from_query()
    wanted = found.wanted
    page = queries.events_page(wanted, asked_page())
    return render_template(
        "audit/events.html",
        page=page,
        wanted=wanted,
        faults=found.faults,
        seals=queries.seals(page),
        actions=queries.actions(),
        chain=queries.chain_state(),
        label=action_label,
        target_label=target_label,
        field_label=field_label,
        changes=queries.changes,
        home=_home,
        results=RESULTS,
        xlsx_limit=queries.XLSX_LIMIT,
    )


def _home(target: str) -> str | None:
    """The address of the thing's own page, for those who may open it."""
    noun, _colon, key = target.partition(":")
    endpoint, argument = HOMES.get(noun, ("", ""))
    view: Any = current_app.view_functions.get(endpoint)
    if view is None or not key.isdigit() or not current_user.can(view.action):
        return None
    values: dict[str, Any] = {argument: int(key)}
    return url_for(endpoint, **values)


@bp.post("/events.xlsx")
@requires(Action.AUDIT_VIEW)
def events_xlsx() -> Response:
    wanted = from_query().wanted
    count, newest = queries.extent(wanted)
    if count > queries.XLSX_LIMIT:
        text = _("符合条件的记录有 %(n)s 条，Excel 一次最多 %(most)s 条。请缩小日期范围，或改为导出 CSV。",
                 n=count, most=queries.XLSX_LIMIT)  # fmt: skip
        raise Problem(413, "too_many_rows", text)
    rows = (_cells(row) for row in queries.events_to_export(wanted, newest))
    return export("audit.export", "audit:chain", _("审计记录"), _headers(), rows)


@bp.post("/events.csv")
@requires(Action.AUDIT_VIEW)
def events_csv() -> Response:
    """However many they are."""
    wanted = from_query().wanted
    count, newest = queries.extent(wanted)
    note_export("audit.export", "audit:chain", _("审计记录"), count)
    rows = (_cells(row) for row in queries.events_to_export(wanted, newest))
    return csv_response(_("审计记录"), _headers(), rows)


def _headers() -> list[str]:
    return [
        _("编号"), _("时间（北京）"), _("时间（UTC）"), _("操作人"), _("操作人号"), _("地址"), _("浏览器"),
        _("操作"), _("操作代码"), _("对象"), _("结果"), _("摘要"), _("之前"), _("之后"), _("封存号"),
    ]  # fmt: skip


def _cells(row: Any) -> list[Any]:
    return [
        row.id, f"{clock.beijing(row.at):%Y-%m-%d %H:%M:%S}", f"{row.at:%Y-%m-%dT%H:%M:%S.%fZ}", row.actor,
        row.actor_id, row.address, row.agent, action_label(row.action), row.action, row.target,
        str(RESULTS.get(row.result, row.result)), row.summary, row.before, row.after, row.seq,
    ]  # fmt: skip


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

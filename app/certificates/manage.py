"""Certificates in the back office: list, download, void, reissue, and what keeps some from being issued."""

from typing import Any

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.audit.exports import export
from app.certificates import queries, service
from app.certificates.forms import ReasonForm
from app.certificates.models import Certificate
from app.certificates.queries import CertificateFilter
from app.domain.access import Action
from app.people.unit_field import unit_filter
from app.web import clock
from app.web.db import db
from app.web.gate import requires, scope
from app.web.intake import number
from app.web.paging import asked_page, paginate

bp = Blueprint(
    "certificates_manage", __name__, url_prefix="/manage/certificates", template_folder="templates"
)


def _certificate(certificate_id: int, action: Action) -> Certificate:
    """404 outside the caller's units."""
    return queries.certificate_for(certificate_id, 0, scope(action)) or abort(404)


def _wanted() -> CertificateFilter:
    args = request.args
    return CertificateFilter(
        text=args.get("q", "").strip(),
        course_id=number("course"),
        state=args.get("state", ""),
    )


@bp.get("/")
@requires(Action.CERTIFICATE_VIEW)
def certificates() -> Any:
    wanted, where = _wanted(), unit_filter(Action.CERTIFICATE_VIEW)
    rows = queries.certificates(wanted, where.paths)
    return render_template(
        "certificates/manage/certificates.html",
        page=paginate(rows, asked_page()),
        wanted=wanted,
        where=where,
        courses=queries.course_options(),
        troubles=queries.troubles(scope(Action.CERTIFICATE_VIEW)),
    )


@bp.post("/certificates.xlsx")
@requires(Action.CERTIFICATE_VIEW)
def certificates_export() -> Any:
    """The list as it is filtered, whole."""
    rows = db.session.scalars(queries.certificates(_wanted(), unit_filter(Action.CERTIFICATE_VIEW).paths))
    headers = [_("编号"), _("姓名"), _("单位及职务"), _("课程"), _("开始"), _("结束"), _("学时"), _("成绩"),
               _("发证日期"), _("状态"), _("作废原因")]  # fmt: skip
    keys = ("number", "name", "unit_and_post", "course", "started", "finished", "hours", "score", "issued")
    return export(
        "certificate.export",
        "school:1",
        _("证书"),
        headers,
        [
            [
                *(row.facts[key] for key in keys),
                _("已作废") if row.voided_at else _("有效"),
                row.void_reason or "",
            ]
            for row in rows
        ],
    )


@bp.get("/<int:certificate_id>")
@requires(Action.CERTIFICATE_VIEW)
def certificate(certificate_id: int) -> Any:
    return _page(_certificate(certificate_id, Action.CERTIFICATE_VIEW), ReasonForm())


@bp.post("/<int:certificate_id>/void")
@requires(Action.CERTIFICATE_EDIT)
def void(certificate_id: int) -> Any:
    found, form = _certificate(certificate_id, Action.CERTIFICATE_EDIT), ReasonForm()
    if not form.validate_on_submit():
        return _page(found, form)
    service.void(found, form.reason.data.strip(), clock.now())
    flash(_("证书 %(number)s 已作废，查验页面即刻显示。", number=found.number))
    return redirect(url_for(".certificate", certificate_id=found.id))


@bp.post("/<int:certificate_id>/reissue")
@requires(Action.CERTIFICATE_EDIT)
def reissue(certificate_id: int) -> Any:
    found, form = _certificate(certificate_id, Action.CERTIFICATE_EDIT), ReasonForm()
    if not form.validate_on_submit():
        return _page(found, form)
    try:
        made = service.reissue(found, form.reason.data.strip(), clock.now())
    except service.Unprintable as refusal:
        form.form_errors.append(str(refusal))
        return _page(found, form)
    if made is None:
        flash(_("该学员已持有本课程的另一张有效证书，没有重发。"), "warn")
        return redirect(url_for(".certificate", certificate_id=found.id))
    flash(_("已重发证书 %(number)s，原证书作废。", number=made.number))
    return redirect(url_for(".certificate", certificate_id=made.id))


def _page(found: Certificate, form: ReasonForm) -> Any:
    return render_template(
        "certificates/manage/certificate.html",
        certificate=found,
        form=form,
        replaces=db.session.get(Certificate, found.replaces_id) if found.replaces_id else None,
        replacement=queries.replacement_of(found),
    )

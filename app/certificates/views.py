"""One's own certificates, and the public page that says whether a certificate is real."""

from typing import Any

from flask import Blueprint, Response, abort, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.certificates import queries
from app.certificates.forms import CodeForm, FileForm
from app.certificates.models import Certificate
from app.courses import queries as courses
from app.domain.access import Action
from app.domain.certificates import mask_name, read_code
from app.web import pdf
from app.web.gate import public, requires, scope

bp = Blueprint("certificates", __name__, template_folder="templates")

PICTURE_WIDTH = 1600
MAX_UPLOAD = 4 * 1024 * 1024


@bp.after_request
def keep_out_of_search(response: Response) -> Response:
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _certificate(certificate_id: int) -> Certificate:
    """One's own, or of a person whose certificates one may see; else 404."""
    paths = scope(Action.CERTIFICATE_VIEW)
    return queries.certificate_for(certificate_id, current_user.person_id, paths) or abort(404)


@bp.get("/certificates")
@requires(Action.LEARN)
def mine() -> Any:
    return render_template(
        "certificates/mine.html", certificates=queries.certificates_of(current_user.person_id)
    )


@bp.get("/certificates/of/<int:course_id>")
@requires(Action.LEARN)
def of_course(course_id: int) -> Any:
    """Where a completed course leads: the certificate, or why it is not there yet."""
    found = queries.of_course(current_user.person_id, course_id)
    if found is not None:
        return redirect(url_for(".certificate", certificate_id=found.id))
    me = current_user
    assigned = courses.assigned_course(course_id, me.person_id, me.unit_path) or abort(404)
    trouble = queries.trouble_of(me.person_id, course_id)
    return render_template("certificates/awaited.html", standing=assigned.standing, trouble=trouble)


@bp.get("/certificates/<int:certificate_id>")
@requires(Action.LEARN)
def certificate(certificate_id: int) -> Any:
    found = _certificate(certificate_id)
    return render_template(
        "certificates/certificate.html",
        certificate=found,
        replacement=queries.replacement_of(found) if found.voided_at else None,
        wechat_android="MicroMessenger" in request.user_agent.string
        and "Android" in request.user_agent.string,
    )


@bp.get("/certificates/<int:certificate_id>.pdf")
@requires(Action.LEARN)
def document(certificate_id: int) -> Any:
    found = _certificate(certificate_id)
    issued = queries.pdf_of(found.id) or abort(404)
    response = Response(issued, mimetype="application/pdf")
    response.headers.set("Content-Disposition", "attachment", filename=f"certificate-{found.id}.pdf")
    return response


@bp.get("/certificates/<int:certificate_id>.png")
@requires(Action.LEARN)
def picture(certificate_id: int) -> Any:
    found = _certificate(certificate_id)
    issued = queries.pdf_of(found.id) or abort(404)
    return Response(pdf.picture(issued, PICTURE_WIDTH), mimetype="image/png")


@bp.route("/verify", methods=["GET", "POST"])
@public
def verify() -> Any:
    """Ask by code (GET) or with the file itself (POST)."""
    code_form, file_form = CodeForm(request.args), FileForm()
    if request.args.get("code"):
        code = read_code(request.args["code"])
        if code is not None:
            return redirect(url_for(".verified", code=code))
        code_form.code.errors = [_("这不是有效的查验码。请核对证书上二维码旁边的 28 位字母和数字。")]
    if file_form.validate_on_submit():
        return _compare(file_form)
    return render_template("certificates/verify.html", code_form=code_form, file_form=file_form)


def _compare(form: FileForm) -> Any:
    """Is the uploaded file, byte for byte, one that was issued?"""
    data = form.file.data.read(MAX_UPLOAD + 1)
    if len(data) > MAX_UPLOAD:
        form.file.errors = [_("文件太大，不会是本系统发出的证书。")]
    elif not data.startswith(b"%PDF-"):
        form.file.errors = [_("这不是 PDF 文件。请上传从本系统下载的证书 PDF，图片请改用查验码。")]
    else:
        found = queries.issued_as(data)
        if found is None:
            return render_template("certificates/not_issued.html")
        return _shown(found, by_file=True)
    return render_template("certificates/verify.html", code_form=CodeForm(None), file_form=form)


@bp.get("/verify/<code>")
@public
def verified(code: str) -> Any:
    read = read_code(code)
    found = queries.with_code(read) if read else None
    if found is None:
        return render_template("certificates/unknown.html"), 404
    return _shown(found, by_file=False)


def _shown(found: Certificate, *, by_file: bool) -> Any:
    return render_template(
        "certificates/verified.html",
        certificate=found,
        name=mask_name(found.facts["name"]),
        by_file=by_file,
    )

"""From frozen facts to a frozen PDF."""

import hashlib
from datetime import datetime, timedelta

import sqlalchemy as sa
import structlog
from flask import current_app, render_template
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.certificates.models import Certificate, CertificateFile, CertificateTrouble
from app.certificates.service import clear_trouble, note_trouble
from app.domain.certificates import Facts, grouped
from app.web import pdf, qr, uow
from app.web.db import db

log = structlog.get_logger()
RETRY_AFTER = timedelta(minutes=1)
_SIZES = ((50, "l"), (90, "m"), (230, "s"))  # characters of name, post and course together
_BATCH = 100  # certificates per pass; the rest is still due at the next


def render_pending(now: datetime) -> int:
    """Print what has a number but no PDF yet; how many. A failed one is tried again under its number."""
    waiting = sa.select(CertificateTrouble.id).where(
        CertificateTrouble.person_id == Certificate.person_id,
        CertificateTrouble.course_id == Certificate.course_id,
        CertificateTrouble.at > now - RETRY_AFTER,
    )
    due = db.session.scalars(
        sa.select(Certificate)
        .outerjoin(CertificateFile, CertificateFile.certificate_id == Certificate.id)
        .where(CertificateFile.certificate_id.is_(None), Certificate.voided_at.is_(None))
        .where(~waiting.exists())
        .order_by(Certificate.id)
        .limit(_BATCH)
    ).all()
    for certificate in due:
        db.session.expunge(certificate)
    uow.abandon_item()  # ends the read: nothing is locked or held open while printing
    return sum(_print_one(certificate, now) for certificate in due)


def _print_one(certificate: Certificate, now: datetime) -> int:
    person_id, course_id = certificate.person_id, certificate.course_id
    try:
        document = pdf.render(page(certificate), stylesheet())
    except Exception:  # whatever is wrong with this one must not delay the others
        log.exception("certificate_not_printed", number=certificate.number)
        message = _("证书已编号 %(number)s，生成 PDF 时出错，系统会自动重试。", number=certificate.number)
        note_trouble(person_id, course_id, message, now)
        return 0
    return store(certificate.id, person_id, course_id, document, now)


def store(certificate_id: int, person_id: int, course_id: int, document: bytes, now: datetime) -> int:
    """The first bytes stored are the issued ones; 0 when another worker's were first."""
    digest = hashlib.sha256(document).hexdigest()
    try:
        db.session.execute(
            sa.insert(CertificateFile).values(
                certificate_id=certificate_id, pdf=document, sha256=digest, rendered_at=now
            )
        )
        clear_trouble(person_id, course_id)
        uow.commit_item()
        return 1
    except IntegrityError:
        uow.abandon_item()
        return 0


def page(certificate: Certificate) -> str:
    """The certificate as HTML for the printer."""
    facts = Facts(**certificate.facts)
    return render_template(
        "certificates/paper.html",
        facts=facts,
        code=grouped(certificate.code),
        address=current_app.config["PUBLIC_URL"] + "/verify",
        size=_size(facts),
        qr=qr.drawing(f"{current_app.config['PUBLIC_URL']}/verify/{certificate.code}"),
    )


def _size(facts: Facts) -> str:
    """The type size that leaves room for everything; see paper.css."""
    length = sum(len(text) for text in (facts.name, facts.unit_and_post, facts.course))
    return next((size for limit, size in _SIZES if length <= limit), "xs")


def stylesheet() -> str:
    source = current_app.jinja_env.get_template("certificates/paper.css")
    return source.render()

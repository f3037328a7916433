"""What somebody may not do: said in words, and kept in the audit log when they tried to change something."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa
import structlog
from flask import Flask, current_app, request
from flask_babel import gettext as _
from flask_login import current_user

from app.audit.models import AuditEvent
from app.audit.service import record
from app.domain.access import Action
from app.people.labels import ACTIONS
from app.web import clock, uow
from app.web.db import SAFE_METHODS, db
from app.web.errors import Forbidden, respond

log = structlog.get_logger()
WITHIN = timedelta(minutes=10)  # one record per person and action: nobody fills the log
_NAME = "access.refuse"


def register(app: Flask) -> None:
    @app.errorhandler(Forbidden)
    def forbidden(error: Forbidden) -> Any:
        view: Any = current_app.view_functions[request.endpoint or ""]
        log.warning("forbidden", path=request.path, action=view.action, person=current_user.person_id)
        message = error.message or _("您没有“%(what)s”的权限。", what=ACTIONS[view.action])
        if request.method not in SAFE_METHODS:  # a GET changes nothing, and writes nothing either
            _note(view.action, message)
        return respond(error.status, error.reason, message)


def _note(action: Action, message: str) -> None:
    """Alone: what the view may have written before it refused is dropped."""
    db.session.rollback()
    target, summary = f"access:{action}", f"{current_user.name}：{message}"
    same = (AuditEvent.actor_id == current_user.person_id, AuditEvent.action == _NAME)
    noted = sa.select(AuditEvent.id).where(AuditEvent.at > clock.now() - WITHIN, *same)
    if db.session.scalar(noted.where(AuditEvent.target == target).limit(1)) is None:
        record(_NAME, target, summary, after={"path": request.path}, result="refused")
        uow.keep_refusal()

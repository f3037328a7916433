"""Where one is signed in, and ending it there."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.audit.service import record
from app.domain.access import Action
from app.people import sign_in as sessions
from app.people.agents import device_words
from app.people.blueprint import face as bp
from app.web import clock
from app.web.gate import requires


@bp.get("/me/sessions")
@requires(Action.LEARN)
def my_sessions() -> Any:
    rows = sessions.sessions_of(current_user.person_id, clock.now())
    return render_template(
        "people/sessions.html", rows=rows, mark=sessions.mark, device_words=device_words,
        days=sessions.policy().longest_session.days,
    )  # fmt: skip


@bp.post("/me/sessions/<mark>/revoke")
@requires(Action.LEARN)
def session_revoke(mark: str) -> Any:
    rows = sessions.sessions_of(current_user.person_id, clock.now())
    found = next((row for row in rows if sessions.mark(row) == mark), None) or abort(404)
    if found.id == current_user.session_id:
        return redirect(url_for("people.my_sessions"))  # to end this one is to sign out
    found.revoked_at = clock.now()
    words = device_words(found.agent)
    record(
        "session.revoke", f"person:{current_user.person_id}", f"{current_user.name}退出了一处登录：{words}"
    )
    flash(_("已退出%(device)s上的登录。", device=words))
    return redirect(url_for("people.my_sessions"))


@bp.post("/me/sessions/revoke-others")
@requires(Action.LEARN)
def sessions_revoke_others() -> Any:
    sessions.revoke_sessions([current_user.person_id], clock.now(), keep=current_user.session_id)
    record("session.revoke", f"person:{current_user.person_id}", f"{current_user.name}退出了其他各处的登录")
    flash(_("其他各处的登录都已退出。"))
    return redirect(url_for("people.my_sessions"))

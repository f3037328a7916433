"""One's own second factor: enrol, see how many recovery codes are left, make new ones, remove it."""

from typing import Any

import segno
from flask import flash, redirect, render_template, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from app.audit.service import record
from app.domain.access import Action
from app.people import entering, second_factor
from app.people import sign_in as sessions
from app.people.blueprint import face as bp
from app.people.entering import Refused
from app.people.sign_in_forms import ConfirmForm, EnrolForm
from app.people.view_password import myself, wrong_present_password
from app.people.view_sign_in import refuse, wrong_code
from app.web import clock
from app.web.db import hold
from app.web.errors import Problem
from app.web.gate import requires

_PAGE = "people/second_factor.html"


def _picture(secret: str) -> Markup:
    # A short issuer: the school's name, percent-encoded twice, would make the code too fine to scan.
    address = second_factor.address(secret, current_user.username, str(_("干训")))
    return Markup(segno.make(address, error="l", micro=False).svg_inline(border=2, omitsize=True))  # noqa: S704


def _shown() -> dict[str, Any]:
    """What the page shows: nothing yet, a secret that waits for its first code, or a factor in use."""
    secret = second_factor.offered(current_user.person_id)
    since = second_factor.enrolled(current_user.person_id)
    return {
        "since": since,
        "secret": " ".join(secret[n : n + 4] for n in range(0, len(secret), 4)) if secret else "",
        "picture": _picture(secret) if secret else "",
        "left": second_factor.recovery_codes_left(current_user.person_id) if since else 0,
        "code_form": EnrolForm(formdata=None),
    }


@bp.get("/me/second-factor")
@requires(Action.LEARN)
def factor() -> Any:
    return render_template(_PAGE, form=ConfirmForm(formdata=None), **_shown())


def _confirmed(form: ConfirmForm) -> Any:
    """None when the caller gave the password, else the page that says what is wrong."""
    if not form.validate():
        return render_template(_PAGE, form=form, **_shown())
    try:
        entering.confirm(myself(), form.current.data, clock.now())
    except Refused as refused:
        return refuse(_PAGE, form, refused, wrong_present_password(), **_shown())
    return None


@bp.post("/me/second-factor/offer")
@requires(Action.LEARN)
def factor_offer() -> Any:
    if (page := _confirmed(ConfirmForm())) is not None:
        return page
    if second_factor.enrolled(current_user.person_id):
        raise Problem(409, "enrolled", _("您已经启用动态口令。换手机请先停用，再重新启用。"))
    second_factor.offer(current_user.person_id)
    return redirect(url_for("people.factor"))


@bp.post("/me/second-factor/confirm")
@requires(Action.LEARN)
def factor_confirm() -> Any:
    form, person = EnrolForm(), myself()
    hold(person)  # the secret stays the one whose code is looked at
    if not form.validate() or second_factor.offered(person.id) is None:
        return redirect(url_for("people.factor"))
    codes = second_factor.confirm(person.id, form.code.data, clock.now())
    if not codes:
        shown = {**_shown(), "code_form": form}
        form.code.errors = [wrong_code()]
        return render_template(_PAGE, form=ConfirmForm(formdata=None), **shown)
    sessions.renew_session(person, clock.now(), second_factor=True)
    record("factor.enrol", f"person:{person.id}", f"{person.name}（{person.username}）启用动态口令")
    return render_template("people/recovery_codes.html", codes=codes)


@bp.post("/me/second-factor/recovery-codes")
@requires(Action.LEARN)
def factor_recovery() -> Any:
    if (page := _confirmed(ConfirmForm())) is not None:
        return page
    person = myself()
    if not second_factor.enrolled(person.id):
        return redirect(url_for("people.factor"))
    codes = second_factor.new_recovery_codes(person.id)
    record("factor.renew", f"person:{person.id}", f"{person.name}（{person.username}）换发备用码")
    return render_template("people/recovery_codes.html", codes=codes)


@bp.post("/me/second-factor/remove")
@requires(Action.LEARN)
def factor_remove() -> Any:
    if (page := _confirmed(ConfirmForm())) is not None:
        return page
    person = myself()
    if not second_factor.enrolled(person.id):
        return redirect(url_for("people.factor"))
    second_factor.remove(person.id)
    sessions.renew_session(person, clock.now(), second_factor=False)
    record("factor.remove", f"person:{person.id}", f"{person.name}（{person.username}）停用动态口令")
    flash(_("已停用动态口令，其他设备上的登录已退出。"))
    return redirect(url_for("people.factor"))

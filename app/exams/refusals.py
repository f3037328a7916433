"""Why a save was refused, in the wire's words. Costs the second round trip that an accepted save saves."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from app.domain.attempts import Phase
from app.exams import attempts, saving
from app.exams.models import Attempt
from app.exams.saving import Item
from app.people.models import SignInSession
from app.web import clock
from app.web.db import db
from app.web.errors import Problem


def problem(reason: str, until: datetime | None = None) -> Problem:
    statuses = {
        "slot": 400, "sign_in": 401, "device": 403, "device_refused": 403, "not_found": 404, "closed": 410,
    }  # fmt: skip
    texts = {
        "slot": _("这份试卷没有这道题，或答案的形式与题型不符。"),
        "sign_in": _("登录已失效，请重新登录；未保存的作答还在本页。"),
        "not_found": _("没有找到这份答卷。"),
        "closed": _("答卷已经关闭，这些作答已另行保留，不计入成绩。"),
        "epoch": _("答卷已在另一个页面或设备上打开，本页不再保存；这些作答已另行保留。"),
        "value": _("同一次保存先后有两个不同的答案，请刷新后重试。"),
        "early": _("%(time)s 起才能交卷，请继续作答；作答会照常保存。", time=_at(until)),
        "device": _("这场考试换设备作答须经监考员同意，已提出申请，请稍候。"),
        "device_refused": _("监考员没有同意在这台设备上继续作答，请在原来的设备上作答，或联系监考员。"),
        "checked": _("这道题已经核对过答案，不能再改。"),
    }
    return Problem(statuses.get(reason, 409), reason, texts[reason])


def _at(moment: datetime | None) -> str:
    """The minute from which it holds for certain."""
    return "" if moment is None else f"{clock.beijing(moment + timedelta(seconds=59)):%H:%M}"


def malformed(error: saving.Malformed, attempt: Attempt | None = None) -> Problem:
    """What is wrong with what was sent; `attempt`: says which question is meant, by the number shown."""
    if not isinstance(error, saving.TooLong):
        return Problem(400, "malformed", _("提交的作答格式不对：") + str(error))
    text = _("作答超过 %(n)s 个字，没有保存。请删减后再保存。", n=error.limit)
    order = attempt.order if attempt else []
    shown = next((n for n, (slot, _keys) in enumerate(order, 1) if slot == error.slot), None)
    return Problem(400, "malformed", (_("第 %(n)s 题：", n=shown) if shown else "") + text)


def explain_and_keep(
    attempt_id: int, session_id: str, epoch: int, items: Sequence[Item], now: datetime
) -> Problem:
    """Find the condition that failed; answers that came late or from an old page are kept, unapplied."""
    person_id = db.session.scalar(
        sa.select(SignInSession.person_id).where(
            SignInSession.id == session_id, SignInSession.revoked_at.is_(None)
        )
    )
    if person_id is None:
        return problem("sign_in")
    attempt = db.session.get(Attempt, attempt_id)
    if attempt is None or attempt.person_id != person_id:
        return problem("not_found")
    reason = _reason(attempt, epoch, items, now)
    if reason in {"closed", "epoch"}:
        saving.keep_unapplied(attempt_id, epoch, items, now, "late" if reason == "closed" else "epoch")
    return problem(reason)


def _reason(attempt: Attempt, epoch: int, items: Sequence[Item], now: datetime) -> str:
    kinds = attempt.slot_kinds
    held = [kinds[i.slot - 1] if i.slot <= len(kinds) else "-" for i in items]
    if any(kind != "x" and kind not in i.fits for kind, i in zip(held, items, strict=True)):
        return "slot"
    if attempts.phase(attempt.exam, attempt, now) in {Phase.CLOSED, Phase.OVERDUE}:
        return "closed"
    if epoch != attempt.epoch:
        return "epoch"
    return "checked" if "x" in held else "epoch"

"""The board of a room: every seat as it is this second, and what an invigilator does for many at once."""

import json
import secrets
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from flask import abort, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app.domain.access import Action
from app.exams import live, rooms
from app.exams.back_office import bp, load_exam
from app.exams.labels import HERE, INCIDENTS, NOTES
from app.exams.live import Here, Room
from app.exams.manage_sittings import load_sitting, watched
from app.exams.room_forms import NoteForm, RoomForm, RoomMinutesForm, RoomReopenForm
from app.exams.rooms import Act
from app.people.unit_field import unit_filter
from app.web import clock
from app.web.gate import requires
from app.web.intake import number
from app.web.templating import page_url

FORMS = {"minutes": RoomMinutesForm, "reopen": RoomReopenForm, "hand_in": RoomForm, "note": NoteForm}


def _room(exam_id: int, action: Action) -> Room:
    """The sitting that the address names, for its invigilators and for whoever may see the whole school; else
    the exam's candidates within the caller's units."""
    asked = number("sitting")
    if not asked:
        return Room(load_exam(exam_id), None, unit_filter(action).paths)
    exam, sitting = load_sitting(exam_id, asked)
    if not watched(sitting, action):
        abort(404)
    return Room(exam, sitting, ())


@bp.get("/<int:exam_id>/room")
@requires(Action.EXAM_RUN)
def room(exam_id: int) -> Any:
    return _page(_room(exam_id, Action.EXAM_RUN))


def _page(seen: Room, **forms: RoomForm) -> Any:
    now = clock.now()
    places, found = live.places(seen), live.now_in(seen, now)
    everyone = {place.person_id: found.get(place.person_id, live.NOBODY) for place in places[: live.MOST]}
    mark = secrets.token_hex(8)
    for name in FORMS.keys() - forms.keys():
        forms[name] = FORMS[name](prefix=name, formdata=None, data={"form": mark})
    return render_template(
        "exams/manage/room.html", room=seen, exam=seen.exam, places=places[: live.MOST], seats=everyone,
        too_many=len(places) > live.MOST, said=said, here=HERE, forms=forms,
        here_words=json.dumps({state: str(label) for state, label in HERE.items()}),
        counts=Counter(place[0] for place in everyone.values()), where=unit_filter(Action.EXAM_RUN),
        incidents=live.incidents(seen, current_user.person_id), kinds=INCIDENTS, notes=NOTES,
        ticked=set(request.form.getlist("person", type=int)),
        refresh=30 if "refresh" in request.args else None,
    )  # fmt: skip


def said(here: str, heard: int | None, left: int | None) -> str:
    """What stands below a seat's state: seconds in whole minutes, for nobody reads them by the second."""
    if here == Here.SITTING and left is not None:
        return str(_("还剩 %(n)s 分钟", n=left // 60))
    if here == Here.ASKING:
        return str(_("请到“详情”答复"))
    if here == Here.AWAY and heard is not None:
        return str(_("%(n)s 分钟没有消息", n=max(heard // 60, 1)))
    return ""


@bp.get("/<int:exam_id>/room.json")
@requires(Action.EXAM_RUN)
def room_now(exam_id: int) -> Any:
    """What the page asks for every few seconds; who is absent is not there."""
    now, texts = clock.now(), dict[tuple[str, int, int], list[str]]()
    seats = {}
    for person, (here, heard, left) in live.now_in(_room(exam_id, Action.EXAM_RUN), now).items():
        minutes = here, (heard or 0) // 60, (left or 0) // 60
        if minutes not in texts:
            texts[minutes] = [here, said(here, heard, left)]
        seats[person] = texts[minutes]
    return jsonify(at=clock.beijing(now).strftime("%H:%M:%S"), seats=seats)


def _act(exam_id: int, name: str, do: Callable[[Room, RoomForm, set[int] | None, Act], str]) -> Any:
    """Do it for those ticked or for all, say what was done; else show the page again."""
    seen, form = _room(exam_id, Action.EXAM_RUN), FORMS[name](prefix=name)
    ticked = set(request.form.getlist("person", type=int))
    only = None if form.everybody and form.everybody.data else ticked
    valid = form.validate_on_submit()
    if form.everybody and only == set():
        form.form_errors.append(_("请先勾选考生，或者选“%(all)s”。", all=form.everybody.label.text))
    if not valid or form.form_errors:
        return _page(seen, **{name: form})
    act = Act(current_user.person_id, clock.now(), form.reason.data, form.form.data)
    try:
        flash(do(seen, form, only, act))
    except rooms.Twice:
        flash(_("没有重复办理：这张表刚才已经提交过。"), "warn")
    return redirect(page_url(url_for("exams_manage.room", exam_id=exam_id)))


@bp.post("/<int:exam_id>/room/minutes")
@requires(Action.EXAM_RUN)
def room_minutes(exam_id: int) -> Any:
    def do(seen: Room, form: RoomForm, only: set[int] | None, act: Act) -> str:
        many = rooms.give_minutes(seen, only, form.minutes.data, act)
        return str(
            _("已给 %(many)s 人加时 %(n)s 分钟，考生页面一分钟内更新倒计时。", many=many, n=form.minutes.data)
        )

    return _act(exam_id, "minutes", do)


@bp.post("/<int:exam_id>/room/reopen")
@requires(Action.EXAM_RUN)
def room_reopen(exam_id: int) -> Any:
    def do(seen: Room, form: RoomForm, only: set[int] | None, act: Act) -> str:
        since = act.now - timedelta(minutes=form.lately.data or 30)
        opened, kept = rooms.reopen(seen, only, form.minutes.data, since, act)
        said = str(_("已重新开放 %(n)s 份答卷。", n=opened))
        if kept:
            said += str(_("另有 %(n)s 份不能开放，原因见各人的“详情”。", n=kept))
        if opened + kept == rooms.MOST_AT_ONCE:
            said += str(_("一次最多 %(n)s 份；如还有，请再办一次。", n=rooms.MOST_AT_ONCE))
        return said

    return _act(exam_id, "reopen", do)


@bp.post("/<int:exam_id>/room/hand-in")
@requires(Action.EXAM_RUN)
def room_hand_in(exam_id: int) -> Any:
    def do(seen: Room, form: RoomForm, only: set[int] | None, act: Act) -> str:
        many = rooms.hand_in(seen, only, act)
        if many == rooms.MOST_AT_ONCE:
            return str(_("已收卷 %(n)s 份，一次最多这么多；如还有人没有交卷，请再收一次。", n=many))
        return str(_("已收卷 %(n)s 份。", n=many))

    return _act(exam_id, "hand_in", do)


@bp.post("/<int:exam_id>/room/notes")
@requires(Action.EXAM_RUN)
def room_note(exam_id: int) -> Any:
    """Of each candidate ticked, or of the room."""

    def do(seen: Room, form: RoomForm, only: set[int] | None, act: Act) -> str:
        whom: list[int | None] = [*live.inside(seen, only or ())] or [None]
        for n, person_id in enumerate(whom):
            rooms.write_down(seen, replace(act, form=f"{act.form}-{n}"), form.kind.data, person_id)
        return str(_("已记入考场记录。"))

    return _act(exam_id, "note", do)

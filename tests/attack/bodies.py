"""What is sent to each route: the forms of the pages themselves, filled in, so that a request could act."""

import io
import json
import secrets
from collections.abc import Callable
from typing import Any

from flask import Flask
from werkzeug.exceptions import HTTPException

from app.bank import making
from app.domain.access import Role
from app.exams import swapping
from app.exams.answer_files import FORMAT
from app.web import clock
from app.web.sheets import write_xlsx
from tests import factories
from tests.attack.html import Control, Form, Page
from tests.attack.routes import Route, reviewed
from tests.attack.things import things_for
from tests.attack.world import PASSWORD, Visitor, World, client_of, small_pdf

Body = dict[str, Any]
_TEXTS = {"date": "2026-12-31", "datetime-local": "2026-12-31T10:00", "file": ""}
# One section of a blueprint; what is below it left empty.
_ROW = tuple(f"rows-0-{name}" for name in ("topics", "basis", "easy", "medium", "hard", "free"))
_SECTIONS = {f"sections-{n}-{name}": "" for n in range(9) for name in ("title", "points", *_ROW)} | {
    "sections-0-title": "单选题", "sections-0-kind": "single", "sections-0-preset": "exact",
    "sections-0-points": "2", "sections-0-rows-0-free": "1", "total": "2", "enemies": "",
    **{f"at_least-0-{name}": "" for name in ("count", "topics", "basis")},
}  # fmt: skip
_FREE = {"entry_minutes": "", "earliest_minutes": "0", "minimums-0-points": "", "minimums-0-sections": []}
_QUESTION = {"kind": "judge", "stem": "这话对吗？", "options": "", "key": "对", "explanation": "对。"}
# Buttons that save nothing.
_ONLY_SHOW = {"preview", "add_part", "remove_part", "list_clauses", "more", "count"}
_PASSWORDS = {"current": PASSWORD, "new": "窗外的石榴树又开花了", "again": "窗外的石榴树又开花了"}

LATELY = "2026-11-20"
_NO_NUMBERS = dict.fromkeys(("id_number", "phone", "staff_no", "joined_on"), "")


def _swapped(world: World) -> Body:
    form = world.fresh.forms[0]
    offer = swapping.offers(world.fresh, form, 1, factories.CREATED)[0]
    return {"version": str(offer.candidate.version_id), "seen": str(form.paper_id)}


def _hall(world: World, room: str) -> Body:
    ends = {
        "doors_at": world.exam.opens_at,
        "opens_at": world.exam.opens_at,
        "closes_at": world.exam.closes_at,
    }
    when = {name: f"{clock.beijing(at):%Y-%m-%dT%H:%M}" for name, at in ends.items()}
    return {"room": room, "place": "", "seats": "5", "code": "", **when}


def _sheet(world: World) -> Body:
    rows = [["新人", "xinren", world.town.code]]
    data = write_xlsx("人员", ["姓名", "用户名", "单位编码"], rows)
    return {"file": (io.BytesIO(data), "名单.xlsx")}


def _answer_file(world: World) -> Body:
    """Of a colleague: nobody brings in their own."""
    holder = world.holders["same unit"]
    told = {"format": FORMAT, "attempt": holder.running, "person": holder.person.id}
    return {"text": json.dumps(told | {"answers": [{"epoch": 1, "slot": 1, "seq": 7, "value": "d"}]})}


def _made(world: World) -> Body:
    """The first questions that the local set gives."""
    order = making.Order(world.local.code, ["cloze", "changed"], "知识点", 1, 5)
    asked = {"recipe": list(order.recipes), "topic": order.topic, "seed": "1", "count": "5"}
    return asked | {"take": [one.mark for one in making.propose(order)][:1]}


# What a form needs beyond its own values to be accepted and to change something, by endpoint. A new form
# that asks for more goes here.
def _room(name: str) -> Body:
    """Each form of the page has a mark of its own, and counts once."""
    return {f"{name}-reason": "断电", f"{name}-form": secrets.token_hex(8), f"{name}-everybody": "y"}


FILLED: dict[str, Callable[[World], Body]] = {
    "people.sign_in": lambda w: {"username": w.holders["parent"].person.username, "password": PASSWORD},
    "people.sign_in_code": lambda w: {"code": "123456"},
    "people.sign_in_password": lambda w: _PASSWORDS,
    "people.factor_confirm": lambda w: {"code": "123456"},
    "people_manage.person_factor_remove": lambda w: {},
    "people.factor_offer": lambda w: {"current": PASSWORD},
    "people.factor_recovery": lambda w: {"current": PASSWORD},
    "people.factor_remove": lambda w: {"current": PASSWORD},
    "people.password": lambda w: _PASSWORDS,
    "home.data_withdraw": lambda w: {},  # nothing is asked
    "certificates.verify": lambda w: {"file": (io.BytesIO(small_pdf("own")), "证书.pdf")},
    "audit_manage.events_xlsx": lambda w: {},  # an empty log offers no download
    "audit_manage.events_csv": lambda w: {},
    "bank_manage.question_new": lambda w: _QUESTION | {"clauses": [f"{w.rules.code}/1"]},
    "bank_manage.question_edit": lambda w: _QUESTION,
    "bank_manage.question_confirm": lambda w: {"number": "1", "review_on": "2027-06-30"},
    "bank_manage.succession": lambda w: {"superseded_on": "2026-07-01", "successor": ""},
    "reports.clause": lambda w: {"document": "关于修改规定的决定", "since": LATELY, "text": "新的条文"},
    "reports.clause_undo": lambda w: {},
    "courses_manage.reviewed": lambda w: {"review_on": "2027-06-30"},
    "exams_manage.reviewed": lambda w: {"review_on": "2027-06-30"},
    "exams_manage.room_minutes": lambda w: _room("minutes") | {"minutes-minutes": "10"},
    "exams_manage.reopen": lambda w: {"reopen-minutes": "10", "reopen-reason": "误触交卷"},
    "exams_manage.room_reopen": lambda w: _room("reopen") | {"reopen-minutes": "10"},
    "exams_manage.room_hand_in": lambda w: _room("hand_in"),
    "exams_manage.room_note": lambda w: _room("note") | {"note-kind": "power"},
    "bank_manage.question_approve": lambda w: {"number": "1"},
    "bank_manage.question_give_back": lambda w: {"number": "1", "text": "依据不对。"},
    "bank_manage.question_send": lambda w: {},
    "bank_manage.quality_check": lambda w: {},
    "bank_manage.questions_many": lambda w: {"question": [w.question.id], "act": "retire"},
    "bank_manage.questions_approve": lambda w: {"question": [w.waiting.id], "seen": [f"{w.waiting.id}.1"]},
    "courses_manage.assignments": lambda w: {"unit_id": w.town.id, "username": ""},
    "courses_manage.course": lambda w: {"title": "改名的课"},
    "courses_manage.course_new": lambda w: {"code": "new-course"},
    "courses_manage.lesson": lambda w: {"title": "改名的课时"},
    "exams_manage.assignments": lambda w: {"unit_id": w.town.id, "username": ""},
    "reports.regrade_new": lambda w: {"remedy": "all", "key": "", "reason": "题干有误"},
    "reports.regrade_decide": lambda w: {"answer": "属实", "decision": "approve"},
    "exams.appeal": lambda w: {"slot": "1", "text": "第一题我选对了"},
    "exams_manage.appeal": lambda w: {"upheld": "no", "answer": "已核对。"},
    "exams_manage.announcement_publish": lambda w: {},
    "exams_manage.announcement_withdraw": lambda w: {},
    "exams_manage.announcement_new": lambda w: {"title": "通知", "text": "正文", "exam_id": "0"},
    "exams_manage.announcement": lambda w: {"title": "改名的通知", "text": "正文", "exam_id": "0"},
    "exams_manage.publish": lambda w: {"early": "y"},
    "exams_manage.withdraw": lambda w: {"reason": "答案有误"},
    "exams_manage.release": lambda w: {"appeal_days": "3"},
    "exams_manage.terms_of_groups": lambda w: {"age": "50", "minutes": "15", "reason": "照顾年长的同志",
                                               "opens_at": "", "closes_at": ""},
    "exams_manage.makeups": lambda w: {"opens_at": "2026-12-31T10:00", "closes_at": "2026-12-31T12:00"},
    "exams_manage.own_terms": lambda w: {"own-reason": "值班", "own-open_book": "y", "own-opens_at": "",
                                         "own-closes_at": ""},
    "exams_manage.exam_edit": lambda w: _FREE | {"title": "改名的考试"},
    "exams_manage.sitting_edit": lambda w: _hall(w, "第四考场"),
    "exams_manage.sittings_deal": lambda w: {"deal-unit_id": "", "deal-rank": "", "deal-sitting_id": "0"},
    "exams_manage.sitting_remove": lambda w: {},  # stands on the page of an empty one
    "exams_manage.sittings": lambda w: _hall(w, "第三考场"),
    "exams_manage.invigilator_name": lambda w: {"watch-username": "watcher"},
    "exams_manage.entries_sheet": lambda w: {"sheet-file": _sheet(w)["file"]},
    "exams_manage.entries_add": lambda w: {"people": str(w.holders["parent"].person.id)},
    "exams_manage.seat_move": lambda w: {"move-number": "2"},
    "exams_manage.exam_new": lambda w: {"closes_at": "2026-12-31T12:00", "pass_percent": "60"},
    "exams_manage.blueprint_new": lambda w: _SECTIONS,
    "exams_manage.blueprint_edit": lambda w: _SECTIONS | {"title": "改名的规则"},
    "exams_manage.nearest": lambda w: {},  # stands on the page of one whose papers could not be made
    "exams_manage.swap": _swapped,
    "exams_manage.pick_act": lambda w: {
        "act": "section", "title": "附加题", "kind": "single", "points": "2", "preset": "exact",
    },
    "exams_manage.allow_attempt": lambda w: {"again-reason": "设备故障", "again-seen": "0"},
    "exams_manage.decide": lambda w: {
        "all": "decline", "reason": "停电", "shown": ",".join(str(h.unapplied) for h in w.holders.values()),
    },
    "exams_manage.bring_in": _answer_file,
    "exams_manage.device": lambda w: {"granted": "1"},
    "exams_manage.add_minutes_ahead": lambda w: {
        "minutes-reason": "视力障碍", "minutes-minutes": "5", "minutes-seen": "0",
    },
    "exams_manage.mark_give": lambda w: {"parts-0": "1", "parts-1": "0.5", "seen": "0"},
    "exams_manage.mark_skip": lambda w: {},
    "exams_manage.mark_next": lambda w: {},
    "exams_manage.on_paper_save": lambda w: {"slot-1": "B"},
    "exams_manage.mark_again": lambda w: {"reason": "复核成立"},
    "exams_manage.grader_name": lambda w: {"username": "marker"},
    "exams_manage.marking_rules": lambda w: {"second_mark_percent": "20", "difference": "1"},
    "home_manage.person_erase": lambda w: {"name": w.holders["own"].idle.name},
    "people_manage.people_import": _sheet,
    "bank_manage.import_new": lambda w: {"text": "1、党员要交党费。（√）", "rule_set": ""},
    "bank_manage.import_reopen": lambda w: {},  # stands on the page of a finished one
    "bank_manage.import_item": lambda w: {"stem": "改过的题干"},
    "bank_manage.import_decide": lambda w: {"decision": "leave"},
    "bank_manage.import_decide_all": lambda w: {"decision": "leave"},
    "home.data": lambda w: {"text": "出生日期不对"},
    "people_manage.roster_row": lambda w: {"name": "改名的人", "id_number": "", "phone": "", "unit": ""},
    "people_manage.roster_leaving": lambda w: {f"person-{w.holders['own'].idle.id}": "retired"},
    "people_manage.roster_save": lambda w: {"only_good": "1"},
    "people_manage.roster_reopen": lambda w: {},  # stands on the page of one that stopped
    "people_manage.unit_close": lambda w: {},
    "people_manage.unit_restore": lambda w: {},
    "people_manage.person_edit": lambda w: _NO_NUMBERS | {"post": "新职务", "username": "new-name"},
    "people_manage.person_new": lambda w: _NO_NUMBERS | {
        "unit_id": w.town.id, "since": LATELY, "rank_since": LATELY,
    },
    "people_manage.person_numbers": lambda w: {},
    "people_manage.person_activate": lambda w: {},
    "people_manage.person_transfer": lambda w: {"unit_id": w.town.id, "post": "新职务", "since": LATELY},
    "people_manage.person_leave_undo": lambda w: {},
    "people_manage.person_return": lambda w: {"unit_id": w.town.id, "since": LATELY},
    "people_manage.person_second": lambda w: {"unit_id": w.town.id},
    "people_manage.person_second_edit": lambda w: {"unit_id": w.town.id, "note": "改过的"},
    "people_manage.person_rank": lambda w: {"since": LATELY},
    "people_manage.person_leave": lambda w: {"day": LATELY},
    "people_manage.role_grant": lambda w: {
        "username": w.holders["same unit"].person.username, "role": "liaison", "reason": "工作需要",
        "unit_id": w.town.id,
    },
    "people_manage.unit_edit": lambda w: {"name": "改名的单位", "code": "new-code"},
    "people_manage.unit_move": lambda w: {"parent_id": w.holders["below"].person.unit_id},
    "people_manage.unit_merge": lambda w: {"target_id": w.holders["below"].person.unit_id, "sure": "y"},
    "people_manage.unit_new": lambda w: {"parent_id": w.town.id},
    "bank_manage.making_take": _made,
    "bank_manage.remake": lambda w: {"question": str(w.made.id)},
}  # fmt: skip
# The wire: docs/exam-protocol.md.
_SAVE = {"epoch": 1, "responses": [{"slot": 1, "seq": 9, "value": "b"}]}
WIRE: dict[str, Body] = {
    "sign_in_api.enter": {"username": "parent", "password": PASSWORD},
    "exams_api.start": {}, "exams_api.take_over": {}, "exams_api.check": {}, "exams_api.save": _SAVE,
    "exams_api.submit": _SAVE, "exams_api.here": {"epoch": 1, "responses": []},
}  # fmt: skip


def everything(world: World) -> Visitor:
    """The caller with every role on the school."""
    for role in Role:
        factories.grant(world.caller, role, world.root)
    return client_of(world.app, world.caller)


def _value(control: Control) -> str | None:
    """What a hurried person would send; None: nothing."""
    if control.kind in {"checkbox", "radio"}:
        return control.value or "y" if control.checked else None
    if control.kind == "select":
        chosen = [value for value, selected in control.options if selected and value not in {"", "0"}]
        return next(iter(chosen or [v for v, _ in control.options if v not in {"", "0"}]), "")
    if control.kind in _TEXTS:
        return control.value or _TEXTS[control.kind]
    if control.kind in {"hidden", "button", "submit"}:
        return None if control.name in _ONLY_SHOW else control.value
    return control.value.strip() or ("5" if control.numeric else "填写")


def filled(form: Form) -> Body:
    body: Body = {}
    for control in form.controls:
        value = _value(control)
        if value is not None and control.name not in {"csrf_token", "shown"}:
            body.setdefault(control.name, value)
    return body


def _endpoint(app: Flask, url: str) -> str:
    path = url.partition("?")[0].partition("#")[0]
    try:
        endpoint, _arguments = app.url_map.bind("").match(path, method="POST")
    except HTTPException as error:
        raise AssertionError(f"a page sends a form to {path}, which takes none") from error
    return endpoint


class Bodies:
    """Every form that some page holds, filled in, by the endpoint it is sent to."""

    def __init__(self, world: World, visitor: Visitor) -> None:
        self.world, self.forms = world, dict[str, Body]()
        for route in reviewed():
            if "GET" in route.methods:
                for thing in things_for(world, route.rule, route.endpoint, route.arguments):
                    self._read(visitor, route.url(thing.values))

    def _read(self, visitor: Visitor, url: str) -> None:
        answer = visitor.get(url)
        if answer.mimetype == "text/html":
            for form in Page(answer.text, url).forms:
                if form.method == "post" and not form.elsewhere:
                    self.forms.setdefault(_endpoint(self.world.app, form.action), filled(form))

    def arguments(self, route: Route) -> dict[str, Any]:
        """`data=` or `json=` of a request that acts, as far as the pages and this file know."""
        if route.endpoint in WIRE:
            return {"json": WIRE[route.endpoint]}
        extra = FILLED.get(route.endpoint)
        if extra is None and route.endpoint not in self.forms:
            raise LookupError(f"{route.endpoint}: no page holds a form for it; add it to FILLED or WIRE")
        return {"data": self.forms.get(route.endpoint, {}) | (extra(self.world) if extra else {})}

"""The list of people: narrowed, paged, exported."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Response, abort, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app.audit.service import record
from app.domain.access import Action, covers
from app.domain.identity import number_in, without_numbers
from app.domain.ranks import GROUPS, RANKS
from app.people import facts, finding
from app.people.blueprint import bp
from app.people.labels import LEAVING, PEOPLE_STATES, POLITICAL, RANK_GROUPS, SEXES, person_state
from app.people.models import Person, Unit
from app.people.queries import top_of
from app.people.unit_field import unit_filter
from app.web import gate
from app.web.gate import requires
from app.web.paging import asked_page
from app.web.sheets import xlsx_response
from app.web.templating import page_url

_NAMED = 10
_ASKED = ("q", "unit", "unit_text", "rank", "political", "state")


def _filter() -> finding.PeopleFilter:
    """A number in the address is not looked for, and not said again."""
    text = request.args.get("q", "").strip()
    if number_in(text):
        flash(_("身份证号、手机号不能写在网址里。请在“查找”框里输入。"), "warn")
        abort(redirect(url_for("people_manage.people")))
    asked = {name: request.args.get(name, "").strip() for name in ("rank", "political", "state")}
    return finding.PeopleFilter(text=text, **asked)


def _ranks(own: str) -> dict[str, tuple[str, ...]]:
    """The terms by group; one that is none of them stays to be seen in the filter."""
    groups = {str(RANK_GROUPS[group]): ranks for group, ranks in GROUPS.items()}
    return groups if not own or own in RANKS else {**groups, _("其他"): (own,)}


def _slips(unit: Unit | None) -> int | None:
    """The unit whose slips the caller may print: the one asked for, else the top of what they look after."""
    paths = gate.scope(Action.PEOPLE_EDIT)
    if unit is None:
        return top_of(paths)
    return unit.id if covers(paths, unit.path) else None


@bp.get("/people")
@requires(Action.PEOPLE_VIEW)
def people() -> Any:
    wanted, where = _filter(), unit_filter(Action.PEOPLE_VIEW)
    return render_template(
        "people/manage/people.html",
        page=finding.people_page(wanted, where.paths, asked_page()),
        where=where,
        wanted=wanted,
        slips=_slips(where.unit),
        ranks=_ranks(wanted.rank),
        political=POLITICAL,
        party_members=finding.PARTY_MEMBERS,
        states=PEOPLE_STATES,
        state=person_state,
    )


@bp.post("/people/find")
@requires(Action.PEOPLE_VIEW)
def people_find() -> Any:
    """What the search box holds: a name goes on to the list, by its address; a number to whom it belongs."""
    text = request.form.get("q", "").strip()
    number = number_in(text)
    if number is None:
        asked = {name: without_numbers(request.form.get(name, "").strip()) for name in _ASKED}
        return redirect(page_url(url_for("people_manage.people"), **asked))
    found = finding.people_with_number(number, text, gate.scope(Action.PEOPLE_VIEW))
    for one in found:
        summary = f"按号码查到 {one.name}（{one.username}）"
        record("person.find", f"person:{one.id}", summary, after={"sought": finding.masked(number)})
    if len(found) == 1:
        return redirect(url_for("people_manage.person", person_id=found[0].id))
    if found:
        names = "、".join(f"{one.name}（{one.username}）" for one in found[:_NAMED])
        flash(_("这个号码属于 %(n)s 人：%(names)s。请再按姓名或用户名查找。", n=len(found), names=names))
    else:
        flash(_("您的管理范围内没有人用这个号码。请核对是否填全。"), "warn")
    return redirect(url_for("people_manage.people"))


@bp.post("/people/people.xlsx")
@requires(Action.PEOPLE_VIEW)
def people_export() -> Response:
    """What the list shows, all pages of it. Whoever takes so much personal data is written down."""
    wanted, where = _filter(), unit_filter(Action.PEOPLE_VIEW)
    found = finding.people_found(wanted, where.paths)
    target, place = (f"unit:{where.unit.id}", where.unit.name) if where.unit else ("school:1", "管理范围内")
    after = {"count": len(found), **wanted.said()}
    record("person.export", target, f"导出{place}的人员 {len(found)} 名", after=after)
    headers = [
        _("姓名"), _("性别"), _("身份证号"), _("手机号"), _("工号"), _("用户名"), _("单位"), _("单位编码"),
        _("职务"), _("职级"), _("政治面貌"), _("入党时间"), _("状态"), _("离开日期"), _("离开原因"),
    ]  # fmt: skip
    return xlsx_response(_("人员"), headers, _rows(found))


def _rows(found: Sequence[Person]) -> Iterator[list[Any]]:
    for one in found:
        yield [
            one.name, SEXES.get(one.sex, ""), facts.masked(one, "id_number"), facts.masked(one, "phone"),
            one.staff_no, one.username, one.unit.name, one.unit.code, one.post, one.rank,
            POLITICAL.get(one.political, ""), one.joined_on, PEOPLE_STATES[person_state(one)], one.left_on,
            LEAVING.get(one.left_reason, ""),
        ]  # fmt: skip

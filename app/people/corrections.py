"""What was noted wrongly about a person, put right in the history, too; no transfer and no promotion."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from flask_babel import gettext as _

from app.domain.access import covers
from app.domain.careers import PostingKind
from app.people import postings, promotions
from app.people.history import Refused, hold_member, hold_tree, note, refuse_future
from app.people.models import Person, Posting, RankChange
from app.web import clock
from app.web.db import db, hold

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Dates:
    """Since when a person is in the present unit and post, and holds the present rank; None: not known."""

    home: date | None = None
    rank: date | None = None


def dates(person: Person) -> Dates:
    """What is known now."""
    home, change = postings.homes_of(person.id)[:1], promotions.latest([person.id]).get(person.id)
    return Dates(home[0].since if home else None, change.since if change else None)


def begin(person: Person, said: Dates, now: datetime) -> None:
    """The history of a new person. Raises Refused."""
    for field, day in (("since", said.home), ("rank_since", said.rank)):
        if day is not None:
            refuse_future(field, day, now)
    postings.open_homes([(person, said.home or clock.day(now))])
    if said.rank is not None and person.rank:
        promotions.note([(person, said.rank)])


def correct(person: Person, said: Dates, now: datetime) -> None:
    """Unit, post, rank or their days were wrong and are put right; this is no transfer. Raises Refused."""
    if homes := postings.homes_of(person.id):
        homes[0].unit_id, homes[0].post = person.unit_id, person.post
        if said.home is not None and said.home != homes[0].since:
            _correct_start(homes, said.home, now)
    _correct_rank(person, said.rank, now)


def _correct_start(homes: Sequence[Posting], since: date, now: datetime) -> None:
    """The latest home posting began on another day; one that ended on the day before still does."""
    home = homes[0]
    refuse_future("since", since, now)
    if home.until is not None and since > home.until:
        raise Refused("since", _("晚于离开的日期 %(day)s。请核对。", day=home.until))
    for earlier in homes[1:2]:
        joined = _follows(home, earlier)
        floor = earlier.since if joined else earlier.until or earlier.since
        if since <= floor:
            raise Refused("since", _("要晚于 %(day)s，那时还在上一个单位或职务。", day=floor))
        if joined:
            earlier.until = since - _DAY
    home.since = since


def _follows(home: Posting, earlier: Posting) -> bool:
    """Without a gap."""
    return earlier.until == postings.last_day(earlier.since, home.since)


def _correct_rank(person: Person, since: date | None, now: datetime) -> None:
    changes = promotions.of(person.id)
    for latest in changes[:1]:
        latest.rank = person.rank
    if since == (changes[0].since if changes else None):
        return
    if since is None:
        raise Refused("rank_since", _("要去掉这个日期，请在人员页的“职级”中删去那一条。"))
    if not person.rank:
        raise Refused("rank_since", _("没有选职级，不用填日期。"))
    refuse_future("rank_since", since, now)
    if len(changes) > 1 and since <= changes[1].since:
        raise Refused("rank_since", _("要晚于上一职级的日期 %(day)s。", day=changes[1].since))
    if changes:
        changes[0].since = since
    else:
        promotions.note([(person, since)])


def last_transfer(way: Sequence[Posting]) -> tuple[Posting, Posting] | None:
    """The open home posting and the one that it followed without a gap; None: there was no transfer."""
    homes = (posting for posting in way if posting.kind == PostingKind.HOME)
    wrong, right = next(homes, None), next(homes, None)
    if wrong is None or right is None or wrong.until is not None or not _follows(wrong, right):
        return None
    return wrong, right


def undoable(way: Sequence[Posting], paths: Iterable[str]) -> bool:
    """There is a transfer to take back, to an open unit within the subtrees."""
    found = last_transfer(way)
    return found is not None and found[1].unit.closed_at is None and covers(paths, found[1].unit.path)


def undo_transfer(person: Person, paths: Iterable[str]) -> None:
    """The latest transfer was a mistake: its posting goes, the one before is open again.

    `paths`: the subtrees whose people the caller may change. Raises Refused.
    """
    hold_tree()
    hold_member(person, "")
    if (found := last_transfer(postings.of(person.id))) is None:
        raise Refused("", _("没有可以撤销的调动。"))
    wrong, right = found
    db.session.refresh(right.unit)  # it may have been read before the tree was held
    if right.unit.closed_at is not None:
        raise Refused("", _("调动前的单位已经撤销，不能退回去。请改用“调动”，选现有的单位。"))
    if not covers(paths, right.unit.path):
        text = _("调动前的单位不在您的管理范围内，请由上级管理员撤销这次调动。")
        raise Refused("", text)
    before = postings.shown(wrong)
    db.session.delete(wrong)
    db.session.flush()  # the database allows one open home posting at a time
    right.until, person.unit_id, person.post = None, right.unit_id, right.post
    note("undo", person, "撤销最近一次调动：", before=before, after=postings.shown(right))


def undo_leaving(person: Person, paths: Iterable[str]) -> bool:
    """The leaving was a mistake: the home posting goes on as if nothing had been noted, the account is
    active. True: there are secondments that ended on that day, perhaps only for it. Raises Refused.

    `paths`: the subtrees whose people the caller may change.
    """
    hold_tree()
    hold(person)
    if (day := person.left_on) is None:
        raise Refused("", _("此人没有离开，不必撤销。"))
    way = postings.of(person.id)
    home = next((p for p in way if p.kind == PostingKind.HOME and p.until == day), None)
    unit = home.unit if home else person.unit
    db.session.refresh(unit)  # it may have been read before the tree was held
    if unit.closed_at is not None:
        raise Refused("", _("离开前的单位已经撤销。请改用“办理返回”，选现有的单位。"))
    if not covers(paths, unit.path):
        raise Refused("", _("离开前的单位不在您的管理范围内，请由上级管理员撤销离开。"))
    if home is not None:
        home.until = None
    before = {"left_on": day, "left_reason": person.left_reason}
    person.active, person.left_on, person.left_reason = True, None, ""
    note("undo", person, f"撤销 {day} 的离开：", before=before)
    return any(p.kind == PostingKind.SECONDMENT and p.until == day for p in way)


def remove_rank(person: Person, change: RankChange) -> None:
    """The change was noted by mistake; the person's rank is the latest that remains."""
    hold(person)
    before = {"rank": change.rank, "since": change.since}
    db.session.delete(change)
    db.session.flush()
    if (latest := promotions.latest([person.id]).get(person.id)) is not None:
        person.rank = latest.rank
    note("undo", person, "删去一条职级记录：", before=before, after={"rank": person.rank})


def remove_secondment(person: Person, posting: Posting) -> None:
    """The secondment was noted by mistake."""
    hold(person)
    before = postings.shown(posting)
    db.session.delete(posting)
    note("undo", person, "删去一条借调记录：", before=before)

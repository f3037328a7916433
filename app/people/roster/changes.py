"""What a row changes in a person."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum, auto
from typing import Any

from flask_babel import gettext as _

from app.domain import identity
from app.domain.ranks import PARTY, Political
from app.domain.roster import Field
from app.people import facts
from app.people.facts import PersonFacts
from app.people.labels import POLITICAL, SEXES, roster_label
from app.people.models import Person, Posting, RankChange
from app.people.roster.cells import Reading
from app.web import clock

_DAYS = ("post_since", "rank_since")
_BESIDE = frozenset({"member", *_DAYS})  # said by a row, no part of PersonFacts


def wanted(person: Person | None, reading: Reading, since: RankChange | None) -> dict[str, Any]:
    """The values to be stored. What contradicts the record becomes a fault of the reading."""
    values = dict(reading.values)
    political = person.political if person else ""
    member = values.pop("member", None)
    if member and political not in PARTY:
        values["political"] = Political.MEMBER
    elif member is False and political in PARTY:
        text = _("现登记为%(v)s。请在“政治面貌”列写明现在的情况。", v=POLITICAL[Political(political)])
        reading.fault(Field.MEMBER, text)
    if "joined_on" in values and "political" not in values and member is None and political not in PARTY:
        reading.fault(Field.JOINED_ON, _("填了入党时间，却没有填政治面貌。请补上。"))
    if person and person.id_number_digest:
        values.pop("sex", None)  # follows from the number
    _check_rank_since(values, reading, since)
    return values


def _check_rank_since(values: dict[str, Any], reading: Reading, since: RankChange | None) -> None:
    """A later rank, or the date of the present one where none was noted."""
    day = values.get("rank_since")
    if day is None or since is None:
        return
    if since.rank == values.get("rank") and since.since == day:
        del values["rank_since"]
    elif since.since >= day or since.rank == values.get("rank"):
        shown = f"{since.rank}（{since.since}）"
        text = _("与已登记的%(v)s不一致。请核对；如登记有误，请在其人员页面更正。", v=shown)
        reading.fault(Field.RANK_SINCE, text)


class Start(Enum):
    """What a row does to since when someone is in the present unit and post."""

    STAYS = auto()
    FOLLOWS = auto()  # a transfer, or another post from a later day on
    CORRECTS = auto()  # nobody had said it before
    CONTRADICTS = auto()


def start(person: Person, values: Mapping[str, Any], home: Posting, first: bool) -> Start:
    """`home`: the open home posting, `first`: there is none before it.

    One that begins on the day on which the person was entered, as the first, begins there for want of a day;
    an earlier day of another post contradicts it all the same, or the post that is known would be lost.
    """
    day, post = values.get("post_since"), values.get("post", person.post)
    moves = values.get("unit_id", person.unit_id) != person.unit_id
    if day is None:
        return Start.FOLLOWS if moves else Start.STAYS
    if moves:
        return Start.FOLLOWS if day >= home.since else Start.CONTRADICTS
    if day > home.since and post != person.post:
        return Start.FOLLOWS
    if day == home.since:
        return Start.STAYS
    unsaid = first and home.since == clock.day(person.created_at)
    return Start.CORRECTS if unsaid and person.post in ("", post) else Start.CONTRADICTS


def check_start(person: Person, values: dict[str, Any], reading: Reading, home: Posting, first: bool) -> None:
    """A contradiction becomes a fault of the reading; what is known already is left out."""
    if (found := start(person, values, home, first)) is Start.CONTRADICTS:
        text = _(
            "与已登记的起始日期 %(day)s 不一致。请核对；如登记有误，请在其人员页面更正。", day=home.since
        )
        reading.fault(Field.POST_SINCE, text)
    elif found is Start.STAYS:
        values.pop("post_since", None)


def after(before: PersonFacts, values: Mapping[str, Any]) -> PersonFacts:
    return replace(before, **{name: value for name, value in values.items() if name not in _BESIDE})


def new(values: Mapping[str, Any]) -> PersonFacts:
    return PersonFacts(**{name: value for name, value in values.items() if name not in _BESIDE})


def nothing(person: Person, values: Mapping[str, Any]) -> bool:
    before = facts.of(person)
    return before == after(before, values) and not values.keys() & set(_DAYS)


@dataclass(frozen=True)
class Change:
    """A field of a person before and after, as people may see it: numbers masked, codes in words.

    Of a day from which something holds there is nothing before.
    """

    field: str
    old: str | None
    new: str

    @property
    def label(self) -> str:
        return roster_label(self.field)


def shown(person: Person, values: Mapping[str, Any], units: Mapping[int, str]) -> list[Change]:
    """`units`: the names of those that appear."""
    before = facts.of(person)
    target = after(before, values)
    changed = [
        Change(
            name, in_words(name, getattr(before, name), units), in_words(name, getattr(target, name), units)
        )
        for name in values
        if name not in _BESIDE and getattr(before, name) != getattr(target, name)
    ]
    return changed + [Change(name, None, str(values[name])) for name in _DAYS if name in values]


def in_words(name: str, value: Any, units: Mapping[int, str]) -> str:
    if not value:
        return ""
    if name == "unit_id":
        return units.get(value, "")
    if name == "political":
        return str(POLITICAL[Political(value)])
    masks = {"id_number": identity.masked_number, "phone": identity.masked_phone}
    if name in masks:
        return masks[name](value)
    return (
        str(SEXES[value]) if name == "sex" else value.isoformat() if isinstance(value, date) else str(value)
    )

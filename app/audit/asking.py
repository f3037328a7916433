"""What an auditor asks the log for, in the words of the page."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from flask import request
from flask_babel import gettext as _

from app.audit.fields import VALUES
from app.audit.labels import NOUNS, WHOLE
from app.audit.queries import EventFilter
from app.web import clock
from app.web.intake import number

# Things by their name: text → targets. The floors that know the names put them here.
FINDERS: list[Callable[[str], Iterable[str]]] = []
_TARGET = re.compile(r"[a-z_]+:\S+")


@dataclass(frozen=True)
class Asked:
    """The filter, and by field what is wrong with what was typed; nothing is found then."""

    wanted: EventFilter
    faults: dict[str, str]


def from_query() -> Asked:
    """What the query of this page says."""
    faults = {}
    typed = {
        name: request.args.get(name, "").strip() for name in ("action", "actor", "target", "result", "q")
    }
    targets = targets_of(typed["target"]) if typed["target"] else None
    if targets is not None and not targets:
        faults["target"] = _("没有找到“%(what)s”，请核对。", what=typed["target"])
    since, until = _midnight("since"), _midnight("until", 1)
    if since is not None and until is not None and since >= until:
        faults["until"] = _("结束日期早于开始日期，请核对。")
    wanted = EventFilter(
        action=typed["action"], actor=typed["actor"], targets=targets, person=number("person"),
        result=typed["result"], text=typed["q"], since=since, until=until,
    )  # fmt: skip
    return Asked(wanted, faults)


def targets_of(text: str) -> Sequence[str]:
    """Which things are meant: "人员 12", "person:12", or a name."""
    if _TARGET.fullmatch(text):
        return [text]
    if whole := [target for target, words in WHOLE.items() if str(words) == text]:
        return whole
    for noun, words in NOUNS.items():
        key = text.removeprefix(str(words)).strip()
        known = [code for code, label in VALUES.get(noun, {}).items() if str(label) == key]
        if text.startswith(str(words)) and (known or re.fullmatch(r"[0-9]+", key)):
            return [f"{noun}:{one}" for one in known or [key]]
    return [target for find in FINDERS for target in find(text)]


def _midnight(name: str, days: int = 0) -> datetime | None:
    """The start of the day in the query, in Beijing, `days` later; None when it is no date."""
    try:
        day = date.fromisoformat(request.args.get(name, "")) + timedelta(days=days)
        return clock.from_beijing(datetime.combine(day, time.min))
    except (ValueError, OverflowError):
        return None

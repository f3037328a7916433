"""The open units of a subtree, found as a roster writes them: by code, by name, by path "甲/乙"."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _

from app.people.models import Unit
from app.people.names import tidy_username
from app.people.queries import within
from app.web.db import db

_NAMED = 4  # how many candidates a fault names
_PATH = re.compile(r"[/\\>→|｜＞／＼]")
_LABEL = re.compile(r"[（(]([^（）()]+)[）)]$")  # 溪川镇党委（xc）
_SUGGESTIONS = 200  # different unknown names for which similar ones are looked up


@dataclass(frozen=True)
class Place:
    id: int
    code: str
    name: str
    short_name: str
    path: str


class Places:
    """All of them, read once."""

    def __init__(self, path: str) -> None:
        rows = db.session.execute(
            sa.select(Unit.id, Unit.code, Unit.name, Unit.short_name, Unit.path)
            .where(within([path]), Unit.closed_at.is_(None))
            .order_by(Unit.path)
        ).all()
        self.all = {row.id: Place(*row) for row in rows}
        self.by_code = {place.code.lower(): place for place in self.all.values()}
        self.by_name: dict[str, list[Place]] = defaultdict(list)
        for place in self.all.values():
            for name in {_plain(place.name), _plain(place.short_name)} - {""}:
                self.by_name[name].append(place)
        self._answers: dict[tuple[str, str], tuple[int | None, str]] = {}

    def find(self, text: str, code: str) -> tuple[int | None, str]:
        """(unit, "") or (None, what is wrong). A code decides alone."""
        asked = (text, code)
        if asked not in self._answers:
            self._answers[asked] = self._by_code(code) if code else self._by_text(text)
        return self._answers[asked]

    def _by_code(self, code: str) -> tuple[int | None, str]:
        if place := self.by_code.get(tidy_username(code)):
            return place.id, ""
        return None, _("所选单位及其下属单位中，没有编码为“%(v)s”的。请对照模板的“单位”页。", v=code[:30])

    def _by_text(self, text: str) -> tuple[int | None, str]:
        parts = [part for part in map(_plain, _PATH.split(text)) if part]
        found = self._ending(parts) if parts else []
        if not found and (label := _LABEL.search(text.strip())):
            found = [place for place in [self.by_code.get(tidy_username(label[1]))] if place]
        if not found and (place := self.by_code.get(tidy_username(text))):
            found = [place]
        if len(found) == 1:
            return found[0].id, ""
        if found:
            listed = self._listed(found)
            return None, _("不止一个单位叫“%(v)s”：%(list)s。请填单位编码。", v=text[:50], list=listed)
        return None, self._unknown(text)

    def _ending(self, parts: Sequence[str]) -> list[Place]:
        """Units of the last name, below units of the names before it, in this order."""
        candidates = self.by_name.get(parts[-1], [])
        return [place for place in candidates if self._below(place, parts[:-1])]

    def _below(self, place: Place, names: Sequence[str]) -> bool:
        wanted = list(names)
        for above in self._above(place):
            if wanted and wanted[0] in (_plain(above.name), _plain(above.short_name)):
                wanted.pop(0)
        return not wanted

    def _above(self, place: Place) -> list[Place]:
        """Its ancestors within the subtree, the top first."""
        numbers = [int(part) for part in place.path.strip("/").split("/")[:-1]]
        return [self.all[number] for number in numbers if number in self.all]

    def _unknown(self, text: str) -> str:
        plain = _plain(text)
        near: list[Place] = []
        if len(plain) >= 2 and len(self._answers) < _SUGGESTIONS:
            near = [
                p for name, places in self.by_name.items() if plain in name or name in plain for p in places
            ]
        if not near:
            return str(_("所选单位及其下属单位中，没有叫“%(v)s”的。请核对名称，或填单位编码。", v=text[:50]))
        listed = self._listed(near)
        return str(_("没有叫“%(v)s”的单位，相近的有：%(list)s。请填全称或编码。", v=text[:50], list=listed))

    def _listed(self, places: Sequence[Place]) -> str:
        shown = "、".join(f"{self.path(place.id)}（{place.code}）" for place in places[:_NAMED])
        return shown + ("……" if len(places) > _NAMED else "")

    def path(self, unit_id: int) -> str:
        """ "溪川镇党委/云岭村党支部", as it may be written in a sheet."""
        place = self.all[unit_id]
        return "/".join(above.name for above in [*self._above(place), place])


def _plain(text: str) -> str:
    return re.sub(r"\s", "", text)

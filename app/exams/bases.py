"""What questions rest on, as people type it into a blueprint: sets by title, clauses by title and number."""

from collections.abc import Iterable

from flask_babel import gettext as _

from app.bank import queries as bank

_BETWEEN = "、"


class Unknown(Exception):
    """No set or clause is called so."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class Bases:
    """All sets of the bank by name. A clause is `<set>/<its code>`, such as 七个有之/3."""

    def __init__(self) -> None:
        self.titles = {one.code: one.title for one in bank.rule_sets()}
        # A title that would read as two is known by its code alone.
        self.shown = {c: c if _BETWEEN in t or "/" in t else t for c, t in self.titles.items()}
        self.codes = {title: code for code, title in self.shown.items()} | {c: c for c in self.titles}

    def read(self, text: str) -> tuple[list[str], list[str]]:
        """(codes of sets, of clauses). Raises Unknown."""
        sets: list[str] = []
        clauses: list[str] = []
        for name in filter(None, (part.strip() for part in text.replace("，", _BETWEEN).split(_BETWEEN))):
            title, _slash, clause = name.partition("/")
            code = self.codes.get(title.strip())
            if code is None:
                raise Unknown(name)
            if clause.strip():
                clauses.append(f"{code}/{clause.strip()}")
            else:
                sets.append(code)
        shelves = bank.clauses_of_sets(_sets(clauses))
        known = {f"{one.code}/{clause.code}" for one, held in shelves for clause in held}
        for one in clauses:
            if one not in known:
                raise Unknown(self.written([], [one]))
        return sets, clauses

    def written(self, sets: Iterable[str], clauses: Iterable[str]) -> str:
        """As it is typed."""
        named = [self.shown.get(code, code) for code in sets]
        for one in clauses:
            code, _slash, clause = one.partition("/")
            named.append(f"{self.shown.get(code, code)}/{clause}")
        return _BETWEEN.join(named)

    def name(self, code: str) -> str:
        """What a set or clause is called in a sentence."""
        which, _slash, clause = code.partition("/")
        title = self.titles.get(which, which)
        return _("%(set)s第 %(n)s 条", set=title, n=clause) if clause else title


def _sets(clauses: Iterable[str]) -> list[str]:
    return sorted({one.partition("/")[0] for one in clauses})

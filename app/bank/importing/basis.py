"""The clauses that are meant by what a question rests on: "《中国共产党章程》第三条", "five-musts/1"."""

import re
from collections.abc import Iterable

from app.bank import queries
from app.bank.models import Clause, RuleSet
from app.domain.questions import normalise

_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*/[a-z0-9-]+")
_ARTICLE = re.compile(
    r"第\s*([一二三四五六七八九十百零\d]{1,7})\s*条(?:[^。；;]{0,3}第\s*[（(]?([一二三四五六七八九十\d]{1,3})[）)]?\s*项)?"
)
_DIGITS = "零一二三四五六七八九"


class Shelf:
    """All sets with their clauses, once for an import. `rule_set`: meant where none is named."""

    def __init__(self, rule_set: str = "") -> None:
        shelves = queries.clauses_of_sets([one.code for one in queries.rule_sets()])
        self.default = rule_set
        self.names = {f"{one.code}/{clause.code}" for one, clauses in shelves for clause in clauses}
        self.titles = sorted(_titles(one for one, _clauses in shelves), key=lambda pair: -len(pair[0]))
        self.articles = {one.code: _articles(one, clauses) for one, clauses in shelves}

    def find(self, text: str) -> tuple[str, ...]:
        """Names of the clauses; none where the text names none that is here."""
        if named := [name for name in _NAME.findall(text) if name in self.names]:
            return tuple(dict.fromkeys(named))
        plain = normalise(text)
        sets = {code for title, code in self.titles if title in plain} or {self.default}
        articles = [_article(found[1], found[2] or "") for found in _ARTICLE.finditer(text)]
        found = (self.articles.get(code, {}).get(article) for code in sorted(sets) for article in articles)
        return tuple(dict.fromkeys(name for name in found if name))


def _titles(sets: Iterable[RuleSet]) -> Iterable[tuple[str, str]]:
    for one in sets:
        for title in (one.title, one.document):
            if len(normalise(title)) > 3:
                yield normalise(title), one.code


def _articles(rule_set: RuleSet, clauses: Iterable[Clause]) -> dict[str, str]:
    """Clauses by article; the first where several have the same."""
    found: dict[str, str] = {}
    for clause in clauses:
        if place := _ARTICLE.match(clause.locator):
            name = f"{rule_set.code}/{clause.code}"
            found.setdefault(_article(place[1], place[2] or ""), name)
    return found


def _article(number: str, item: str) -> str:
    """In Chinese numerals, as the texts themselves have them."""
    return f"{_chinese(number)}.{_chinese(item)}" if item else _chinese(number)


def _chinese(number: str) -> str:
    if not number.isdigit() or not 0 < int(number) < 1000:
        return number
    hundreds, rest = divmod(int(number), 100)
    tens, ones = divmod(rest, 10)
    text = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (_DIGITS[ones] if ones else "")

"""What the learner's pages read of rule sets: a set with its clauses and wordings, and a search over all."""

import re
from collections import defaultdict
from collections.abc import Collection, Sequence

import sqlalchemy as sa
from flask_sqlalchemy.pagination import Pagination
from markupsafe import Markup, escape
from sqlalchemy.orm import contains_eager

from app.bank.models import Amendment, Clause, RuleSet, Wording
from app.web.db import db
from app.web.paging import paginate

_FOUND_PER_PAGE = 20
_MOST_WORDS = 8


def words(text: str) -> list[str]:
    """What is searched for: parts between spaces, each of which must occur."""
    return text.split()[:_MOST_WORDS]


def search(wanted: Sequence[str], page: int) -> Pagination:
    """Clauses in which every word occurs (in text, heading or the set's title), sets in their order.

    A scan: a word of two characters has no use for the engines' own indexes, which begin at three, and all
    regulations together are a few megabytes.
    """
    said = (Clause.text, Clause.heading, RuleSet.title)
    found = (
        sa.select(Clause)
        .join(Clause.rule_set)
        .options(contains_eager(Clause.rule_set))
        .where(*(sa.or_(*(column.icontains(word, autoescape=True) for column in said)) for word in wanted))
        .order_by(RuleSet.superseded_on.is_not(None), RuleSet.position, RuleSet.code, Clause.position)
    )
    return paginate(found, page, _FOUND_PER_PAGE)


def marked(text: str, wanted: Sequence[str]) -> Markup:
    """The text with what was searched for marked; of two words that overlap, the longer."""
    if not wanted:
        return escape(text)
    longest_first = sorted(wanted, key=len, reverse=True)
    parts = re.split(f"({'|'.join(map(re.escape, longest_first))})", text, flags=re.IGNORECASE)
    shown = (
        Markup("<mark>{}</mark>").format(part) if n % 2 else escape(part) for n, part in enumerate(parts)
    )
    return Markup("").join(shown)


def earlier_wordings(clauses: Collection[Clause]) -> dict[int, list[Wording]]:
    """By clause, how it read before, the latest first; one statement."""
    rows = db.session.scalars(
        sa.select(Wording)
        .join(Clause, Clause.id == Wording.clause_id)
        .where(Wording.clause_id.in_([clause.id for clause in clauses]), Wording.revision < Clause.revision)
        .order_by(Wording.revision.desc())
    )
    found: dict[int, list[Wording]] = defaultdict(list)
    for wording in rows:
        found[wording.clause_id].append(wording)
    return found


def amendments() -> dict[int, Amendment]:
    """By clause, what was entered by hand, which is little; one statement."""
    rows = sa.select(Amendment)
    return {entered.clause_id: entered for entered in db.session.scalars(rows)}

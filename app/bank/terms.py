"""The list of outdated terms: question_bank/outdated_terms.toml, read once."""

import tomllib
from functools import cache

from app.domain.quality import Term
from app.web.config import CONTENT


@cache
def outdated() -> tuple[Term, ...]:
    with (CONTENT / "outdated_terms.toml").open("rb") as file:
        return tuple(Term(**entry) for entry in tomllib.load(file)["term"])

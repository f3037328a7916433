"""The page that shows new first-access codes, once."""

from collections.abc import Sequence

from flask import render_template

from app.people import codes
from app.people.models import Person
from app.web import clock


def accounts_page(accounts: Sequence[tuple[Person, str]], title: str) -> str:
    return render_template(
        "people/manage/accounts.html",
        accounts=[(person, codes.shown(code)) for person, code in accounts],
        until=clock.now() + codes.LIFETIME,
        title=title,
    )

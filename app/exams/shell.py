"""The exam page around its questions: rendered once per exam, then only filled in.

What depends on the attempt are marks in the template (`it.…`), which stand for text that is escaped already.
"""

import re
from datetime import timedelta
from functools import lru_cache
from typing import Any

from flask import render_template, session, url_for
from flask_babel import get_locale
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup, escape

from app.exams import attempts, pages, refusals, words
from app.exams.answering import is_answer
from app.exams.models import Attempt
from app.exams.state import State
from app.web.db import to_micros
from app.web.display import is_large
from app.web.templating import static

_MARK = re.compile("\ue000(\\w+)\ue000")  # no author can type it by accident


class _Marks:
    def __getattr__(self, name: str) -> Markup:
        return Markup(f"\ue000{name}\ue000")  # noqa: S704


@lru_cache(maxsize=256)
def _pieces(
    title: str, trial: bool, clocked: bool, open_book: bool, _large: bool, _locale: str, _static: str
) -> tuple[str, ...]:
    """The page cut at its marks: text, name, text, name … text."""
    facts = {"title": title, "trial": trial, "clocked": clocked, "open_book": open_book,
             "words": words.of_the_page()}  # fmt: skip
    return tuple(_MARK.split(render_template("exams/sitting.html", it=_Marks(), **facts)))


def page(attempt: Attempt, state: State) -> str:
    exam, clocked = attempt.exam, state.remaining_ms is not None
    pieces = list(
        _pieces(
            exam.title, attempt.trial, clocked, attempt.open_book, is_large(), str(get_locale()), static("")
        )  # fmt: skip
    )
    values = _values(attempt, state)
    pieces[1::2] = [str(values[name]) for name in pieces[1::2]]
    return "".join(pieces)


def _early(attempt: Attempt, state: State) -> str:
    """From when the paper may be handed in, as long as it may not."""
    first = attempts.may_submit_from(attempt)
    if first <= state.now:
        return ""
    left = (first - state.now) // timedelta(milliseconds=1)
    text = escape(refusals.problem("early", first).message)
    return f'<p class="hint" id="early" data-left-ms="{left}">{text}</p>'


def _values(attempt: Attempt, state: State) -> dict[str, Any]:
    given = {slot: response.value for slot, response in state.responses.items()}
    answered = {slot for slot, value in given.items() if is_answer(value)}
    left, ago = state.remaining_ms, state.saved_ms_ago
    return {
        "token": generate_csrf(),
        "notices": render_template("notices.html") if "_flashes" in session else "",
        "here": url_for("exams.hand_over", attempt_id=attempt.id),
        "result": url_for("exams.result", attempt_id=attempt.id),
        "attempt": attempt.id,
        "person": attempt.person_id,
        "epoch": attempt.epoch,
        "remaining_ms": "" if left is None else left,
        "time": "" if left is None else f"{left // 60_000}:{left // 1000 % 60:02d}",
        "now_ms": to_micros(state.now) // 1000,
        "saved_ms_ago": "" if ago is None else ago,
        "saved_epoch": max((response.epoch for response in state.responses.values()), default=0),
        "done": len(answered),
        "all": len(attempt.order),
        "early": _early(attempt, state),
        "paper": pages.paper(attempt, given),
        "card": pages.card(attempt, answered),
    }

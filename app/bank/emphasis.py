"""Negative words in a stem, marked so that nobody reads over them."""

from markupsafe import Markup, escape

from app.domain.quality import negations


def emphasised(stem: str) -> Markup:
    """The stem with <em> around the words that turn the question round (`quality.negations`)."""
    pieces, end = Markup(), 0
    for start, stop in negations(stem):
        pieces += escape(stem[end:start]) + Markup("<em>") + escape(stem[start:stop]) + Markup("</em>")
        end = stop
    return pieces + escape(stem[end:])

"""Pictures of questions: where a text says they stand, and the pictures themselves."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from flask import Blueprint, abort, make_response, request
from markupsafe import Markup, escape

from app.bank.models import Picture
from app.domain.access import Action
from app.domain.places import pieces, unnamed
from app.web.db import db
from app.web.gate import requires

bp = Blueprint("pictures", __name__)


@bp.get("/pictures/<sha256>")
@requires(Action.LEARN, idles=False)
def picture(sha256: str) -> Any:
    """Whoever knows the name may see it: it is of 256 bits, and only pages that show the picture say it."""
    found = db.session.execute(sa.select(Picture.data, Picture.mime).where(Picture.sha256 == sha256)).first()
    if found is None:
        abort(404)
    response = make_response(found.data)
    response.mimetype = found.mime
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response


@bp.app_template_filter("illustrated")
def illustrated(text: str, pictures: Sequence[str]) -> Markup:
    """The text with its pictures where it says 〔图1〕; a number without a picture stays text."""
    shown = (
        escape(piece) if isinstance(piece, str) else _image(piece, pictures[piece - 1])
        for piece in pieces(text, len(pictures))
    )
    return Markup("").join(shown)


def _image(n: int, name: str) -> Markup:
    address = f"{request.script_root}/pictures/{name}"
    return Markup('<img class="picture" src="{}" alt="图{}">').format(address, n)


@bp.app_template_filter("unmentioned")
def unmentioned(pictures: Sequence[str], asked: Iterable[Mapping[str, Any]]) -> list[int]:
    """Numbers of the pictures that no text of what is asked names: they stand below the stem.

    `asked`: as in a paper document, the question and the parts of a case.
    """
    texts: list[str] = []
    for one in asked:
        texts += [one["stem"], *one.get("prompts", ()), *(option["text"] for option in one["options"])]
    return unnamed(texts, len(pictures))

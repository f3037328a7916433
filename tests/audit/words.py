"""What the log holds and the page would show as it is, in English."""

import json
from typing import Any

import sqlalchemy as sa

from app.audit.fields import FIELDS, VALUES
from app.audit.labels import NOUNS, VERBS, WHOLE
from app.audit.models import AuditEvent
from app.web.db import db

FREE_KEYS = {"clauses"}  # by their number


def unlabelled() -> set[str]:
    """Nouns, verbs, targets and fields without a Chinese word, of all the events that there are."""
    found: set[str] = set()
    for event in db.session.scalars(sa.select(AuditEvent)):
        noun, _dot, verb = event.action.partition(".")
        found |= {noun} - NOUNS.keys() | {verb} - VERBS.keys()
        found |= {event.target} if not _named(event.target) else set()
        for text in (event.before, event.after):
            found |= set(_keys(json.loads(text))) if text else set()
    return found


def _named(target: str) -> bool:
    noun, _colon, key = target.partition(":")
    return target in WHOLE or noun in NOUNS and (key.isdigit() or key in VALUES.get(noun, {}))


def _keys(value: Any, field: str = "") -> list[str]:
    """The fields without a word, at any depth."""
    if isinstance(value, list):
        return [key for item in value for key in _keys(item, field)]
    if not isinstance(value, dict):
        return []
    own = [key for key in value if key not in FIELDS and field not in FREE_KEYS]
    return own + [key for name, item in value.items() for key in _keys(item, name)]

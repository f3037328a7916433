"""What a question says, as the table of versions and the one of keys hold it."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from app.domain.questions import Kind
from app.domain.questions import Question as Content


def columns(
    content: Content, number: int, now: datetime, by: int | None, recipe: dict[str, Any] | None = None
) -> dict[str, Any]:
    """What the content is in the table of versions."""
    parts = [{name: value for name, value in asdict(part).items() if name != "key"} for part in content.parts]
    return {
        "number": number, "kind": content.kind.value, "stem": content.stem, "options": list(content.options),
        "prompts": list(content.prompts), "last": content.last, "parts": parts, "topic": content.topic,
        "difficulty": content.difficulty, "level": content.level, "tags": list(content.tags),
        "pictures": list(content.pictures), "recipe": recipe, "created_at": now, "created_by": by,
    }  # fmt: skip


def key_of(content: Content) -> object:
    """As it is stored: of a case, those of its parts."""
    return [part.key for part in content.parts] if content.kind is Kind.CASE else content.key

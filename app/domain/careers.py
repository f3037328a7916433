"""Words for a person's way through their units."""

from enum import StrEnum


class PostingKind(StrEnum):
    HOME = "home"
    SECONDMENT = "secondment"  # lent to another unit; still of the home unit


class Leaving(StrEnum):
    """Why someone belongs here no longer."""

    RETIRED = "retired"
    MOVED_AWAY = "moved_away"
    RESIGNED = "resigned"
    DECEASED = "deceased"
    OTHER = "other"

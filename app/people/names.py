"""How names, usernames and codes are written, whoever typed them."""

import unicodedata

USERNAME = r"^[\w.@-]{2,50}$"
CODE = r"^[\w.-]{1,30}$"


def tidy(text: str | None) -> str:
    """One space between words, none around."""
    return " ".join((text or "").split())


def tidy_name(text: str | None) -> str:
    """Word and WPS pad two-character names with wide spaces (张　三); other names keep theirs."""
    words = tidy(text)
    han = all("\u3400" <= char <= "\u9fff" or char == " " for char in words)
    return words.replace(" ", "") if han else words


def tidy_username(text: str | None) -> str:
    """Lower case; the full-width digits and letters of a Chinese keyboard become plain ones."""
    return unicodedata.normalize("NFKC", text or "").strip().lower()

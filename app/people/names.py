"""How names, usernames and codes are written, whoever typed them."""

import re
import unicodedata

from pypinyin import lazy_pinyin

USERNAME = r"^[\w.@-]{2,50}$"
CODE = r"^[\w.-]{1,30}$"
STAFF_NO = r"^[\w.@-]{1,50}$"


def tidy(text: str | None) -> str:
    """One space between words, none around."""
    return " ".join((text or "").split())


def tidy_text(text: str | None) -> str:
    """Several lines, as they were typed."""
    return (text or "").replace("\r\n", "\n").strip()


def tidy_name(text: str | None) -> str:
    """Word and WPS pad two-character names with wide spaces (张　三); other names keep theirs."""
    words = tidy(text)
    han = all("\u3400" <= char <= "\u9fff" or char == " " for char in words)
    return words.replace(" ", "") if han else words


def tidy_username(text: str | None) -> str:
    """Lower case; the full-width digits and letters of a Chinese keyboard become plain ones."""
    return unicodedata.normalize("NFKC", text or "").strip().lower()


def tidy_staff_no(text: str | None) -> str:
    """A 工号 in capitals, as it is written on paper; compared without case for that."""
    return tidy_username(text).upper()


# Surnames that are read otherwise than the character usually is; pypinyin knows only usual readings.
_SURNAMES = {
    "万俟": "mo qi", "尉迟": "yu chi", "单于": "chan yu", "长孙": "zhang sun", "澹台": "tan tai",
    "曾": "zeng", "单": "shan", "仇": "qiu", "解": "xie", "查": "zha", "盖": "ge", "区": "ou",
    "朴": "piao", "繁": "po", "乐": "yue", "翟": "zhai", "覃": "qin", "缪": "miao", "洗": "xian",
    "折": "she", "黑": "he", "秘": "bi", "召": "shao", "员": "yun", "祭": "zhai", "种": "chong",
    "句": "gou", "薄": "bo", "都": "du", "能": "nai", "乜": "nie", "佴": "nai", "卜": "bu", "阚": "kan",
}  # fmt: skip


def readings(name: str) -> tuple[str, str]:
    """(pinyin, initials) of a name, lower case without tones: 曾国藩 is ("zengguofan", "zgf")."""
    surname = next((name[:n] for n in (2, 1) if name[:n] in _SURNAMES), "")
    given = lazy_pinyin(name[len(surname) :], errors=_plain)  # type: ignore[arg-type]
    syllables = [syllable.lower() for syllable in [*_SURNAMES.get(surname, "").split(), *given]]
    return "".join(syllables), "".join(syllable[0] for syllable in syllables)


def syllables(text: str) -> list[str]:
    """The reading of what is no person's name, syllable by syllable: 青禾县 is "qing", "he", "xian"."""
    return [syllable.lower() for syllable in lazy_pinyin(text, errors=_plain)]  # type: ignore[arg-type]


def _plain(text: str) -> list[str]:
    """Letters and digits of a name that is not written in characters; separators go."""
    return [word for word in re.split(r"[\W_]+", text) if word]

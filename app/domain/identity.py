"""公民身份号码 and phone numbers: read, checked, masked.

The number's form and check digit: GB 11643-1999 (ISO 7064 MOD 11-2).
"""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_PHONE = re.compile(r"1[3-9]\d{9}")
_IDENTITY = re.compile(r"[0-9]{15}|[0-9]{17}[0-9X]")
_BETWEEN = r"[\s.－–—-]{0,3}"  # what people put between the groups of a number
_LONG_NUMBER = re.compile(rf"\+?(?:\d{_BETWEEN}){{10,}}[\dXxＸｘ]")
_DATE = r"(?:19|20)\d\d[.-]\d\d?(?:[.-]\d\d?)?"
_DATES = re.compile(rf"{_DATE}(?:{_BETWEEN}{_DATE})*")


class Fault(StrEnum):
    """What is wrong with an identity number, the first that one would see."""

    OLD = "old"  # fifteen digits, out of use since 2013
    LENGTH = "length"
    CHARACTERS = "characters"
    BIRTHDAY = "birthday"
    CHECK = "check"


@dataclass(frozen=True)
class Identity:
    """A checked identity number (18 characters, capital X) and what it says."""

    number: str
    born_on: date
    sex: str  # m | f


def check_digit(first_17: str) -> str:
    return _CHECKS[sum(int(d) * w for d, w in zip(first_17, _WEIGHTS, strict=True)) % 11]


def tidy_number(text: str) -> str:
    """Half width, without spaces and hyphens, X in capitals."""
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def fault(text: str, today: date) -> Fault | None:
    """Why it is not a number that anyone can have on this day; None: it is one."""
    number = tidy_number(text)
    if re.fullmatch(r"[0-9]{15}", number):
        return Fault.OLD
    if len(number) != 18:
        return Fault.LENGTH
    if not re.fullmatch(r"[1-9][0-9]{16}[0-9X]", number):
        return Fault.CHARACTERS
    if not _birthday(number, today):
        return Fault.BIRTHDAY
    return None if number[17] == check_digit(number[:17]) else Fault.CHECK


def _birthday(number: str, today: date) -> date | None:
    try:
        born = date.fromisoformat(f"{number[6:10]}-{number[10:12]}-{number[12:14]}")
    except ValueError:
        return None
    return born if date(1900, 1, 1) <= born <= today else None


def identity(text: str, today: date) -> Identity | None:
    """None: not a number that anyone can have on this day; `fault` says why."""
    number = tidy_number(text)
    born = None if fault(number, today) else _birthday(number, today)
    return Identity(number, born, "m" if int(number[16]) % 2 else "f") if born else None


def phone(text: str) -> str | None:
    """A mobile number of the mainland, 11 digits; None: it is none."""
    digits = tidy_number(text).removeprefix("+86")
    return digits if _PHONE.fullmatch(digits) else None


def is_personal(text: str) -> bool:
    """Written as an identity or a phone number is, whether anyone can have it or not."""
    return phone(text) is not None or _IDENTITY.fullmatch(tidy_number(text)) is not None


def masked_number(number: str) -> str:
    """The region and the last two characters: enough to tell two people of one name apart."""
    return number[:6] + "*" * 10 + number[16:]


def masked_phone(digits: str) -> str:
    return digits[:3] + "****" + digits[7:]


def number_in(text: str) -> str | None:
    """The first number in a text that is as long as a phone's or longer, in groups or not, and no dates."""
    numbers = _LONG_NUMBER.finditer(unicodedata.normalize("NFKC", text))
    return next((found[0] for found in numbers if not _DATES.fullmatch(found[0])), None)


def without_numbers(text: str) -> str:
    """What people wrote, with every such number masked."""
    return _LONG_NUMBER.sub(_masked, text)


def _masked(found: re.Match[str]) -> str:
    return found[0] if _DATES.fullmatch(found[0]) else f"{found[0][:3]}****{found[0][-2:]}"

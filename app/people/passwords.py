"""Passwords: which may be chosen, and their hashes.

Hashing is throttled so that a rush of sign-ins cannot starve the saves of an exam.
"""

import importlib
import secrets
import threading
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

from app.domain.policy import MAXIMUM_LENGTH, MINIMUM_LENGTH, Policy, character_classes
from app.people import facts as stored
from app.people.facts import PersonFacts
from app.people.models import Person, Unit
from app.people.names import readings, syllables
from app.people.queries import units_above
from app.people.school import school
from app.people.sign_in import policy

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_TURNS = threading.BoundedSemaphore(2)
_NOBODY = _HASHER.hash(secrets.token_urlsafe())  # compared with when there is no account
# What everybody at such a school would think of first, whoever they are.
_HOUSE = ("ganxun", "dangxiao", "xuexiqiangguo", "zhongguo", "woaini", "干训", "党校", "学习强国", "密码")
_ROWS = ("abcdefghijklmnopqrstuvwxyz", "qwertyuiop", "asdfghjkl", "zxcvbnm", "1234567890")


def hash_password(password: str) -> str:
    with _TURNS:
        return _HASHER.hash(_normal(password))


def verify(stored: str | None, password: str) -> bool:
    """Is it the password? Takes as long for an account that does not exist (`stored` None)."""
    with _TURNS:
        try:
            return _HASHER.verify(stored or _NOBODY, _normal(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def _normal(password: str) -> str:
    """One form for characters that keyboards compose differently; nothing else is changed or cut off."""
    return unicodedata.normalize("NFC", password)


def advice() -> str:
    """What a good password is, in a sentence beside the field."""
    classes = policy().character_classes
    text: str = _("至少 %(n)s 个字符。几个不相干的词连在一起，既好记又安全。", n=MINIMUM_LENGTH)
    if classes > 1:
        text += _("小写字母、大写字母、数字、其他字符中至少要有 %(n)s 种。", n=classes)
    return text


def fault_of(person: Person, password: str) -> str:
    """Why the person may not choose it; "" for a good one."""
    if verify(person.password_hash, password):
        return str(_("新密码不能与现在的密码相同。"))
    return fault(password, policy(), personal_words(stored.of(person), _places(person.unit)))


def _places(unit: Unit) -> list[str]:
    """What the school, the unit and those above it are called."""
    units = units_above([unit.path], ["/"])
    return [school().name, *(name for one in units for name in (one.name, one.short_name) if name)]


def fault(password: str, rules: Policy, words: set[str]) -> str:
    """Why it may not be chosen and how to do better; "" for a good one. `words`: see `personal_words`."""
    plain = _normal(password)
    if not MINIMUM_LENGTH <= len(plain) <= MAXIMUM_LENGTH:
        return str(_("密码要 %(low)s 至 %(high)s 个字符。", low=MINIMUM_LENGTH, high=MAXIMUM_LENGTH))
    if character_classes(plain) < rules.character_classes:
        text = _("小写字母、大写字母、数字、其他字符中至少要有 %(n)s 种。", n=rules.character_classes)
        return str(text)
    if _simple(plain.lower()):
        return str(_("这个密码太有规律，容易猜到。请换成几个不相干的词。"))
    if _common(plain.lower()):
        return str(_("这个密码太常见，位于泄露密码表的前列。只加几位数字也不够，请换成几个不相干的词。"))
    if found := max((word for word in words | {*_HOUSE} if word in plain.lower()), key=_length, default=""):
        text = _("密码里请不要有“%(word)s”：姓名、单位、生日、手机号等别人知道的内容容易猜到。", word=found)
        return str(text)
    return ""


def _simple(password: str) -> bool:
    """Few different characters, or mostly a run along the alphabet or the keyboard."""
    steps = {pair for row in _ROWS for way in (row, row[::-1]) for pair in zip(way, way[1:], strict=False)}
    steps.add(("9", "0"))
    along = sum(pair in steps or pair[0] == pair[1] for pair in zip(password, password[1:], strict=False))
    return len(set(password)) < 5 or along >= (len(password) - 1) * 0.7


def _common(password: str) -> bool:
    """In the list of leaked passwords, itself or without the digits and signs around it."""
    core = password.strip("".join({c for c in password if not c.isalpha()}))
    return password in _leaked() or (len(core) > 3 and core in _leaked())


@cache
def _leaked() -> frozenset[str]:
    """The 30,000 most frequent, lower case. Loaded when first asked: few processes ever set a password."""
    lists = importlib.import_module("zxcvbn.frequency_lists").FREQUENCY_LISTS
    return frozenset(lists["passwords"])


def _length(word: str) -> tuple[int, str]:
    return len(word), word


def personal_words(facts: PersonFacts, places: Iterable[str]) -> set[str]:
    """What others know about a person, lower case: too easy to guess as a part of their password.

    `places` are the names of their school and units; of those, the parts, too.
    """
    birthday = facts.id_number[6:14]
    found = {facts.username, facts.staff_no, facts.phone, facts.phone[-8:], facts.id_number, birthday}
    found |= {facts.name, readings(facts.name)[0]}
    for place in places:
        found |= {place, *_runs(list(place), 3, 3), *_runs(syllables(place), 2, 6)}
    return {word.lower() for word in _telling(found)}


def _runs(parts: Sequence[str], number: int, length: int) -> Iterator[str]:
    """What stands together in it: so many parts, so many characters, or more."""
    for first in range(len(parts)):
        for last in range(first + number, len(parts) + 1):
            if len(run := "".join(parts[first:last])) >= length:
                yield run


def _telling(words: set[str]) -> Iterator[str]:
    """Shorter ones stand in too many good passwords by chance."""
    for word in words:
        if len(word) >= 4 or (len(word) >= 2 and not word.isascii()):
            yield word

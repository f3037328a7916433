"""动态口令: a code from an app on the phone (TOTP, RFC 6238) beside the password, and what stands in for it.

A code is good once and for one step before and after its own; a recovery code is good once.
"""

import base64
import hmac
import secrets
import unicodedata
from collections.abc import Iterator
from datetime import datetime

import sqlalchemy as sa
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from app.people.models import RecoveryCode, SecondFactor
from app.web import sealing
from app.web.db import db

STEP, DIGITS, SECRET_BYTES = 30, 6, 20
RECOVERY_CODES = 10
_PURPOSE = "second factor"
_ALPHABET = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # 32 characters: no 0, 1, I, O


def enrolled(person_id: int) -> datetime | None:
    """Since when the person has a second factor."""
    return db.session.scalar(sa.select(SecondFactor.confirmed_at).where(SecondFactor.person_id == person_id))


def offer(person_id: int) -> None:
    """A fresh secret to be shown; it counts once a code made with it has been given."""
    remove(person_id)
    secret = base64.b32encode(secrets.token_bytes(SECRET_BYTES)).decode()
    row = SecondFactor(person_id=person_id, secret_sealed=sealing.seal(_PURPOSE, secret), last_step=0)
    db.session.add(row)
    db.session.flush()


def offered(person_id: int) -> str | None:
    """The secret that waits for its first code, in base32."""
    row = db.session.get(SecondFactor, person_id)
    return _secret(row) if row and row.confirmed_at is None else None


def address(secret: str, account: str, issuer: str) -> str:
    """What the QR code says to the app."""
    return _totp(secret).get_provisioning_uri(account, issuer)


def confirm(person_id: int, code: str, now: datetime) -> list[str]:
    """The recovery codes, shown here and never again; empty: the code was wrong."""
    row = db.session.get(SecondFactor, person_id)
    if row is None or row.confirmed_at is not None or not _accepts_code(row, _plain(code), now):
        return []
    row.confirmed_at = now
    return new_recovery_codes(person_id)


def accepts(person_id: int, code: str, now: datetime) -> bool:
    """Is it a code of the app, or a recovery code? Whichever it is, it is spent."""
    plain = _plain(code)
    row = db.session.get(SecondFactor, person_id)
    if row is None or row.confirmed_at is None:
        return False
    return _accepts_code(row, plain, now) or _accepts_recovery(person_id, plain)


def remove(person_id: int) -> None:
    for table in (SecondFactor, RecoveryCode):
        db.session.execute(sa.delete(table).where(table.person_id == person_id))
    db.session.expire_all()


def new_recovery_codes(person_id: int) -> list[str]:
    """A fresh set; the ones before are void."""
    codes = ["".join(secrets.choice(_ALPHABET) for _ in range(10)) for _ in range(RECOVERY_CODES)]
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.person_id == person_id))
    rows = [{"person_id": person_id, "digest": _digest(person_id, code)} for code in codes]
    db.session.execute(sa.insert(RecoveryCode), rows)
    return [f"{code[:5]}-{code[5:]}" for code in codes]


def recovery_codes_left(person_id: int) -> int:
    left = sa.select(sa.func.count()).where(RecoveryCode.person_id == person_id)
    return db.session.scalar(left) or 0


def _accepts_code(row: SecondFactor, code: str, now: datetime) -> bool:
    """One statement moves `last_step` on, so that of two who bring the same code one is refused."""
    secret = _secret(row)
    if secret is None:
        return False
    totp = _totp(secret)
    for step in _steps(now):
        if hmac.compare_digest(totp.generate(step * STEP), code.encode()):
            used = (
                sa.update(SecondFactor)
                .where(SecondFactor.person_id == row.person_id, SecondFactor.last_step < step)
                .values(last_step=step)
                .returning(SecondFactor.person_id)
            )
            return db.session.scalar(used) is not None
    return False


def _secret(row: SecondFactor) -> str | None:
    """None: it was sealed with a key that is lost, and nothing can be a code of it."""
    try:
        return sealing.unseal(_PURPOSE, row.secret_sealed)
    except sealing.WrongKey:
        return None


def _accepts_recovery(person_id: int, code: str) -> bool:
    mine = RecoveryCode.person_id == person_id
    spent = sa.delete(RecoveryCode).where(mine, RecoveryCode.digest == _digest(person_id, code))
    return db.session.scalar(spent.returning(RecoveryCode.person_id)) is not None


def _steps(now: datetime) -> Iterator[int]:
    present = int(now.timestamp()) // STEP
    yield from (present, present - 1, present + 1)


def _totp(secret: str) -> TOTP:
    return TOTP(base64.b32decode(secret), DIGITS, SHA1(), STEP)  # noqa: S303  every app speaks SHA-1


def _plain(code: str) -> str:
    """As typed on a Chinese keyboard, with spaces or hyphens."""
    return "".join(char for char in unicodedata.normalize("NFKC", code).upper() if char.isalnum())


def _digest(person_id: int, code: str) -> str:
    return sealing.digest("recovery code", f"{person_id}:{code}")

"""Password hashing, throttled so that a rush of sign-ins cannot starve the saves of an exam."""

import secrets
import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_TURNS = threading.BoundedSemaphore(2)
_NOBODY = _HASHER.hash(secrets.token_urlsafe())  # compared with when there is no account
MINIMUM_LENGTH = 10


def hash_password(password: str) -> str:
    with _TURNS:
        return _HASHER.hash(password)


def verify(stored: str | None, password: str) -> bool:
    """Is it the password? Takes as long for an account that does not exist (`stored` None)."""
    with _TURNS:
        try:
            return _HASHER.verify(stored or _NOBODY, password) and stored is not None
        except (VerificationError, InvalidHashError):
            return False

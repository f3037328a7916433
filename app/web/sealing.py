"""Personal data sealed at rest: encrypted to be read, and a keyed digest to be found by.

The keys are derived from DATA_KEY, or from SECRET_KEY where none is set, one for each purpose, so that a
value sealed for one column cannot be read as another's. Whoever loses the key loses these values.
"""

import base64
import hashlib
import hmac
import secrets
from functools import lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from flask import current_app

_NONCE = 12


class WrongKey(Exception):
    """The value was sealed with another key, or was changed."""


@lru_cache(maxsize=64)
def _derived(secret: str, purpose: str) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=f"ganxun:{purpose}".encode())
    return kdf.derive(secret.encode())


def key(purpose: str) -> bytes:
    """256 bits for one purpose."""
    return _derived(current_app.config.get("DATA_KEY") or str(current_app.secret_key), purpose)


def seal(purpose: str, text: str) -> str:
    return base64.b64encode(seal_bytes(purpose, text.encode())).decode()


def unseal(purpose: str, sealed: str) -> str:
    """Raises WrongKey."""
    return unseal_bytes(purpose, base64.b64decode(sealed)).decode()


def seal_bytes(purpose: str, data: bytes) -> bytes:
    nonce = secrets.token_bytes(_NONCE)
    return nonce + AESGCM(key(f"seal:{purpose}")).encrypt(nonce, data, purpose.encode())


def unseal_bytes(purpose: str, sealed: bytes) -> bytes:
    """Raises WrongKey."""
    try:
        return AESGCM(key(f"seal:{purpose}")).decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode())
    except InvalidTag as error:
        raise WrongKey(purpose) from error


def digest(purpose: str, text: str) -> str:
    """The same text gives the same digest, which tells nothing without the key."""
    return hmac.new(key(f"digest:{purpose}"), text.encode(), hashlib.sha256).hexdigest()

"""The app on a phone: codes by RFC 6238, written out anew so that the tests do not believe the library."""

import base64
import hmac

from app.web import clock


def totp(secret: str, steps: int = 0) -> str:
    """The code that the app shows now, or `steps` of 30 seconds from now."""
    counter = int(clock.now().timestamp()) // 30 + steps
    digest = hmac.digest(base64.b32decode(secret.replace(" ", "")), counter.to_bytes(8, "big"), "sha1")
    offset = digest[-1] & 15
    return str((int.from_bytes(digest[offset : offset + 4], "big") & 0x7FFFFFFF) % 10**6).zfill(6)

"""Response headers: a strict content policy with one nonce per response, nothing cached by accident."""

import secrets

from flask import Flask, Response, g

# Besides the policy, on every answer: a sheet or a picture may be opened by itself, too.
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}


def nonce() -> str:
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(12)
    value: str = g.nonce
    return value


def _policy(script: str) -> str:
    return (
        f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    )


def _fixed(app: Flask) -> dict[str, str]:
    if app.config["SESSION_COOKIE_SECURE"]:
        return _FIXED | {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
    return _FIXED


def without_page(app: Flask) -> dict[str, str]:
    """What an answer carries that holds no script and is kept nowhere."""
    return _fixed(app) | {"Content-Security-Policy": _policy("'self'"), "Cache-Control": "no-store"}


def register(app: Flask) -> None:
    fixed = _fixed(app)

    @app.after_request
    def harden(response: Response) -> Response:
        headers = response.headers
        headers.update(fixed)
        # Only pages that carry an inline script made a nonce.
        headers["Content-Security-Policy"] = _policy(
            f"'self' 'nonce-{g.nonce}'" if "nonce" in g else "'self'"
        )
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        return response

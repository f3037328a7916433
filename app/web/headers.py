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


def _policy() -> str:
    # Only pages that carry an inline script made a nonce.
    script = f"'self' 'nonce-{g.nonce}'" if "nonce" in g else "'self'"
    return (
        f"default-src 'none'; script-src {script}; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
    )


def register(app: Flask) -> None:
    fixed = dict(_FIXED)
    if app.config["SESSION_COOKIE_SECURE"]:
        fixed["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"

    @app.after_request
    def harden(response: Response) -> Response:
        headers = response.headers
        headers.update(fixed)
        headers["Content-Security-Policy"] = _policy()
        if "Cache-Control" not in headers:
            headers["Cache-Control"] = "no-store"
        return response

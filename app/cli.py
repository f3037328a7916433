"""Commands for operators. Each prints what it did and exits non-zero when it could not."""

from flask import Flask


def register(app: Flask) -> None:
    pass

"""The one unit of work: a successful unsafe request commits once, anything else rolls back.

The one exception is `keep_refusal`.
"""

from flask import Flask, Response, g, request

from app.web.db import SAFE_METHODS, db


def register(app: Flask) -> None:
    @app.after_request
    def commit_once(response: Response) -> Response:
        if not db.session.registry.has():  # the save path never opens a session
            return response
        if request.method not in SAFE_METHODS and (response.status_code < 400 or "refusal_counts" in g):
            db.session.commit()
        else:
            db.session.rollback()
        return response


def keep_refusal() -> None:
    """What this request wrote stands although it is refused: a wrong guess at a password is counted."""
    g.refusal_counts = True


def commit_item() -> None:
    """For jobs and the CLI, outside a request: make one item durable."""
    db.session.commit()


def abandon_item() -> None:
    """For jobs: forget what a failed item did."""
    db.session.rollback()

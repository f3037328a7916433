"""The one unit of work: a successful unsafe request commits once, anything else rolls back."""

from flask import Flask, Response, request

from app.web.db import SAFE_METHODS, db


def register(app: Flask) -> None:
    @app.after_request
    def commit_once(response: Response) -> Response:
        if not db.session.registry.has():  # the save path never opens a session
            return response
        if request.method not in SAFE_METHODS and response.status_code < 400:
            db.session.commit()
        else:
            db.session.rollback()
        return response


def commit_item() -> None:
    """For jobs and the CLI, outside a request: make one item durable."""
    db.session.commit()


def abandon_item() -> None:
    """For jobs: forget what a failed item did."""
    db.session.rollback()

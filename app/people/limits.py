"""How many wrong guesses are too many, counted so that nobody can lock out somebody else.

Each guess belongs to one counter, and a full counter stops only guesses of its own kind:
a browser that never signed in as this person; a device that did; a first-access code; a one-time code;
the code of an exam room.
docs/decisions/0008-sign-in.md has the reasons.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from flask import Response, after_this_request, current_app, request
from itsdangerous import BadData, URLSafeSerializer

from app.domain.policy import Policy
from app.people.models import SignInFailure
from app.web.db import db

WINDOW = timedelta(minutes=15)
PER_ADDRESS = 100  # a county sits behind one address
PER_CODE = 100  # of 2^40 codes: nothing, and enough for every slip of the tongue
PER_FACTOR = 5
UNKNOWN, CODE, FACTOR = "", "code", "factor"  # counters; any other is of a room or the id of a device
_ROOM = "room:"
_PEOPLE_OF_A_DEVICE = 8
_YEAR = 365 * 24 * 3600
_CODE_SHAPE = re.compile(r"\s*[0-9A-Za-z]{4}[\s-]?[0-9A-Za-z]{4}\s*")


@dataclass(frozen=True)
class Guess:
    """Somebody tries `username`; what it counts against if it is wrong."""

    username: str
    address: str
    counter: str

    def failed(self, now: datetime) -> None:
        db.session.add(
            SignInFailure(at=now, username=self.username, address=self.address, device=self.counter)
        )

    def wait(self, policy: Policy, now: datetime) -> timedelta | None:
        """How long until the next guess is heard; None: it is heard now."""
        own = {CODE: PER_CODE, FACTOR: PER_FACTOR}.get(self.counter, policy.failures)
        of_account = SignInFailure.username == self.username
        where = [of_account, SignInFailure.device == self.counter]
        if self.counter == CODE:  # elsewhere nobody uses up the tries of whoever brings a code
            where.append(SignInFailure.address == self.address)
        full = [_filled(own, now, *where)]
        if self.counter == UNKNOWN:
            of_address = SignInFailure.address == self.address
            full.append(_filled(PER_ADDRESS, now, of_address, SignInFailure.device == UNKNOWN))
        moments = [at for at in db.session.execute(sa.select(*full)).one() if at is not None]
        return max(moments) + WINDOW - now if moments else None


def _filled(limit: int, now: datetime, *of: sa.ColumnElement[bool]) -> sa.ScalarSelect[datetime]:
    """When the failure was made that fills a counter: the `limit`th newest within the window."""
    newest = sa.select(SignInFailure.at).where(SignInFailure.at > now - WINDOW, *of)
    return newest.order_by(SignInFailure.at.desc()).offset(limit - 1).limit(1).scalar_subquery()


def guess(username: str, person_id: int | None, password: str) -> Guess:
    """A guess at the door. What has the shape of a first-access code cannot be a password: that is longer."""
    device, people = known_device()
    known = device if person_id in people else UNKNOWN
    counter = CODE if _CODE_SHAPE.fullmatch(password) else known
    return Guess(username, request.remote_addr or "", counter)


def of_room(username: str, sitting_id: int) -> Guess:
    """A guess at the code of an exam room."""
    return Guess(username, request.remote_addr or "", f"{_ROOM}{sitting_id}")


def forget(username: str) -> None:
    """Slips of someone who is in by now, or was given a new password, count against nobody. A password says
    nothing of the code of a room."""
    at_the_door = SignInFailure.username == username, ~SignInFailure.device.startswith(_ROOM)
    db.session.execute(sa.delete(SignInFailure).where(*at_the_door))


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="device")


def known_device() -> tuple[str, list[int]]:
    """The id of the device that the browser shows, and who signed in on it, newest first."""
    shown = request.cookies.get(current_app.config["DEVICE_COOKIE_NAME"], "")
    try:
        device, people = _serializer().loads(shown)
    except BadData:
        return "", []
    return str(device), list(people)


def remember_device(person_id: int) -> None:
    """The person signed in here: for a year their guesses on this device are counted apart."""
    device, people = known_device()
    people = [person_id, *(one for one in people if one != person_id)][:_PEOPLE_OF_A_DEVICE]
    value = _serializer().dumps([device or secrets.token_urlsafe(9), people])

    @after_this_request
    def set_cookie(response: Response) -> Response:
        response.set_cookie(
            current_app.config["DEVICE_COOKIE_NAME"], value, max_age=_YEAR, httponly=True, samesite="Lax",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
        )  # fmt: skip
        return response

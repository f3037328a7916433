"""What a candidate's browser sends, from the door to the receipt."""

import json
import random
import re
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote_plus

import brotli

from bench.load.lines import Answer, Ask, Script
from bench.load.plan import Step

PASSWORD = "qingshan-lvshui-baiyun"  # noqa: S105
VALUES = {"s": ("a", "b", "c", "d"), "m": (["a", "c"], ["a", "b", "d"], ["b", "c"]), "j": (True, False)}
_COOKIE = re.compile(rb"\r\nset-cookie: (ganxun=[^;]+)", re.I)
_PLACE = re.compile(rb"\r\nlocation: /sit/(\d+)", re.I)
_AGAIN = 1.0  # seconds until what was refused or lost is sent once more
_TRIES = 60

Asking = Generator[float | Ask, Answer | None, Answer]


@dataclass
class Seat:
    """A candidate; `cookie` "" must sign in first. `kinds`: a letter for each slot of the paper."""

    username: str
    exam: int
    kinds: str
    cookie: str = ""
    token: str = ""


@dataclass
class Course:
    """What all share: when the steps are, and what was acknowledged."""

    bounds: Sequence[tuple[float, float, Step]]  # on the monotonic clock
    acked: list[tuple[int, int, int, int, Any]] = field(
        default_factory=list
    )  # attempt, slot, epoch, seq, value
    receipts: dict[int, str] = field(default_factory=dict)
    given_up: list[str] = field(default_factory=list)
    host: bytes = b"127.0.0.1"

    def cut(self, now: float) -> None:
        """The machine has shown what it can: the hand-in begins now."""
        *_, (_, _, last) = self.bounds
        kept = [one for one in self.bounds if one[1] <= now]
        self.bounds = [*kept, (now, now + last.seconds, last)]


class GivenUp(Exception):
    """The server would not take it however often it was sent."""


def request(
    course: Course, method: str, path: str, seat: Seat, body: bytes = b"", form: bool = False
) -> bytes:
    kind = b"application/x-www-form-urlencoded" if form else b"application/json"
    lines = [
        f"{method} {path} HTTP/1.1".encode(), b"Host: " + course.host, b"Accept-Encoding: gzip, deflate, br",
        b"Accept: text/html" if form or path.startswith("/sit/") else b"Accept: application/json",
        b"User-Agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/109",
        f"Cookie: {seat.cookie}".encode(),
    ]  # fmt: skip
    if method == "POST":
        lines += [
            b"Content-Type: " + kind,
            f"X-CSRFToken: {seat.token}".encode(),
            b"Content-Length: %d" % len(body),
        ]
    return b"\r\n".join([*lines, b"", b""]) + body


def until(kind: str, due: float, data: bytes, wanted: int) -> Asking:
    """Sent again until it is answered as it should be; how long it took counts from when it was first due."""
    answer: Answer | None = None
    for _ in range(_TRIES):
        answer = yield Ask(kind, due, data)
        assert answer is not None
        if answer.status == wanted:
            return answer
        yield due + answer.seconds + _AGAIN * random.uniform(1, 2)  # noqa: S311
    raise GivenUp(f"{kind}: {answer and answer.status} {answer and read(answer)[:200]!r}")


def read(answer: Answer) -> bytes:
    """The body as it was before it was compressed."""
    packed = b"content-encoding: br" in answer.head.lower()
    return bytes(brotli.decompress(answer.body)) if packed else answer.body


def sign_in(course: Course, seat: Seat, at: float) -> Generator[float | Ask, Answer | None, None]:
    """Through the door, as one signs in within the exam page."""
    answer = yield from until("door", at, request(course, "GET", "/sign-in.json", seat), 200)
    _remember(seat, answer)
    body = json.dumps({"username": seat.username, "password": PASSWORD}).encode()
    due = at + answer.seconds
    answer = yield from until("sign-in", due, request(course, "POST", "/sign-in.json", seat, body), 200)
    _remember(seat, answer)


def _remember(seat: Seat, answer: Answer) -> None:
    if found := _COOKIE.search(answer.head):
        seat.cookie = found[1].decode()
    seat.token = json.loads(read(answer))["csrf_token"]


def visit(course: Course, seat: Seat, at: float) -> Script:
    """Somebody who only signs in."""
    yield at
    try:
        yield from sign_in(course, seat, at)
    except GivenUp as failed:
        course.given_up.append(f"{seat.username} {failed}")


def sit(course: Course, seat: Seat) -> Script:
    """The whole exam."""
    try:
        yield from _sit(course, seat)
    except GivenUp as failed:
        course.given_up.append(f"{seat.username} {failed}")


def _sit(course: Course, seat: Seat) -> Script:
    begin, end, _ = course.bounds[0]
    at = random.uniform(begin, end)  # noqa: S311
    yield at
    attempt, epoch, at = yield from _start(course, seat, at)
    seq = 0
    while (due := (yield from _think(course, at))) is not None:
        seq += 1
        at = due + (yield from _save(course, seat, (attempt, epoch, seq), due))
    begin, end, _ = course.bounds[-1]
    at = random.uniform(max(begin, at), max(end, at))  # noqa: S311
    yield at
    body = json.dumps({"epoch": epoch, "responses": []}).encode()
    answer = yield from until(
        "submit", at, request(course, "POST", f"/attempts/{attempt}/submit", seat, body), 200
    )
    course.receipts[attempt] = json.loads(read(answer))["receipt"]


def _start(
    course: Course, seat: Seat, at: float
) -> Generator[float | Ask, Answer | None, tuple[int, int, float]]:
    """The button, the page that it leads to, and the page's own first request. → attempt, epoch, time"""
    form = f"csrf_token={quote_plus(seat.token)}".encode()
    data = request(course, "POST", f"/exams/{seat.exam}/start", seat, form, form=True)
    answer = yield from until("start", at, data, 302)
    attempt = int((_PLACE.search(answer.head) or [b"", b"0"])[1])
    at += answer.seconds
    answer = yield from until("page", at, request(course, "GET", f"/sit/{attempt}", seat), 200)
    at += answer.seconds
    data = request(course, "POST", f"/attempts/{attempt}/takeover", seat, b"{}")
    answer = yield from until("takeover", at, data, 200)
    return attempt, json.loads(read(answer))["epoch"], at + answer.seconds


def _think(course: Course, now: float) -> Generator[float | Ask, Answer | None, float | None]:
    """When the next answer is due; None: the time for answers is over.

    The pauses are exponential, so that a step that ends in the middle of one can be followed by another pace.
    """
    while True:
        found = [(end, step) for begin, end, step in course.bounds[:-1] if begin <= now < end]
        if not found:
            return None
        end, step = found[0]
        due = now + random.expovariate(1 / step.pace)  # noqa: S311
        yield min(due, end)
        if due < end:
            return due
        now = end


def _save(
    course: Course, seat: Seat, mark: tuple[int, int, int], due: float
) -> Generator[float | Ask, Answer | None, float]:
    """One answer; → how long it took. One in eight changes an earlier one."""
    attempt, epoch, seq = mark
    slots = len(seat.kinds)
    slot = random.randint(1, max(seq - 1, 1)) if random.random() < 0.125 else seq  # noqa: S311
    slot = (slot - 1) % slots + 1
    value = random.choice(VALUES[seat.kinds[slot - 1]])  # noqa: S311
    body = json.dumps({"epoch": epoch, "responses": [{"slot": slot, "seq": seq, "value": value}]}).encode()
    data = request(course, "POST", f"/attempts/{attempt}/responses", seat, body)
    answer = yield from until("save", due, data, 200)
    if json.loads(read(answer))["acked"] != {str(slot): seq}:
        raise GivenUp(f"save: {seq} in slot {slot} was sent, {read(answer)!r} acknowledged")
    course.acked.append((attempt, slot, epoch, seq, value))
    return answer.seconds

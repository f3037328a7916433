"""Ten thousand connections in one thread: each candidate is a generator that waits or asks.

It yields a moment to wait for, or an `Ask`; it is resumed with the moment's time or with an `Answer`. Nothing
here parses more of HTTP than is needed: on a machine of two cores every microsecond is taken from the server.
"""

import re
import select
import socket
import time
from collections.abc import Callable, Generator
from heapq import heappop, heappush
from itertools import count
from typing import NamedTuple

TIMEOUT = 30.0  # seconds until a candidate gives up on an answer
_LENGTH = re.compile(rb"\r\ncontent-length: (\d+)", re.I)
_IN, _OUT = select.EPOLLIN, select.EPOLLOUT


class Ask(NamedTuple):
    """A request that should have been sent at `due`."""

    kind: str
    due: float
    data: bytes


class Answer(NamedTuple):
    """`status` 0: none came; the body says why."""

    status: int
    head: bytes
    body: bytes
    seconds: float  # from when it was due


Script = Generator[float | Ask, Answer | None, None]
Note = Callable[[Ask, Answer, float], None]


class _Line:
    """A candidate's connection: opened when needed, kept as long as the server keeps it."""

    def __init__(self, script: Script) -> None:
        self.script = script
        self.sock: socket.socket | None = None
        self.asked: Ask | None = None
        self.since = 0.0
        self.fresh = True  # nothing was asked on this connection before
        self.got = bytearray()


class Loop:
    """Runs scripts until they end. `note` hears of every answer."""

    def __init__(self, port: int, note: Note) -> None:
        self._address, self._note = ("127.0.0.1", port), note
        self._epoll = select.epoll()
        self._lines: dict[int, _Line] = {}
        self._due: list[tuple[float, int, _Line]] = []
        self._waiting: set[_Line] = set()  # for an answer
        self._turn = count()
        self._alive = 0
        self.reopened = 0

    def add(self, script: Script) -> None:
        self._alive += 1
        self._sleep(_Line(script), 0.0)

    def run(self) -> None:
        look = time.monotonic() + 1
        while self._alive:
            now = time.monotonic()
            while self._due and self._due[0][0] <= now:
                line = heappop(self._due)[2]
                self._resume(line, None)
            ahead = self._due[0][0] - time.monotonic() if self._due else 1.0
            for fd, event in self._epoll.poll(min(max(ahead, 0.0), 1.0), 512):
                self._ready(fd, event)
            if now > look:
                look = now + 1
                for line in [one for one in self._waiting if now - one.since > TIMEOUT]:
                    self._fail(line)

    def _sleep(self, line: _Line, until: float) -> None:
        heappush(self._due, (until, next(self._turn), line))

    def _resume(self, line: _Line, answer: Answer | None) -> None:
        try:
            wanted = line.script.send(answer)
        except StopIteration:
            self._close(line)
            self._alive -= 1
            return
        if isinstance(wanted, Ask):
            line.asked, line.since = wanted, time.monotonic()
            self._waiting.add(line)
            self._send(line)
        else:
            self._sleep(line, wanted)

    def _send(self, line: _Line) -> None:
        assert line.asked is not None
        if line.sock is None:
            self._open(line)
            return
        try:
            line.sock.send(line.asked.data)  # a kilobyte or two: a socket's buffer takes it whole
        except OSError as error:
            self._again(line, error)

    def _open(self, line: _Line) -> None:
        line.sock = socket.socket()
        line.sock.setblocking(False)
        line.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.fresh = True
        line.sock.connect_ex(self._address)
        self._lines[line.sock.fileno()] = line
        self._epoll.register(line.sock.fileno(), _IN | _OUT)

    def _ready(self, fd: int, event: int) -> None:
        line = self._lines.get(fd)
        if line is None or line.sock is None:
            return
        if event & _OUT and not event & ~(_IN | _OUT):  # connected
            self._epoll.modify(fd, _IN)
            self._send(line)
            return
        try:
            data = line.sock.recv(65536)
        except BlockingIOError:
            return
        except OSError as error:
            self._ended(line, error)
            return
        if data:
            self._read(line, data)
        else:
            self._ended(line, ConnectionError("closed"))

    def _ended(self, line: _Line, error: OSError) -> None:
        if line.asked is None:
            self._close(line)  # kept idle for longer than the server keeps it
        else:
            self._again(line, error)

    def _read(self, line: _Line, data: bytes) -> None:
        line.got += data
        end = line.got.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(line.got[:end])
        found = _LENGTH.search(head)
        whole = end + 4 + (int(found[1]) if found else 0)
        if len(line.got) < whole:
            return
        body = bytes(line.got[end + 4 : whole])
        line.got.clear()
        line.fresh = False
        self._answered(line, int(head[9:12]), head, body)

    def _answered(self, line: _Line, status: int, head: bytes, body: bytes) -> None:
        asked, now = line.asked, time.monotonic()
        assert asked is not None
        line.asked = None
        self._waiting.discard(line)
        answer = Answer(status, head, body, now - asked.due)
        self._note(asked, answer, now)
        self._resume(line, answer)

    def _again(self, line: _Line, error: OSError) -> None:
        """A kept connection was closed in the very moment of asking: what every browser tries once more."""
        kept = not line.fresh
        self._close(line)
        if kept:
            self.reopened += 1
            self._send(line)
        else:
            self._answered(line, 0, b"", (error.strerror or str(error)).encode())

    def _fail(self, line: _Line) -> None:
        self._close(line)
        self._answered(line, 0, b"", b"timed out")

    def _close(self, line: _Line) -> None:
        if line.sock is not None:
            self._lines.pop(line.sock.fileno(), None)
            line.sock.close()
            line.sock = None
        line.got.clear()

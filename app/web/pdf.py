"""Paper: HTML to PDF in a process of its own, PDF to picture.

WeasyPrint costs a second and 30 MB to import and may hang on a bad document, so it lives in a child
that is killed when it takes too long and replaced after a number of documents (its memory grows).
"""

import atexit
import ctypes.util
import io
import json
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import IO
from urllib.parse import quote

import pypdfium2
from flask import Response
from flask_babel import gettext as _

from app.web import fonts

TIMEOUT = 30.0  # seconds for one document
RECYCLE_AFTER = 200  # documents
_CHILD = Path(__file__).with_name("pdf_child.py")
_PDFIUM = threading.Lock()  # pdfium is not made for threads


class RenderError(Exception):
    """A document could not be printed; the message is for the log."""


class Printer:
    """A child process that prints one document at a time."""

    def __init__(self, timeout: float = TIMEOUT, recycle_after: int = RECYCLE_AFTER) -> None:
        self.timeout, self.recycle_after = timeout, recycle_after
        self.printed = 0
        self.child: subprocess.Popen[bytes] | None = None
        self.turn = threading.Lock()

    def render(self, html: str, stylesheet: str) -> bytes:
        """Raises RenderError; the next call starts with a fresh child then."""
        request = json.dumps({"html": html, "stylesheet": stylesheet}).encode()
        with self.turn:
            child = self._running()
            watchdog = threading.Timer(self.timeout, child.kill)
            watchdog.start()
            try:
                status, body = _ask(child, request)
            except (OSError, EOFError, struct.error) as error:
                self.close()
                raise RenderError("the PDF process ended or took too long") from error
            finally:
                watchdog.cancel()
            self.printed += 1
            if self.printed >= self.recycle_after:
                self.close()
        if status:
            raise RenderError(body.decode(errors="replace"))
        return body

    def _running(self) -> subprocess.Popen[bytes]:
        if self.child is None or self.child.poll() is not None:
            # -I: the child's folder stays off its path, where our fonts.py or markdown.py would be found.
            self.child = subprocess.Popen(
                [sys.executable, "-I", str(_CHILD), str(fonts.bundled())],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
            self.printed = 0
        return self.child

    def close(self) -> None:
        if self.child is not None:
            self.child.kill()
            self.child.communicate()
            self.child = None


def _ask(child: subprocess.Popen[bytes], request: bytes) -> tuple[int, bytes]:
    requests, answers = _pipes(child)
    requests.write(struct.pack(">I", len(request)) + request)
    requests.flush()
    status, size = struct.unpack(">BI", answers.read(5))
    body = answers.read(size)
    if len(body) < size:
        raise EOFError
    return status, body


def _pipes(child: subprocess.Popen[bytes]) -> tuple[IO[bytes], IO[bytes]]:
    if child.stdin is None or child.stdout is None:
        raise BrokenPipeError
    return child.stdin, child.stdout


_printer = Printer()
atexit.register(_printer.close)


def render(html: str, stylesheet: str) -> bytes:
    """The PDF. `stylesheet` follows fonts.stylesheet(); images only inline. Raises RenderError."""
    return _printer.render(html, fonts.stylesheet() + stylesheet)


def picture(pdf: bytes, width: int) -> bytes:
    """The first page as PNG, `width` pixels wide."""
    with _PDFIUM:
        document = pypdfium2.PdfDocument(pdf)
        try:
            page = document[0]
            image = page.render(scale=width / page.get_width()).to_pil()
        finally:
            document.close()
    out = io.BytesIO()
    image.save(out, "PNG", optimize=True)
    return out.getvalue()


def response(filename: str, document: bytes) -> Response:
    """The document as a download; `filename` may be Chinese."""
    answer = Response(document, mimetype="application/pdf")
    answer.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(filename)}"  # RFC 5987
    return answer


def problems() -> list[str]:
    """What this machine lacks for printing, in words an operator can act on."""
    found = []
    for library, package in (
        ("pango-1.0", "libpango-1.0-0"),
        ("pangoft2-1.0", "libpangoft2-1.0-0"),
    ):
        if ctypes.util.find_library(library) is None:
            found.append(_("缺少 %(package)s，无法生成证书 PDF。请安装该软件包。", package=package))
    if ctypes.util.find_library("harfbuzz-subset") is None:
        found.append(_("缺少 libharfbuzz-subset0，每张证书要多用数秒。请安装该软件包。"))
    if fonts.serif() is None:
        found.append(_("没有宋体字库（fonts-noto-cjk），证书将用随附的黑体打印。请安装该软件包。"))
    return found

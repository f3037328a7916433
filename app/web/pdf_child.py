"""The process that holds WeasyPrint; app/web/pdf.py starts it by path and talks to it over pipes.

It imports nothing of the application, so it starts fast, and it reaches nothing: no network, no file.
A frame is a length (4 bytes, big-endian) and as many bytes; an answer is one byte (0 PDF, 1 error text)
and a frame. Usage: pdf_child.py FONT_FILE
"""

import json
import os
import resource
import signal
import struct
import sys
from pathlib import Path
from typing import Any, BinaryIO

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

FONT_URL = "ganxun:cjk"
MEMORY = 3 << 30  # address space; the mapped font files are most of it


class ClosedFetcher(URLFetcher):
    """Gives the bundled font and inline data; anything else fails the whole document."""

    def __init__(self, font: Path) -> None:
        super().__init__(allowed_protocols={"data"}, allow_redirects=False)
        self.font = font
        self.refused: list[str] = []

    def fetch(self, url: str, headers: Any = None) -> Any:
        if url == FONT_URL:
            return URLFetcherResponse(url, self.font.read_bytes(), {"Content-Type": "font/collection"})
        if not url.startswith("data:"):
            self.refused.append(url)
        return super().fetch(url, headers)


class Press:
    """Fonts and style sheets are read once and shared by every document."""

    def __init__(self, font: Path) -> None:
        self.fonts = FontConfiguration()
        self.fetcher = ClosedFetcher(font)
        self.sheets: dict[str, CSS] = {}

    def render(self, request: bytes) -> bytes:
        """The PDF of {html, stylesheet}. Raises ValueError when the document asks for anything outside."""
        asked = json.loads(request)
        self.fetcher.refused.clear()
        sheet = self._sheet(asked["stylesheet"])
        document = HTML(string=asked["html"], url_fetcher=self.fetcher)
        pdf: bytes = document.write_pdf(stylesheets=[sheet], font_config=self.fonts)
        if self.fetcher.refused:
            self.sheets.clear()
            raise ValueError(f"refused to fetch {self.fetcher.refused[0]}")
        return pdf

    def _sheet(self, text: str) -> CSS:
        if text not in self.sheets:
            self.sheets[text] = CSS(string=text, url_fetcher=self.fetcher, font_config=self.fonts)
        return self.sheets[text]


def read_exactly(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return data


def serve(requests: BinaryIO, answers: BinaryIO, press: Press) -> None:
    """Until the other end closes."""
    while True:
        try:
            (size,) = struct.unpack(">I", read_exactly(requests, 4))
            request = read_exactly(requests, size)
        except EOFError:
            return
        try:
            status, body = 0, press.render(request)
        except Exception as error:  # whatever a document does, the process answers
            status, body = 1, f"{type(error).__name__}: {error}".encode()
        answers.write(struct.pack(">BI", status, len(body)) + body)
        answers.flush()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent; its end closes our input
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # nothing that a library prints may get between the frames
    serve(sys.stdin.buffer, answers, Press(Path(sys.argv[1])))

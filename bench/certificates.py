"""Certificates per second: ours (a child process that keeps fonts and styles) against the plain call."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from weasyprint import CSS, HTML

from app import create_app
from app.certificates import printing
from app.domain.certificates import Facts
from app.web import fonts, pdf
from app.web.pdf_child import ClosedFetcher
from tests.conftest import settings

ROUNDS, BLOCK = 6, 4


def _certificate(n: int) -> Any:
    facts = Facts(
        name="张三", unit_and_post=f"青禾县溪川镇机关党支部第{n}组组员", course="严守政治纪律和政治规矩",
        started="2026年11月1日", finished="2026年11月22日", hours="4.5", score="92分",
        number=f"青禾党校〔2026〕第{n:05d}号", school="中共青禾县委党校", issued="2026年11月22日",
    )  # fmt: skip
    return SimpleNamespace(facts=vars(facts), code=f"{n:028d}")


def _seconds(call: Callable[[str], object], pages: list[str]) -> float:
    begun = time.perf_counter()
    for page in pages:
        call(page)
    return time.perf_counter() - begun


def bench() -> dict[str, float]:
    """The plain call is what a first program does: HTML(string).write_pdf(stylesheets) each time."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(settings(f"sqlite:///{folder}/none.db", Path(folder)))
        with app.app_context(), app.test_request_context():
            pages = [printing.page(_certificate(n)) for n in range(BLOCK)]
            sheet = printing.stylesheet()
            ours: Callable[[str], object] = lambda page: pdf.render(page, sheet)  # noqa: E731
            fetcher = ClosedFetcher(fonts.sans())

            def plain(page: str) -> object:
                css = CSS(string=sheet, url_fetcher=fetcher)
                return HTML(string=page, url_fetcher=fetcher).write_pdf(stylesheets=[css])

            ours(pages[0]), plain(pages[0])
            times = [(_seconds(ours, pages), _seconds(plain, pages)) for _ in range(ROUNDS)]
    best_ours, best_plain = (min(t[i] for t in times) for i in (0, 1))
    return {
        "certificates.per_second": BLOCK / best_ours,
        "certificates.plain_per_second": BLOCK / best_plain,
        "certificates.ratio": best_plain / best_ours,
    }

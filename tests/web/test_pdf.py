"""The PDF process: closed to the world, killed when stuck, and it prints the right characters."""

import http.server
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest
from flask import Flask

from app.web import fonts, pdf

PAGE = '<html lang="zh-CN"><body><p>{}</p></body></html>'


def text(document: bytes, tmp_path: Path) -> str:
    (tmp_path / "x.pdf").write_bytes(document)
    return subprocess.run(
        ["pdftotext", "-layout", tmp_path / "x.pdf", "-"], capture_output=True, text=True, check=True
    ).stdout


@pytest.fixture
def printer() -> Iterator[pdf.Printer]:
    made = pdf.Printer()
    yield made
    made.close()


@pytest.fixture
def no_system_fonts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A machine on which nobody installed a Chinese font."""
    conf = tmp_path / "fonts.conf"
    conf.write_text(f"<fontconfig><cachedir>{tmp_path}/cache</cachedir></fontconfig>")
    monkeypatch.setenv("FONTCONFIG_FILE", str(conf))
    fonts.serif.cache_clear()
    fonts.sans.cache_clear()
    yield
    fonts.serif.cache_clear()
    fonts.sans.cache_clear()


def test_chinese_text_is_in_the_pdf(tmp_path: Path, printer: pdf.Printer) -> None:
    made = printer.render(PAGE.format("张三同志，〔2026〕第00001号，䶮㛃"), fonts.stylesheet())
    assert made.startswith(b"%PDF")
    assert text(made, tmp_path).strip() == "张三同志，〔2026〕第00001号，䶮㛃"


def shapes(printer: pdf.Printer, chars: str) -> set[bytes]:
    """One rendered picture per character."""
    found = set()
    for char in chars:
        made = printer.render(PAGE.format(char), fonts.stylesheet() + "@page{size:3cm;margin:1cm}")
        page = pypdfium2.PdfDocument(made)[0]
        found.add(page.render(scale=2).to_pil().convert("L").tobytes())
    return found


def test_each_character_has_a_shape_of_its_own(printer: pdf.Printer) -> None:
    """Missing glyphs would all look alike: the same empty box."""
    assert len(shapes(printer, "培训合格证书䶮")) == 7


def test_without_system_fonts_the_bundled_one_prints(
    no_system_fonts: None, printer: pdf.Printer, tmp_path: Path
) -> None:
    assert fonts.printing() == fonts.bundled()
    assert len(shapes(printer, "培训合格证书䶮")) == 7
    assert text(printer.render(PAGE.format("王䶮"), fonts.stylesheet()), tmp_path).strip() == "王䶮"


@pytest.mark.parametrize(
    "part",
    [
        '<img src="{url}">',
        '<link rel="stylesheet" href="{url}">',
        '<link rel="attachment" href="{url}">',
        '<style>@import url("{url}");</style>',
        '<style>@font-face{{font-family:x;src:url("{url}")}} p{{font-family:x}}</style>',
        '<p style="background:url({url})">x</p>',
        '<svg><image href="{url}" width="9" height="9"/></svg>',
        '<object data="{url}"></object>',
    ],
)
def test_nothing_outside_is_fetched(printer: pdf.Printer, tmp_path: Path, part: str) -> None:
    secret = tmp_path / "secret.css"
    secret.write_text("p{color:red}")
    asked: list[str] = []

    class Canary(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)

    server = http.server.HTTPServer(("127.0.0.1", 0), Canary)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        for url in (f"http://127.0.0.1:{server.server_port}/x", secret.as_uri(), "ftp://127.0.0.1/x"):
            with pytest.raises(pdf.RenderError, match="refused to fetch"):
                printer.render(PAGE.format(part.format(url=url)), "")
    finally:
        server.shutdown()
    assert asked == []
    assert printer.render(PAGE.format("x"), "").startswith(b"%PDF")  # a refusal spoils nothing for the next


def test_a_document_that_takes_too_long_is_given_up(printer: pdf.Printer) -> None:
    printer.timeout = 0.01
    with pytest.raises(pdf.RenderError, match="too long"):
        printer.render(PAGE.format("慢"), "")
    printer.timeout = pdf.TIMEOUT
    assert printer.render(PAGE.format("快"), "").startswith(b"%PDF")


def test_a_dead_child_is_replaced(printer: pdf.Printer) -> None:
    printer.render(PAGE.format("一"), "")
    assert printer.child is not None
    printer.child.kill()
    printer.child.wait()
    assert printer.render(PAGE.format("二"), "").startswith(b"%PDF")


def test_the_child_is_recycled(printer: pdf.Printer) -> None:
    printer.recycle_after = 2
    printer.render(PAGE.format("一"), "")
    assert printer.child is not None
    printer.render(PAGE.format("二"), "")
    assert printer.child is None
    assert printer.render(PAGE.format("三"), "").startswith(b"%PDF")


def test_a_picture_has_the_asked_width(printer: pdf.Printer) -> None:
    made = pdf.picture(printer.render(PAGE.format("图"), "@page{size:A4 landscape}"), 800)
    assert made.startswith(b"\x89PNG")
    assert int.from_bytes(made[16:20], "big") == 800


def test_what_is_missing_for_printing_is_said(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf.ctypes.util, "find_library", lambda name: None)
    monkeypatch.setattr(fonts, "serif", lambda: None)
    said = " ".join(pdf.problems())
    for package in ("libpango-1.0-0", "libpangoft2-1.0-0", "libharfbuzz-subset0", "fonts-noto-cjk"):
        assert package in said

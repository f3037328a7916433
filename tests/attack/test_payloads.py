"""What may turn text into markup or formulas: Markdown, spreadsheets, scripts; pages are in tests/browser."""

import io
import re
import zipfile
from pathlib import Path

import pytest
from flask import Flask, render_template_string

from app.web.markdown import render_markdown
from app.web.sheets import read_sheet, write_xlsx
from tests.attack.html import Page
from tests.attack.payloads import corpus
from tests.attack.seeding import classified, text_columns

SCRIPTS = Path(__file__).parents[2] / "app" / "static" / "js"
MARKDOWN_TAGS = {
    "p", "h1", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "strong", "em", "code", "pre", "hr", "br",
    "a", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip


def test_there_are_enough_of_them() -> None:
    assert len(set(corpus())) == len(corpus()) >= 200


@pytest.mark.parametrize("wrap", ["{}", "x {} y", "- {}", "> {}", "# {}", "[{}](/x)", "`{}`"])
def test_markdown_keeps_nothing_that_runs(app: Flask, wrap: str) -> None:
    faults = []
    for payload in corpus():
        for element in Page(str(render_markdown(wrap.format(payload)))).elements:
            href = element.attributes.get("href", "")
            strange = element.attributes.keys() - {"href", "rel", "title"}
            scheme = re.match(r"\s*([^/?#:]*):", href)
            if element.tag not in MARKDOWN_TAGS or strange or (scheme and scheme[1] not in {"http", "https"}):
                faults.append((payload, element))
    assert faults == []


def test_a_template_shows_every_payload_as_text(app: Flask) -> None:
    template = "<p title=\"{{ x }}\">{{ x }}</p><textarea>{{ x }}</textarea><input value='{{ x }}'>"
    for payload in corpus():
        with app.test_request_context():
            page = Page(render_template_string(template, x=payload))
        assert [e.tag for e in page.elements] == ["p", "textarea", "input"], payload
        assert all(e.attributes.keys() <= {"title", "value"} for e in page.elements), payload


def test_a_sheet_holds_no_formula_and_gives_back_the_text() -> None:
    texts = [
        text for text in corpus() if not re.search(r"[\x00-\x08\x0b-\x1f\u200b-\u202e\ufeff]|^\s|\s$", text)
    ]
    data = write_xlsx("=1+1", ["=cmd|' /C calc'!A0"], [[text] for text in corpus()])
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith(".xml")}
    assert not any(re.search(r"<f[ >]|<hyperlink", part) for part in parts.values())
    read = {row[0].text for row in read_sheet(data, limit=10_000) if row}
    assert [text for text in texts if text not in read and text.replace("\r\n", "\n") not in read] == []


@pytest.mark.parametrize("path", sorted(SCRIPTS.rglob("*.js")), ids=lambda path: path.name)
def test_no_script_makes_markup_of_text(path: Path) -> None:
    sinks = r"\b(innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval|new Function|srcdoc)\b"
    assert re.findall(sinks, path.read_text(encoding="utf-8")) == []


def test_no_template_switches_escaping_off() -> None:
    """`Markup` in Python is marked for the linter (S704); templates may not do it at all."""
    folder = SCRIPTS.parents[1]
    found = [str(path.relative_to(folder)) for path in folder.rglob("*.html")
             if re.search(r"\|\s*safe\b|autoescape\s+false", path.read_text(encoding="utf-8"))]  # fmt: skip
    assert found == []


def test_every_text_column_is_seeded_or_known_not_to_be_written_by_people() -> None:
    """A new column of text goes to CONTENT or STRUCTURE in tests/attack/seeding.py."""
    assert text_columns() == classified()

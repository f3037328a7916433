"""Templates: all compile, none needs what the content policy forbids."""

import re
from pathlib import Path

import pytest
from flask import Flask
from jinja2 import StrictUndefined

from tests.guards.source import APP, name

TEMPLATES = sorted(p for p in APP.rglob("templates/**/*.html"))
# What is printed on paper has no content policy; WeasyPrint reads it, no browser.
FORBIDDEN = {
    "inline style": re.compile(r"<[^>]*\sstyle\s*=", re.S),
    "style element": re.compile(r"<style\b"),
    "inline handler": re.compile(r"<[^>]*\son[a-z]+\s*=", re.S),
    "javascript address": re.compile(r"javascript:"),
    "foreign address": re.compile(r"""(?:src|href)\s*=\s*["'](?:https?:)?//"""),
    "script without a file": re.compile(r"<script(?![^>]*\bsrc=)(?![^>]*\bnonce=)[^>]*>"),
}


def test_undefined_names_are_errors_and_every_template_compiles(app: Flask) -> None:
    environment = app.jinja_env
    assert environment.undefined is StrictUndefined
    for template in environment.list_templates(extensions=["html"]):
        if not template.startswith(("bootstrap", "base/")):
            environment.get_template(template)


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
@pytest.mark.parametrize("what", FORBIDDEN)
def test_templates_keep_to_the_content_policy(path: Path, what: str) -> None:
    text = re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.S)
    found = FORBIDDEN[what].search(text)
    assert found is None, f"{what}: {found and found.group()[:80]}"


@pytest.mark.parametrize("path", TEMPLATES, ids=name)
def test_every_form_that_posts_carries_its_token(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for form in re.findall(r'<form[^>]*method="post".*?</form>', text, flags=re.S | re.I):
        assert "csrf" in form, form[:120]

"""A question as a learner sees it, drawn for every kind: the macro that previews and papers share."""

import re
from typing import Any

from flask import Flask, get_template_attribute

from app.bank.manage_question import shown
from app.domain.questions import Kind, Part, Question

OPTIONS = ("甲项", "乙项", "丙〔图1〕")


def drawn(app: Flask, kind: Kind, **more: Any) -> str:
    content = Question(
        kind=kind, stem="题____干", options=more.pop("options", ()), key=None, explanation="", clauses=(),
        topic="", difficulty="easy", **more,
    )  # fmt: skip
    with app.test_request_context():
        html: str = get_template_attribute("bank/question.html", "question")(**shown(content))
    return html


FIELDS: list[tuple[Kind, dict[str, Any], list[str]]] = [
    (Kind.SINGLE, {"options": OPTIONS}, ["radio"] * 3),
    (Kind.MULTIPLE, {"options": OPTIONS}, ["checkbox"] * 3),
    (Kind.JUDGE, {}, ["radio"] * 2),
    (Kind.BLANKS, {}, ["text"]),
    (Kind.ORDER, {"options": OPTIONS}, ["select"] * 3),
    (Kind.MATCH, {"options": OPTIONS, "prompts": ("子", "丑")}, ["select"] * 2),
    (Kind.RECITE, {}, ["textarea"]),
    (Kind.SHORT, {}, ["textarea"]),
    (Kind.ESSAY, {}, ["textarea"]),
]


def test_each_kind_has_its_fields(app: Flask) -> None:
    for kind, more, fields in FIELDS:
        html = drawn(app, kind, **more)
        found = re.findall(r'<(input|select|textarea)\b[^>]*? name="preview"', html)
        types = re.findall(r'<input [^>]*?type="(\w+)"', html)
        assert (types or found) == fields, kind
        assert f'data-kind="{kind}"' in html and html.count("<fieldset") == 1


def test_a_case_shows_its_parts_and_each_picture_once(app: Flask) -> None:
    parts = (
        Part(Kind.SINGLE, "第一问", OPTIONS, "a"), Part(Kind.SHORT, "第二问，见〔图2〕", (), ["要点"]),
    )  # fmt: skip
    html = drawn(app, Kind.CASE, parts=parts, pictures=("one", "two", "three"))
    assert re.findall(r'data-kind="(\w+)"', html) == ["case", "single", "short"]
    assert set(re.findall(r' name="([\w-]+)"', html)) == {"preview-1", "preview-2"}
    assert sorted(re.findall(r"/pictures/(\w+)", html)) == ["one", "three", "two"]
    assert html.index("three") < html.index("第一问") < html.index("/pictures/one") < html.index("第二问")

"""The rule sets of question_bank as the recipes see them."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from app.domain.making.texts import Clause, Library, Source

FOLDER = Path(__file__).parents[3] / "question_bank" / "rule_sets"


def _source(data: dict[str, Any]) -> Source:
    code, document = data["code"], data["source"]["document"]
    clauses = tuple(
        Clause(f"{code}/{c['code']}", c.get("heading", ""), c.get("locator", ""), c["text"])
        for c in data.get("clause", [])
    )
    marked = document if not document or document.endswith("会议") or "《" in document else f"《{document}》"
    return Source(
        code, data["title"], marked, clauses, data.get("excerpt", False), data.get("ordered", False),
        "superseded_on" not in data["source"], data["summary"],
    )  # fmt: skip


@cache
def library() -> Library:
    return Library(tuple(_source(tomllib.loads(path.read_text())) for path in sorted(FOLDER.glob("*.toml"))))


def small(*sets: tuple[str, str, list[str]], **more: Any) -> Library:
    """Sets of bare texts: (code, title, texts). `more` goes to the first."""
    return Library(
        tuple(
            Source(
                code, title, f"《{title}的文件》",
                tuple(Clause(f"{code}/{n}", "", "", text) for n, text in enumerate(texts, 1)),
                **(more if at == 0 else {}),
            )
            for at, (code, title, texts) in enumerate(sets)
        )
    )  # fmt: skip

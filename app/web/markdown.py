"""Lesson texts and other prose: Markdown without raw HTML, sanitised again after rendering."""

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table")
_TAGS = {
    "p", "h1", "h2", "h3", "h4", "ul", "ol", "li", "blockquote", "strong", "em", "code", "pre",
    "hr", "br", "a", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_CLAUSE_SCHEME = "rule:"


def render_markdown(text: str) -> Markup:
    """Safe HTML. A link `rule:<set>/<clause>` leads to the clause's place in the rule reader."""
    html = _MARKDOWN.render(text.replace(f"]({_CLAUSE_SCHEME}", "](/rules/clause/"))
    return Markup(  # noqa: S704 — sanitised right here
        nh3.clean(
            html,
            tags=_TAGS,
            attributes={"a": {"href"}},
            url_schemes={"http", "https"},
            link_rel="noopener",
        )
    )

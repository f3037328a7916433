"""XML as text, written a piece at a time."""

from collections.abc import Iterable
from xml.sax.saxutils import escape, quoteattr

HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'


def text(value: str) -> str:
    """Without what XML cannot hold at all."""
    kept = "".join(
        c
        for c in value
        if c in "\t\n" or (c >= " " and not "\ud800" <= c <= "\udfff" and c not in "\ufffe\uffff")
    )
    return escape(kept)


def element(name: str, *inside: str, **attributes: str) -> str:
    """`inside` is markup already. Underscores in names of attributes are hyphens, one at the end is none."""
    written = "".join(
        f" {key.rstrip('_').replace('_', '-')}={quoteattr(one)}" for key, one in attributes.items()
    )
    return f"<{name}{written}>{''.join(inside)}</{name}>" if inside else f"<{name}{written}/>"


def lines(parts: Iterable[str]) -> str:
    return "\n".join(parts)

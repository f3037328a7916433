"""An answer in words, by the paper's own letters: for staff, and for whoever takes their data along."""

from collections.abc import Mapping, Sequence
from string import ascii_uppercase
from typing import Any

from flask_babel import gettext as _

from app.domain.questions import Kind


def in_words(content: Mapping[str, Any], value: Any) -> str:
    """`content`: the slot as its paper document has it. What does not fit it is said as it came."""
    if value is None:
        return str(_("（清空）"))
    if isinstance(value, bool):
        return str(_("正确") if value else _("错误"))
    texts = [value] if isinstance(value, str) else value
    match Kind(content["kind"]):
        case Kind.SINGLE | Kind.MULTIPLE:
            return "、".join(text.upper() if len(text) == 1 else text for text in texts)
        case Kind.ORDER:
            return " → ".join(_options(content, texts))
        case Kind.MATCH:
            pairs = zip(content["prompts"], _options(content, texts), strict=False)
            return "；".join(f"{prompt}：{option}" for prompt, option in pairs)
    return "；".join(text or str(_("（空）")) for text in texts)


def in_letters(key: Any, letters: Mapping[str, str]) -> str:
    """A key by the letters under which somebody saw its options."""
    if isinstance(key, bool):
        return str(_("正确") if key else _("错误"))
    if isinstance(key, dict):
        return str(key.get("text", ""))
    return "".join(letters.get(one, one) for one in key)


def as_seen(content: Mapping[str, Any], keys: Sequence[str], value: Any) -> str:
    """The same with the letters that one candidate saw (`keys` in their order) and each option's text."""
    if not isinstance(value, str | list) or not keys:
        return in_words(content, value)
    letters = dict(zip(keys, ascii_uppercase, strict=False))
    texts = {option["key"]: option["text"] for option in content["options"]}
    said = [
        f"{letters[key]}. {texts[key]}" if key in texts and key in letters else key or str(_("（空）"))
        for key in ([value] if isinstance(value, str) else value)
    ]
    match Kind(content["kind"]):
        case Kind.ORDER:
            return " → ".join(said)
        case Kind.MATCH:
            pairs = zip(content["prompts"], said, strict=False)
            return "；".join(f"{prompt}：{option}" for prompt, option in pairs)
    return "；".join(sorted(said))


def _options(content: Mapping[str, Any], keys: list[str]) -> list[str]:
    texts = {option["key"]: f"{option['key'].upper()}. {option['text']}" for option in content["options"]}
    return [texts.get(key, key) or str(_("（空）")) for key in keys]

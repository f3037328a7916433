"""Items as their owner sees them: what was understood, beside what stood in the file."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import lazy_gettext as _l

from app.audit.fields import field_label
from app.bank.importing import queries
from app.bank.importing.queries import Like
from app.bank.importing.saving import content_of
from app.bank.labels import fault_text
from app.bank.models import ImportItem
from app.domain.faults import Fault
from app.domain.questions import Kind, Part, Question, option_keys

GROUPS = {
    "": _l("全部"),
    "fault": _l("有误"),
    "told": _l("请核对"),
    "like": _l("题库里有相似的"),
    "same": _l("与题库相同"),
    "draft": _l("缺解析等"),
    "new": _l("收为新题"),
    "merge": _l("合并"),
    "leave": _l("不收"),
}


@dataclass(frozen=True)
class Asked:
    """What is asked and what is right. `options`: letter, text, whether it is right; `key`: in words."""

    kind: Kind
    stem: str
    options: Sequence[tuple[str, str, bool]]
    key: Sequence[str]


@dataclass(frozen=True)
class Row:
    item: ImportItem
    content: Question
    asked: Asked
    parts: Sequence[Asked]
    faults: Sequence[Sequence[str]]
    lacks: str  # the fields without which it is a draft, in words
    like: Like | None


def lines(items: Sequence[ImportItem]) -> list[Row]:
    """One statement, however many items."""
    like = queries.like(items) if items else {}
    missing = [[name, fault_text(Fault(name, "missing"))] for name in ("explanation", "topic", "clauses")]
    made = []
    for item in items:
        content = content_of(item)
        whole = Part(content.kind, content.stem, content.options, content.key, content.prompts)
        parts = [asked(part) for part in content.parts]
        shown = [fault for fault in item.faults if fault not in missing]
        shown.sort(key=lambda fault: fault[0] not in queries.FIELDS)  # what bars it, first
        lacks = "、".join(field_label(fault[0]) for fault in missing if fault in item.faults)
        made.append(Row(item, content, asked(whole), parts, shown, lacks, like.get(item.like_id or 0)))
    return made


def asked(part: Part) -> Asked:
    keys = option_keys(min(len(part.options), 26))
    given = part.key if isinstance(part.key, str | list) else ""
    right = {key for key in keys if part.kind in (Kind.SINGLE, Kind.MULTIPLE) and key in given}
    options = [(key.upper(), text, key in right) for key, text in zip(keys, part.options, strict=False)]
    return Asked(part.kind, part.stem, options, () if right else _in_words(part))


def _in_words(part: Part) -> list[str]:
    """A key that no option shows, a line for each item."""
    texts = dict(zip(option_keys(min(len(part.options), 26)), part.options, strict=False))
    match part.key:
        case None:
            return []
        case bool():
            return ["√" if part.key else "×"]
        case {"text": str(text)}:
            return [text]
        case list() if part.kind is Kind.MATCH:
            return [
                f"{prompt} → {texts.get(key, key.upper())}"
                for prompt, key in zip(part.prompts, part.key, strict=False)
            ]
        case list() if part.kind is Kind.ORDER:
            return [f"{n}. {texts.get(key, key.upper())}" for n, key in enumerate(part.key, 1)]
        case list() if part.kind is Kind.MULTIPLE:
            return ["".join(map(str, part.key)).upper()]
        case list():
            return [" | ".join(one) if isinstance(one, list) else str(one) for one in part.key]
    if not part.key:
        return []
    return [str(part.key).upper() if part.kind is Kind.SINGLE and len(str(part.key)) < 9 else str(part.key)]

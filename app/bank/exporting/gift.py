"""GIFT, Moodle's text format: choice, judgement, one blank, match, and questions answered in writing."""

import re
from collections.abc import Iterable, Iterator

from flask_babel import gettext as _

from app.bank.answers import answer_text
from app.bank.exporting.picking import Exported, asked
from app.bank.labels import KINDS
from app.domain.questions import BLANK, Kind, Part, option_keys

_SAID = (Kind.SINGLE, Kind.MULTIPLE, Kind.JUDGE, Kind.BLANKS, Kind.MATCH, Kind.SHORT, Kind.ESSAY, Kind.RECITE)


def fits(part: Part) -> bool:
    """Can GIFT say it? It has no order, and one blank at most."""
    return part.kind in _SAID and not (part.kind is Kind.BLANKS and part.stem.count(BLANK) != 1)


def _text(text: str) -> str:
    """With the marks of the format escaped; an arrow would part a pair."""
    return re.sub(r"([\\~=#{}:])", r"\\\1", text.replace("->", "→")).replace("\n", "\\n")


def lines(questions: Iterable[Exported]) -> Iterator[str]:
    """Blocks with an empty line after each; a category where the topic changes."""
    topic = ""
    for one in questions:
        for code, part, content in asked(one):
            if not fits(part):
                yield _remark(code, _("GIFT 写不了这种题，没有导出（%(kind)s）。", kind=KINDS[part.kind]))
                continue
            if content.topic != topic:
                topic = content.topic
                yield f"$CATEGORY: {topic.replace('/', '／')}\n\n"
            feedback = content.explanation
            if part.kind in (Kind.SHORT, Kind.ESSAY, Kind.RECITE):
                feedback = f"{answer_text(part)}\n{feedback}"
            if content.pictures:
                yield _remark(code, _("有 %(n)s 张图片，GIFT 带不了，没有导出。", n=len(content.pictures)))
            yield _block(code, part, f"####{_text(feedback)}" if feedback else "")


def _remark(code: str, text: str) -> str:
    """For people; a program that reads the file passes it over."""
    return f"// {code}: {text}\n\n"


def _block(code: str, part: Part, feedback: str) -> str:
    stem, end = _text(part.stem), ""
    if part.kind is Kind.BLANKS:
        stem, end = map(_text, part.stem.split(BLANK))
    return f"::{code}::[plain]{stem}{{\n{_answers(part)}{feedback}\n}}{end}\n\n"


def _answers(part: Part) -> str:
    key, keys = part.key, option_keys(len(part.options))
    match part.kind, key:
        case Kind.SINGLE, _:
            pairs = zip(keys, part.options, strict=True)
            return "".join(f"{'=' if name == key else '~'}{_text(text)}\n" for name, text in pairs)
        case Kind.MULTIPLE, list():
            share, pairs = f"{100 / max(len(key), 1):.5g}", zip(keys, part.options, strict=True)
            return "".join(f"~%{share if name in key else -100}%{_text(text)}\n" for name, text in pairs)
        case Kind.JUDGE, _:
            return "TRUE" if key else "FALSE"
        case Kind.BLANKS, [list(variants)]:
            return "".join(f"={_text(str(one))}\n" for one in variants)
        case Kind.MATCH, list():
            texts = dict(zip(keys, part.options, strict=True))
            asked_for = [(prompt, texts[name]) for prompt, name in zip(part.prompts, key, strict=True)]
            rest = [("", text) for name, text in texts.items() if name not in key]
            return "".join(f"={_text(a)} -> {_text(b)}\n" for a, b in (*asked_for, *rest))
    return ""

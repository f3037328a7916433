"""Questions in Moodle XML."""

import re
from collections.abc import Callable
from typing import Protocol
from urllib.parse import unquote

from flask_babel import gettext as _

from app.bank.importing import answers, words
from app.bank.importing.items import Item, Line, Note
from app.bank.importing.markup import Node, all_of, attribute, first, nodes, plain, text_of_html
from app.domain.quality import closing
from app.domain.questions import BLANK, Kind, Question, option_keys, scrambled

_WRITTEN = (Kind.ESSAY, Kind.RECITE)  # of which Moodle knows one kind; a tag says which
_EMBEDDED = re.compile(r"\{\d*:(?:SHORTANSWER(?:_C)?|SAC?|MWC?):((?:\\.|[^}\\]){0,2000})\}")
_ANY_EMBEDDED = re.compile(r"\{\d*:[A-Z_]{1,20}:")


class Pictures(Protocol):
    """What stands for a picture in a text: of one that is here in base64, or at an address."""

    def store(self, encoded: str) -> str: ...
    def show(self, source: str) -> str: ...


def questions(quiz: Node, topic: str, difficulty: str, pictures: Pictures) -> tuple[list[Item], list[Line]]:
    found: list[Item] = []
    ignored: list[Line] = []
    chosen, assumed = topic, ["topic"]
    for number, node in enumerate((one for one in nodes(quiz) if one[0] == "question"), 1):
        kind = attribute(node, "type")
        place = str(_("第 %(n)s 个 question", n=number))
        if kind == "category":
            named = words.category(_text(first(node, "category"), pictures))
            topic, assumed = named or chosen, [] if named else ["topic"]
        elif kind == "description" or kind not in _READERS or kind == "cloze" and not _only_blanks(node):
            if kind != "description":
                ignored.append(Line(place, _("不支持的 Moodle 题型：%(kind)s", kind=kind[:40])))
        else:
            item = _item(node, kind, place, (topic, difficulty), pictures)
            item.assumed = [*assumed, *item.assumed]
            found.append(item)
    return found, ignored


def _text(node: Node | None, pictures: Pictures) -> str:
    """Of an element with <text> and perhaps <file>s in it."""
    if node is None:
        return ""
    html = plain(first(node, "text")) or ("" if first(node, "text") else plain(node))
    if attribute(node, "format") in ("plain_text", "plain"):
        return html.strip()
    files = {attribute(one, "name"): plain(one) for one in nodes(node) if one[0] == "file"}

    def shown(source: str) -> str:
        data = files.get(unquote(source.rpartition("/")[2]))
        return pictures.show(source) if data is None else pictures.store(data)

    return text_of_html(html, shown)


def _item(node: Node, kind: str, place: str, defaults: tuple[str, str], pictures: Pictures) -> Item:
    stem = _text(first(node, "questiontext"), pictures)
    options, key, made, prompts = _READERS[kind](node, pictures)
    if kind == "cloze":
        stem = _EMBEDDED.sub(BLANK, stem)
    notes = []
    if made is Kind.BLANKS and BLANK not in stem:
        stem = f"{stem} {BLANK}"
        notes.append(Note("stem", _("题干里没有空，已在末尾加上一个。")))
    explanation = _text(first(node, "generalfeedback"), pictures)
    tags = tuple(dict.fromkeys(_text(one, pictures) for one in all_of(node, "tag")))
    level = next((found for tag in tags if (found := words.level(tag))), "")
    said = next((found for tag in tags if (found := words.difficulty(tag))), "")
    hard = said or defaults[1] or "medium"
    content = Question(
        made, stem, options, key, explanation, (), defaults[0], hard, prompts, (), level,
        tuple(tag for tag in tags if tag and not _is_told(tag)), last=closing(made, options),
    )  # fmt: skip
    assumed = () if said else ("difficulty",)
    return Item(place, _source(stem, options, prompts), content, "", notes, assumed=assumed)


def _is_told(tag: str) -> bool:
    """Does the tag say what has a field of its own?"""
    found = words.level(tag), words.difficulty(tag)
    return any(one is not None for one in found) or words.kind(tag) in _WRITTEN


def _source(stem: str, options: tuple[str, ...], prompts: tuple[str, ...]) -> str:
    keys = option_keys(len(options))
    lettered = (f"{key.upper()}. {text}" for key, text in zip(keys, options, strict=True))
    return "\n".join((stem, *prompts, *lettered))


Read = tuple[tuple[str, ...], object, Kind, tuple[str, ...]]  # options, key, kind, prompts


def _choice(node: Node, pictures: Pictures) -> Read:
    given = [one for one in nodes(node) if one[0] == "answer"][:26]
    options = tuple(_text(one, pictures) for one in given)
    shares = [_share(one) for one in given]
    keys = option_keys(len(given))
    right = [key for key, share in zip(keys, shares, strict=True) if share > 0]
    if plain(first(node, "single")).strip().lower() in ("false", "0"):
        return options, right, Kind.MULTIPLE, ()
    best = [key for key, share in zip(keys, shares, strict=True) if share >= 99]
    return options, "".join(best or right), Kind.SINGLE, ()


def _share(answer: Node) -> float:
    try:
        return float(attribute(answer, "fraction") or 0)
    except ValueError:
        return 0.0


def _truth(node: Node, pictures: Pictures) -> Read:
    right = [one for one in nodes(node) if one[0] == "answer" and _share(one) > 0]
    said = answers.truth(_text(right[0], pictures)) if right else None
    return (), "" if said is None else said, Kind.JUDGE, ()


def _short(node: Node, pictures: Pictures) -> Read:
    right = [one for one in nodes(node) if one[0] == "answer" and _share(one) >= 99]
    return (), [[_text(one, pictures) for one in right]], Kind.BLANKS, ()


def _essay(node: Node, pictures: Pictures) -> Read:
    named = (words.kind(_text(one, pictures)) for one in all_of(node, "tag"))
    kind = next((one for one in named if one in _WRITTEN), Kind.SHORT)
    return (), answers.key(kind, _text(first(node, "graderinfo"), pictures), ()), kind, ()


def _only_blanks(node: Node) -> bool:
    """Are all questions embedded in its text blanks to fill in?"""
    text = plain(first(first(node, "questiontext") or node, "text"))
    return 0 < len(_EMBEDDED.findall(text)) == len(_ANY_EMBEDDED.findall(text))


def _cloze(node: Node, pictures: Pictures) -> Read:
    """{1:SHORTANSWER:=甲~=乙#反馈}: a mark before what is right, a backslash before what is no mark."""
    key = []
    for found in _EMBEDDED.finditer(_text(first(node, "questiontext"), pictures)):
        given = [re.split(r"(?<!\\)#", one)[0] for one in re.split(r"(?<!\\)~", found[1])]
        right = [head[1] for one in given if (head := re.fullmatch(r"(?:=|%100%=?)(.*)", one, re.S))]
        key.append([re.sub(r"\\(.)", r"\1", one).strip() for one in right])
    return (), key, Kind.BLANKS, ()


def _matching(node: Node, pictures: Pictures) -> Read:
    subs = [one for one in nodes(node) if one[0] == "subquestion"]
    pairs = [(_text(one, pictures), _text(first(one, "answer"), pictures)) for one in subs]
    asked = [(prompt, answer) for prompt, answer in pairs if prompt]
    others = [answer for prompt, answer in pairs if not prompt]
    options, key = scrambled([answer for _prompt, answer in asked], others) if len(pairs) <= 26 else ((), [])
    return options, key, Kind.MATCH, tuple(prompt for prompt, _answer in asked)


def _ordering(node: Node, pictures: Pictures) -> Read:
    texts = [_text(one, pictures) for one in nodes(node) if one[0] == "answer"][:26]
    options, key = scrambled(texts)
    return options, key, Kind.ORDER, ()


_READERS: dict[str, Callable[[Node, Pictures], Read]] = {
    "multichoice": _choice, "truefalse": _truth, "shortanswer": _short, "numerical": _short, "essay": _essay,
    "matching": _matching, "ordering": _ordering, "cloze": _cloze,
}  # fmt: skip

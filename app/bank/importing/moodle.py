"""Questions in Moodle XML."""

from collections.abc import Callable

from flask_babel import gettext as _

from app.bank.importing import answers, words
from app.bank.importing.items import Item, Line, Note
from app.bank.importing.markup import Node, all_of, attribute, first, nodes, plain, text_of_html
from app.domain.questions import BLANK, Kind, Question, option_keys, scrambled

Store = Callable[[str], str]  # base64 of a picture in, what stands for it in a text out


def questions(quiz: Node, topic: str, difficulty: str, store: Store) -> tuple[list[Item], list[Line]]:
    found: list[Item] = []
    ignored: list[Line] = []
    for number, node in enumerate((one for one in nodes(quiz) if one[0] == "question"), 1):
        kind = attribute(node, "type")
        place = str(_("第 %(n)s 个 question", n=number))
        if kind == "category":
            named = _text(first(node, "category"), store).split("/")[-1].strip()
            topic = named if named and named not in ("top",) and not named.startswith("$") else topic
        elif kind == "description" or kind not in _READERS:
            if kind != "description":
                ignored.append(Line(place, _("不支持的 Moodle 题型：%(kind)s", kind=kind[:40])))
        else:
            found.append(_item(node, kind, place, (topic, difficulty), store))
    return found, ignored


def _text(node: Node | None, store: Store) -> str:
    """Of an element with <text> and perhaps <file>s in it."""
    if node is None:
        return ""
    files = {attribute(one, "name"): plain(one) for one in all_of(node, "file")}
    shown = {name: store(data) for name, data in files.items()}
    html = plain(first(node, "text")) or ("" if first(node, "text") else plain(node))
    if attribute(node, "format") in ("plain_text", "plain"):
        return html.strip()
    return text_of_html(html, lambda source: shown.get(source.rpartition("/")[2], ""))


def _item(node: Node, kind: str, place: str, defaults: tuple[str, str], store: Store) -> Item:
    stem = _text(first(node, "questiontext"), store)
    options, key, made, prompts = _READERS[kind](node, store)
    notes = []
    if made is Kind.BLANKS and BLANK not in stem:
        stem = f"{stem} {BLANK}"
        notes.append(Note("stem", _("题干里没有空，已在末尾加上一个。")))
    explanation = _text(first(node, "generalfeedback"), store)
    tags = tuple(dict.fromkeys(_text(one, store) for one in all_of(node, "tag")))
    level = next((found for tag in tags if (found := words.level(tag))), "")
    hard = next((found for tag in tags if (found := words.difficulty(tag))), defaults[1])
    content = Question(
        made, stem, options, key, explanation, (), defaults[0], hard or "medium", prompts, (), level,
        tuple(tag for tag in tags if tag and words.level(tag) is None and words.difficulty(tag) is None),
    )  # fmt: skip
    return Item(place, _source(stem, options, prompts), content, "", notes)


def _source(stem: str, options: tuple[str, ...], prompts: tuple[str, ...]) -> str:
    keys = option_keys(len(options))
    lettered = (f"{key.upper()}. {text}" for key, text in zip(keys, options, strict=True))
    return "\n".join((stem, *prompts, *lettered))


Read = tuple[tuple[str, ...], object, Kind, tuple[str, ...]]  # options, key, kind, prompts


def _choice(node: Node, store: Store) -> Read:
    given = [one for one in nodes(node) if one[0] == "answer"][:26]
    options = tuple(_text(one, store) for one in given)
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


def _truth(node: Node, store: Store) -> Read:
    right = [one for one in nodes(node) if one[0] == "answer" and _share(one) > 0]
    said = answers.truth(_text(right[0], store)) if right else None
    return (), "" if said is None else said, Kind.JUDGE, ()


def _short(node: Node, store: Store) -> Read:
    right = [one for one in nodes(node) if one[0] == "answer" and _share(one) >= 99]
    return (), [[_text(one, store) for one in right]], Kind.BLANKS, ()


def _essay(node: Node, store: Store) -> Read:
    return (), answers.points(_text(first(node, "graderinfo"), store)), Kind.SHORT, ()


def _matching(node: Node, store: Store) -> Read:
    subs = [one for one in nodes(node) if one[0] == "subquestion"]
    pairs = [(_text(one, store), _text(first(one, "answer"), store)) for one in subs]
    asked = [(prompt, answer) for prompt, answer in pairs if prompt]
    others = [answer for prompt, answer in pairs if not prompt]
    options, key = scrambled([answer for _prompt, answer in asked], others) if len(pairs) <= 26 else ((), [])
    return options, key, Kind.MATCH, tuple(prompt for prompt, _answer in asked)


def _ordering(node: Node, store: Store) -> Read:
    texts = [_text(one, store) for one in nodes(node) if one[0] == "answer"][:26]
    options, key = scrambled(texts)
    return options, key, Kind.ORDER, ()


_READERS: dict[str, Callable[[Node, Store], Read]] = {
    "multichoice": _choice, "truefalse": _truth, "shortanswer": _short, "numerical": _short, "essay": _essay,
    "matching": _matching, "ordering": _ordering,
}  # fmt: skip

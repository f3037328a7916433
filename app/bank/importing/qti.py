"""Items of QTI 2.1 and 3.0: choice, and what else has a kind here."""

from collections.abc import Callable, Iterator

from flask_babel import gettext as _

from app.bank.importing import answers
from app.bank.importing.items import Item, Line, Note
from app.bank.importing.markup import Node, Show, all_of, attribute, first, name, nodes, text_of
from app.domain.quality import closing
from app.domain.questions import BLANK, Kind, Question, option_keys, scrambled

_INTERACTIONS = ("choice-interaction", "order-interaction", "match-interaction", "text-entry-interaction",
                 "extended-text-interaction")  # fmt: skip


def items(root: Node) -> list[Node]:
    """The items in a file; a manifest or a test has none."""
    return [root] if name(root[0]) == "assessment-item" else list(all_of(root, "assessment-item"))


def question(item: Node, place: str, topic: str, difficulty: str, show: Show) -> Item | Line:
    body = first(item, "item-body")
    asked = list(_interactions(body)) if body else []
    kinds = {name(one[0]) for one in asked}
    title = attribute(item, "title") or attribute(item, "identifier")
    if body is None or not asked or len(asked) > 1 and kinds != {"text-entry-interaction"}:
        return Line(place, _("“%(title)s”的作答方式不支持，没有导入。", title=title[:40]))
    if not kinds <= set(_INTERACTIONS):
        return Line(place, _("“%(title)s”的作答方式不支持，没有导入。", title=title[:40]))
    right = {attribute(one, "identifier"): one for one in all_of(item, "response-declaration")}
    kind, options, key, prompts = _READERS[name(asked[0][0])](asked, right, show)
    stem = _stem(body, asked, kind, show)
    feedback = "\n".join(dict.fromkeys(text_of(one, show) for one in all_of(item, "modal-feedback")))
    notes = []
    if first(item, "template-declaration"):
        notes.append(Note("stem", _("这道题按参数生成题面，请核对题干和答案。")))
    if kind in (Kind.SHORT, Kind.ESSAY) and not key:
        key = answers.points("\n".join(text_of(one, show) for one in all_of(body, "rubric-block")))
    content = Question(
        kind, stem, options, key, feedback, (), topic, difficulty or "medium", prompts,
        last=closing(kind, options),
    )  # fmt: skip
    lettered = [f"{k.upper()}. {text}" for k, text in zip(option_keys(len(options)), options, strict=True)]
    source = "\n".join([stem, *prompts, *lettered])
    return Item(place, source, content, "", notes, assumed=("topic", "difficulty"))


def _interactions(node: Node) -> Iterator[Node]:
    for one in nodes(node):
        if name(one[0]).endswith("-interaction"):
            yield one
        else:
            yield from _interactions(one)


def _stem(body: Node, asked: list[Node], kind: Kind, show: Show) -> str:
    """The text around the interaction, and its prompt; where something is to be filled in, ____."""
    without = ("rubric-block", "feedback-block", "template-block")
    if kind is Kind.BLANKS:
        for one in asked:
            one[:] = ["span", {}, [BLANK]]
        return text_of(body, show, without)
    prompt = text_of(first(asked[0], "prompt"), show)
    around = text_of(body, show, (*without, name(asked[0][0])))
    return "\n".join(part for part in (around, prompt) if part)


def _correct(declaration: Node | None) -> list[str]:
    found = first(declaration, "correct-response") if declaration else None
    return [text_of(value) for value in all_of(found, "value")] if found else []


def _response(asked: Node, right: dict[str, Node]) -> Node | None:
    return right.get(attribute(asked, "response-identifier"))


Read = tuple[Kind, tuple[str, ...], object, tuple[str, ...]]


def _choices(asked: Node, show: Show, *names: str) -> dict[str, str]:
    """Texts by identifier, no more than there are letters."""
    found = list(all_of(asked, *names))[:26]
    return {attribute(one, "identifier"): text_of(one, show, ("feedback-inline",)) for one in found}


def _choice(asked: list[Node], right: dict[str, Node], show: Show) -> Read:
    declaration = _response(asked[0], right)
    choices = _choices(asked[0], show, "simple-choice")
    keys = dict(zip(choices, option_keys(len(choices)), strict=True))
    named = _correct(declaration)
    found = sorted(keys[one] for one in named if one in keys)
    options = tuple(choices.values())
    if len(options) == 2 and {answers.truth(text) for text in options} == {True, False}:
        said = answers.truth(choices[named[0]]) if named and named[0] in choices else None
        return Kind.JUDGE, (), "" if said is None else said, ()
    several = declaration is not None and attribute(declaration, "cardinality") == "multiple"
    if several:
        return Kind.MULTIPLE, options, found, ()
    return Kind.SINGLE, options, "".join(found), ()


def _order(asked: list[Node], right: dict[str, Node], show: Show) -> Read:
    choices = _choices(asked[0], show, "simple-choice")
    keys = dict(zip(choices, option_keys(len(choices)), strict=True))
    found = [keys[one] for one in _correct(_response(asked[0], right)) if one in keys]
    if found == sorted(found) and len(found) == len(keys):
        options, key = answers.in_unordered(list(choices.values()), found)
        return Kind.ORDER, options, key, ()
    return Kind.ORDER, tuple(choices.values()), found, ()


def _match(asked: list[Node], right: dict[str, Node], show: Show) -> Read:
    sets = list(all_of(asked[0], "simple-match-set"))
    if len(sets) != 2:
        return Kind.MATCH, (), [], ()
    prompts = _choices(sets[0], show, "simple-associable-choice")
    texts = _choices(sets[1], show, "simple-associable-choice")
    pairs = dict(pair.split()[:2] for pair in _correct(_response(asked[0], right)) if len(pair.split()) > 1)
    wanted = [pairs.get(one, "") for one in prompts]
    keys = dict(zip(texts, option_keys(len(texts)), strict=True))
    key = [keys[one] for one in wanted if one in keys]
    options = tuple(texts.values())
    if key == sorted(key) and len(key) == len(prompts) == len(set(key)):
        others = [text for one, text in texts.items() if one not in wanted]
        options, key = scrambled([texts[one] for one in wanted], others)
    return Kind.MATCH, options, key, tuple(prompts.values())


def _entry(asked: list[Node], right: dict[str, Node], show: Show) -> Read:
    return Kind.BLANKS, (), [_variants(_response(one, right)) for one in asked], ()


def _variants(declaration: Node | None) -> list[str]:
    mapped = [attribute(one, "map-key") for one in all_of(declaration, "map-entry")] if declaration else []
    return list(dict.fromkeys([*_correct(declaration), *mapped]))


def _extended(asked: list[Node], right: dict[str, Node], show: Show) -> Read:
    return Kind.SHORT, (), answers.points("\n".join(_correct(_response(asked[0], right)))), ()


_READERS: dict[str, Callable[[list[Node], dict[str, Node], Show], Read]] = {
    "choice-interaction": _choice, "order-interaction": _order, "match-interaction": _match,
    "text-entry-interaction": _entry, "extended-text-interaction": _extended,
}  # fmt: skip

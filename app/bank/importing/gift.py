"""Questions in GIFT, Moodle's text format."""

import re
from collections.abc import Sequence

from app.bank.importing import answers, words
from app.bank.importing.items import Item, Line
from app.bank.importing.markup import text_of_html
from app.domain.quality import closing
from app.domain.questions import BLANK, Kind, Question, option_keys, scrambled

_ESCAPED = "~=#{}:"
_HIDDEN = {char: chr(0xE000 + at) for at, char in enumerate(_ESCAPED)}
_SHOWN = {ord(hidden): char for char, hidden in _HIDDEN.items()}
_LOOKS = re.compile(r"(?:^|\n)\s*::[^:\n]{0,200}::|\{\s*(?:[=~]|T(?:RUE)?\s*[#}]|F(?:ALSE)?\s*[#}])")
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d{1,5})?)%")
_TRUTH = re.compile(r"(T|TRUE|F|FALSE)", re.I)


def looks_so(text: str) -> bool:
    return len(_LOOKS.findall(text[:20_000])) > 0 and "{" in text


def questions(lines: Sequence[Line], topic: str, difficulty: str) -> tuple[list[Item], list[Line]]:
    found: list[Item] = []
    ignored: list[Line] = []
    chosen, assumed = topic, ["topic", "difficulty"]
    for block in _blocks(lines):
        text = "\n".join(line.text for line in block)
        if text.startswith("$CATEGORY:"):
            named = words.category(text[10:].split("\n")[0])
            topic, assumed = named or chosen, ["difficulty"] if named else ["topic", "difficulty"]
            continue
        item = _item(text, block[0].place, topic, difficulty)
        if item is None:
            ignored += block
        else:
            item.assumed = assumed
            found.append(item)
    return found, ignored


def _blocks(lines: Sequence[Line]) -> list[list[Line]]:
    """Cut at empty lines that stand outside of braces; comments left out."""
    blocks: list[list[Line]] = [[]]
    depth = 0
    for line in lines:
        text = re.sub(r"\\.", "", line.text)
        if line.text.lstrip().startswith("//") and depth == 0:
            continue
        if not line.text.strip() and depth == 0:
            blocks.append([])
            continue
        depth = max(depth + text.count("{") - text.count("}"), 0)
        blocks[-1].append(line)
        if line.text.startswith("$CATEGORY:"):
            blocks.append([])
    return [block for block in blocks if block]


def _hide(text: str) -> str:
    """Escaped marks out of the way."""
    text = re.sub(r"\\([~=#{}:])", lambda one: _HIDDEN[one[1]], text)
    return text.replace("\\n", "\n").replace("\\\\", "\\")


def _show(text: str) -> str:
    head = re.match(r"\s*\[(html|moodle|plain|markdown)\]", text)
    shown = text[head.end() :] if head else text
    return (text_of_html(shown) if head and head[1] == "html" else shown).translate(_SHOWN).strip()


def _item(text: str, place: str, topic: str, difficulty: str) -> Item | None:
    hidden = re.sub(r"^\s*::.{0,300}?::", "", _hide(text), count=1, flags=re.S)
    begin, end = hidden.find("{"), hidden.find("}")
    if not 0 <= begin < end:
        return None
    before, inside, after = hidden[:begin], hidden[begin + 1 : end], hidden[end + 1 :]
    inside, _marks, feedback = inside.partition("####")
    kind, options, key, prompts = _answers(inside.strip())
    room = BLANK if kind is Kind.BLANKS else "（　　）" if after.strip() else ""
    stem = _show(f"{before.rstrip()}{room}{after.strip()}" if room else before)
    content = Question(
        kind, stem, options, key, _show(feedback), (), topic, difficulty or "medium", prompts,
        last=closing(kind, options),
    )  # fmt: skip
    return Item(place, text.strip(), content)


Read = tuple[Kind, tuple[str, ...], object, tuple[str, ...]]


def _answers(inside: str) -> Read:
    truth = _TRUTH.fullmatch(inside.partition("#")[0].strip())
    if truth:
        return Kind.JUDGE, (), truth[1].upper().startswith("T"), ()
    if inside.startswith("#"):
        number = re.split(r"[:#]|\.\.", inside[1:].strip().removeprefix("="))[0].strip()
        return Kind.BLANKS, (), [[_show(number)]], ()
    given = [(mark, *_weighed(text)) for mark, text in re.findall(r"([=~])([^=~]*)", inside)]
    if not given:
        return Kind.SHORT, (), answers.points(_show(inside)), ()
    if all(mark == "=" and "->" in text for mark, _share, text in given):
        return _pairs([text for _mark, _share, text in given])
    if all(mark == "=" for mark, _share, _text in given):
        return Kind.BLANKS, (), [[_show(text) for _mark, _share, text in given]], ()
    given = given[:26]
    options = tuple(_show(text) for _mark, _share, text in given)
    keys = option_keys(len(options))
    right = [key for key, (mark, share, _t) in zip(keys, given, strict=True) if mark == "=" or share > 0]
    several = any(0 < share < 100 for _mark, share, _text in given) and len(right) > 1
    if several:
        return Kind.MULTIPLE, options, right, ()
    return Kind.SINGLE, options, "".join(right), ()


def _weighed(text: str) -> tuple[float, str]:
    """The share of the points and the answer, without its feedback."""
    text = text.partition("#")[0].strip()
    found = _WEIGHT.match(text)
    return (float(found[1]), text[found.end() :].strip()) if found else (0.0, text)


def _pairs(texts: list[str]) -> Read:
    cut = [tuple(_show(part) for part in text.split("->", 1)) for text in texts][:26]
    asked = [(prompt, answer) for prompt, answer in cut if prompt]
    others = [answer for prompt, answer in cut if not prompt]
    options, key = scrambled([answer for _prompt, answer in asked], others)
    return Kind.MATCH, options, key, tuple(prompt for prompt, _answer in asked)

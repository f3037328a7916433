"""Answers as people write them, and the keys they mean. What cannot be read comes back as it was written."""

import re
from collections.abc import Sequence

from app.bank.importing.items import half
from app.domain.questions import Kind, comparable, normalise, option_keys, scrambled

_TRUE = {"对", "正确", "是", "√", "✓", "✔", "t", "true", "yes", "y", "r", "v", "1", "☑", "√√"}
_FALSE = {"错", "错误", "否", "×", "✗", "✘", "✕", "╳", "x", "f", "false", "no", "n", "w", "0", "不正确"}
MARKS = r"√✓✔×✗✘╳✕"
_CIRCLED = {ord("①") + n: chr(ord("A") + n) for n in range(8)}
_BETWEEN = re.compile(r"[\s,、;.。/|和与及&]+")
_NUMBERED = re.compile(  # no digit after the mark: 3.5亿 and 12:30 are answers
    r"\s*(?:\(?\d{1,2}\s*[.、):](?!\s*\d)|\(\d{1,2}\)|[①-⑩]|第[一二三四五六七八九十]{1,2}空\s*[:,]?)\s*"
)
_SEVERAL = re.compile(  # marks of more than one answer within one
    r"\n|(?<=[^\s第])\s*(?:\(\d{1,2}\)|[①-⑩])|\s\d{1,3}\s?[.、)]"
)
_POINT = re.compile(
    r"\s*(?:\(\s*(?:\d{1,2}|[一二三四五六七八九十]{1,2})\s*\)|\d{1,2}\s*[.、)](?!\d)|[①-⑳]|"
    r"[一二三四五六七八九十]{1,2}、|(?:第[一二三四五六七八九十]{1,2}|[一二三四五六七八九十]是)[,、:])\s*"
)

_NUMBERS = tuple(  # of answers to the parts of a case; one way of numbering, for points have another
    map(
        re.compile,
        (
            r"\((\d{1,2})\)\s*",
            r"([①-⑩])\s*",
            r"第(\d{1,2})[问题]\s*[:、]?\s*",
            r"(?<![\d.])(\d{1,2})[.、)](?!\d)\s*",
        ),
    )
)


def truth(text: str) -> bool | None:
    """None: neither."""
    word = half(text).strip(" \t\n.。()[]【】:").lower()
    return True if word in _TRUE else False if word in _FALSE else None


def is_judgement(text: str) -> bool:
    """Does it say 对 or 错 in a way that names no option?"""
    word = half(text).strip(" .。()")
    return truth(text) is not None and (not word.isascii() or word.lower() in {"true", "false"})


def letters(text: str) -> str:
    """ "A、C" "AC" "①③" "选 A" as "AC"; "" where it is something else."""
    bare = half(text).translate(_CIRCLED).strip()
    bare = re.sub(r"^(?:应?选|故选|为)\s*[:]?|(?:选项|项)$", "", bare)
    found = _BETWEEN.sub("", bare)
    found = found.strip("()[]【】").upper()
    return found if re.fullmatch(r"[A-Z]{1,12}", found) else ""


def key(kind: Kind, text: str, options: Sequence[str], stem: str = "") -> object:
    """None where there is no answer."""
    if not text.strip():
        return None
    match kind:
        case Kind.SINGLE | Kind.MULTIPLE:
            return _choice(kind, text, options)
        case Kind.JUDGE:
            found = truth(text)
            return text.strip() if found is None else found
        case Kind.BLANKS:
            return _blanks(text, stem.count("____"))
        case Kind.ORDER | Kind.MATCH:
            return _places(kind, text)
        case Kind.RECITE:
            return {"text": text.strip(), "phrases": _phrases(text)}
    return points(text)


def _choice(kind: Kind, text: str, options: Sequence[str]) -> object:
    # The options' own words first: of 2, 3, 5 and 7 the answer "3" is the second.
    found = letters(text).lower() or _by_text(text, options) or _digits(text, len(options))
    if not found:
        return text.strip()
    if kind is Kind.SINGLE:
        return "".join(sorted(set(found)))  # several letters are no key, and the fault says so
    return sorted(set(found))


def _digits(text: str, options: int) -> str:
    """ "2" is the second option."""
    bare = _BETWEEN.sub("", half(text))
    if not re.fullmatch(r"[1-8]{1,8}", bare) or any(int(digit) > options for digit in bare):
        return ""
    return "".join(option_keys(8)[int(digit) - 1] for digit in bare)


def _by_text(text: str, options: Sequence[str]) -> str:
    """The right options' own words, or a letter with them: "B.北京"."""
    named = dict(zip(map(comparable, options), option_keys(len(options)), strict=True))
    if whole := named.get(comparable(text)):
        return whole
    parts = [part for part in re.split(r"[\n;；|]", text) if part.strip()]
    found = [named.get(comparable(part)) for part in parts]
    if parts and all(found):
        return "".join(name for name in found if name)
    headed = [re.match(r"\s*([A-H])\s*[.、:)]", half(part)) for part in parts]
    return "".join(head[1].lower() for head in headed if head) if parts and all(headed) else ""


def _blanks(text: str, blanks: int) -> list[list[str]]:
    """One list a blank: the first way of cutting the answer that gives as many pieces as there are blanks."""
    whole = text.strip()
    if blanks <= 1:
        return [_variants(_unnumbered(whole))]
    if numbered := shared(whole, blanks):
        return [_variants(piece.strip(" ,;。；、，")) for piece in numbered]
    for cut in (r"\n+", r"[;；]", r"[\t]| {2,}|　+", r"[|｜]", r"[,，]", r"[、]", r"\s+", r"[,，、;；\s]+"):
        pieces = [piece.strip() for piece in re.split(cut, whole) if piece.strip()]
        if len(pieces) == blanks:
            return [_variants(_unnumbered(piece)) for piece in pieces]
    pieces = [piece.strip() for piece in _NUMBERED.split(half(whole)) if piece.strip()]
    if len(pieces) == blanks:
        return [_variants(piece.strip(" ,;。；、")) for piece in pieces]
    return [_variants(piece) for piece in re.split(r"[;；\n]+", whole) if piece.strip()]


def several(key: object) -> str:
    """The first answer to a blank that looks like those to several; "" where there is none."""
    variants = (text for one in key for text in one) if isinstance(key, list) else ()
    return next((text for text in variants if _SEVERAL.search(half(text))), "")


def _unnumbered(piece: str) -> str:
    head = _NUMBERED.match(half(piece))
    return piece[head.end() :] if head else piece


def _variants(piece: str) -> list[str]:
    """ "甲/乙" and "甲|乙" say the same in two ways; 2015/1/13 is one, and so is "km/h |" beside a bar."""
    cut = r"[|｜]" if re.search(r"[|｜]", piece) else r"(?<!\d)/|/(?!\d)"
    found = [part.strip() for part in re.split(cut, piece)]
    return [part for part in found if part] or [piece]


def _places(kind: Kind, text: str) -> object:
    """Letters in their order; of match also "1-B 2-A", put in the order of the numbers."""
    pairs = re.findall(r"(\d{1,2})\s*[-—–:.、→]*\s*([A-Z])", half(text).upper())
    if kind is Kind.MATCH and pairs:
        return [letter.lower() for _number, letter in sorted(pairs, key=lambda pair: int(pair[0]))]
    return list(letters(re.sub(r"[→>\-—]+", "", half(text))).lower()) or text.strip()


def _phrases(text: str) -> list[str]:
    return [part.strip() for part in re.split(r"[,，、;；。！？!?:：\n]+", text) if normalise(part)]


def points(text: str) -> list[str]:
    """The points of a full answer: its lines or numbered parts. One without any is one point."""
    found: list[str] = []
    for line in text.split("\n"):
        if line.strip():
            found.append(line.strip())
    if len(found) == 1:
        heads = list(_POINT.finditer(half(found[0])))
        if len(heads) > 1 and heads[0].start() == 0:
            ends = [head.start() for head in heads[1:]] + [len(found[0])]
            found = [found[0][head.end() : end] for head, end in zip(heads, ends, strict=True)]
    cut = [line[head.end() :] if (head := _POINT.match(half(line))) else line for line in found]
    return [point.strip(" \t;；") for point in cut if point.strip(" \t;；")]


def shared(text: str, parts: int) -> list[str] | None:
    """ "（1）… （2）…" cut where as many are numbered as there are parts; None where it is not so."""
    flat = half(text)
    for style in _NUMBERS:
        heads: list[re.Match[str]] = []
        for head in style.finditer(flat):
            if _number(head[1]) == len(heads) + 1:
                heads.append(head)
        if heads and len(heads) == parts and not flat[: heads[0].start()].strip():
            ends = [head.start() for head in heads[1:]] + [len(text)]
            return [text[head.end() : end].strip() for head, end in zip(heads, ends, strict=True)]
    return None


def _number(text: str) -> int:
    return int(text) if text.isdigit() and text.isascii() else "①②③④⑤⑥⑦⑧⑨⑩".find(text) + 1


def in_unordered(options: Sequence[str], right: Sequence[str]) -> tuple[tuple[str, ...], list[str]]:
    """Options and key of an order or match question whose options stand in the right order, mixed."""
    texts = dict(zip(option_keys(len(options)), options, strict=True))
    meant = [texts[name] for name in right]
    return scrambled(meant, [text for name, text in texts.items() if name not in right])

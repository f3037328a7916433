"""Moodle XML. A case goes out as its parts, each with the case above it.

A text is plain, unless pictures stand in it: then it is HTML, and their files are beside it.
"""

from base64 import b64encode
from collections.abc import Iterable, Iterator

from app.bank.answers import answer_text
from app.bank.exporting.album import EMPTY, Album, album, placed
from app.bank.exporting.markup import HEAD, element, text
from app.bank.exporting.picking import Exported, asked
from app.bank.labels import DIFFICULTIES, KINDS, LEVELS
from app.domain.places import place
from app.domain.questions import BLANK, Kind, Part, option_keys
from app.domain.questions import Question as Content

_TYPES = {
    Kind.SINGLE: "multichoice", Kind.MULTIPLE: "multichoice", Kind.JUDGE: "truefalse",
    Kind.ORDER: "ordering", Kind.MATCH: "matching", Kind.RECITE: "essay", Kind.SHORT: "essay",
    Kind.ESSAY: "essay",
}  # fmt: skip


def pieces(questions: Iterable[Exported]) -> Iterator[str]:
    yield HEAD + "<quiz>\n"
    topic = None
    for one in map(placed, questions):
        shown = album(one)
        for code, part, content in asked(one):
            if content.topic != topic:
                topic = content.topic
                yield _category(topic)
            yield _question(code, part, content, shown)
    yield "</quiz>\n"


def _said(name: str, value: str, **attributes: str) -> str:
    return element(name, element("text", text(value)), **attributes)


def _rich(tag: str, value: str, shown: Album, *more: str, **attributes: str) -> str:
    files = [
        element("file", b64encode(one.data).decode(), name_=one.file, path="/", encoding="base64")
        for one in shown.shown(value)
    ]
    if not files:
        return element(tag, element("text", text(value)), *more, **attributes, format="plain_text")
    html = "".join(
        text(piece).replace("\n", "<br>") if isinstance(piece, str) else _image(piece[0], piece[1].file)
        for piece in shown.pieces(value)
    )
    return element(tag, element("text", text(html)), *files, *more, **attributes, format="html")


def _image(n: int, file: str) -> str:
    return f'<img src="@@PLUGINFILE@@/{file}" alt="图{n}">'


def _category(topic: str) -> str:
    path = f"$course$/top/{topic.replace('/', '//')}"
    return element("question", _said("category", path), type="category") + "\n"


def _question(code: str, part: Part, content: Content, shown: Album) -> str:
    blanks = part.stem.count(BLANK) if part.kind is Kind.BLANKS else 0
    kind = _TYPES.get(part.kind, "shortanswer" if blanks == 1 else "cloze")
    stem = _with_blanks(part) if blanks > 1 else _with_pictures(part, shown)
    tags = (
        *content.tags, str(DIFFICULTIES.get(content.difficulty, "")),
        str(LEVELS[content.level]) if content.level else "",
        str(KINDS[part.kind]) if part.kind in (Kind.ESSAY, Kind.RECITE) else "",
    )  # fmt: skip
    body = [
        _said("name", code), _rich("questiontext", stem, shown),
        _rich("generalfeedback", content.explanation, EMPTY),
        element("defaultgrade", "1"), element("idnumber", text(code)), *_answers(part, shown),
        element("tags", *(_said("tag", tag) for tag in tags if tag)),
    ]  # fmt: skip
    return element("question", *body, type=kind) + "\n"


def _answer(value: str, share: float, shown: Album = EMPTY) -> str:
    return _rich("answer", value, shown, fraction=f"{share:.5f}".rstrip("0").rstrip("."))


def _answers(part: Part, shown: Album) -> Iterator[str]:
    key, keys = part.key, option_keys(len(part.options))
    match part.kind, key:
        case ((Kind.SINGLE | Kind.MULTIPLE), str() | list()):
            yield element("single", "true" if part.kind is Kind.SINGLE else "false")
            yield element("shuffleanswers", "true")
            # What a wrong tick takes away leaves nothing of what the right ones give.
            wrong = 0 if part.kind is Kind.SINGLE else -100
            for name, option in zip(keys, part.options, strict=True):
                yield _answer(option, 100 / len(key) if name in key else wrong, shown)
        case Kind.JUDGE, bool():
            yield _answer("true", 100 if key else 0)
            yield _answer("false", 0 if key else 100)
        case Kind.BLANKS, [list(variants)]:
            yield from (_answer(str(variant), 100) for variant in variants)
        case Kind.MATCH, list():
            texts = dict(zip(keys, part.options, strict=True))
            pairs = [(prompt, texts[name]) for prompt, name in zip(part.prompts, key, strict=True)]
            pairs += [("", option) for name, option in texts.items() if name not in key]
            for prompt, option in pairs:
                answer = element("answer", element("text", text(option)))
                yield _rich("subquestion", prompt, shown, answer)
        case Kind.ORDER, list():
            texts = dict(zip(keys, part.options, strict=True))
            yield from (_answer(texts[name], n, shown) for n, name in enumerate(key, start=1))
        case ((Kind.RECITE | Kind.SHORT | Kind.ESSAY), _):
            yield _rich("graderinfo", _points(part), EMPTY)


def _points(part: Part) -> str:
    return "\n".join(map(str, part.key)) if isinstance(part.key, list) else answer_text(part)


def _with_pictures(part: Part, shown: Album) -> str:
    """The right sides of pairs are plain text in Moodle: what stands in them is shown in the stem."""
    if part.kind is not Kind.MATCH:
        return part.stem
    seen = shown.shown(part.stem, *part.prompts)
    return part.stem + "".join(
        f"\n{place(n)}" for n, picture in shown.by_number.items()
        if picture in shown.shown(*part.options) and picture not in seen
    )  # fmt: skip


def _with_blanks(part: Part) -> str:
    """Each blank as Moodle writes one into its text: {1:SHORTANSWER:=甲~=乙}."""
    stems = part.stem.split(BLANK)
    blanks = [
        "{1:SHORTANSWER:" + "~".join("=" + _embedded(str(one)) for one in variants) + "}"
        for variants in (part.key if isinstance(part.key, list) else [])
    ]
    return "".join(a + b for a, b in zip(stems, [*blanks, ""], strict=True))


def _embedded(value: str) -> str:
    return "".join(f"\\{char}" if char in '}#~/\\"' else char for char in value)

"""QTI 3.0: an item a file, in a package with its manifest. A case goes out as its parts."""

import zipfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import IO

from flask_babel import gettext as _

from app.bank.answers import answer_text
from app.bank.exporting.album import EMPTY, Album, album, placed
from app.bank.exporting.archives import add
from app.bank.exporting.markup import HEAD, element, text
from app.bank.exporting.picking import Exported, asked
from app.domain.questions import BLANK, Kind, Part, option_keys
from app.domain.questions import Question as Content

_ASI = "http://www.imsglobal.org/xsd/imsqtiasi_v3p0"
_PACKAGE = "http://www.imsglobal.org/xsd/qti/qtiv3p0/imscp_v1p1"
_TEMPLATES = "https://purl.imsglobal.org/spec/qti/v3p0/rptemplates/"
Show = Callable[[str], str]  # a text as markup, with its pictures


def package(questions: Iterable[Exported], out: IO[bytes]) -> None:
    resources: list[str] = []
    written: set[str] = set()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for one in map(placed, questions):
            shown = album(one)
            for picture in shown.by_number.values():
                if picture.file not in written:
                    add(packed, f"pictures/{picture.file}", picture.data)
                    resources.append(_resource(f"pictures/{picture.file}", picture.name, "webcontent"))
                    written.add(picture.file)
            for code, part, content in asked(one):
                add(packed, f"items/{code}.xml", item(code, part, content, shown))
                used = [picture.name for picture in shown.shown(*part.texts)]
                resources.append(_resource(f"items/{code}.xml", code, "imsqti_item_xmlv3p0", used))
        add(packed, "imsmanifest.xml", _manifest(resources))


def _resource(path: str, name: str, kind: str, used: Iterable[str] = ()) -> str:
    """A file of the package; `used`: the pictures that it shows."""
    prefix = "picture" if kind == "webcontent" else "item"
    needs = (element("dependency", identifierref=f"picture-{one}") for one in used)
    inside = (element("file", href=path), *needs)
    return element("resource", *inside, identifier=f"{prefix}-{name}", type=kind, href=path)


def _manifest(resources: Iterable[str]) -> str:
    metadata = element("metadata", element("schema", "QTI Package"), element("schemaversion", "3.0.0"))
    return HEAD + element(
        "manifest", metadata, element("organizations"), element("resources", *resources),
        xmlns=_PACKAGE, identifier="question-bank",
    )  # fmt: skip


def _inline(value: str, shown: Album) -> str:
    return "".join(
        text(piece).replace("\n", "<br/>")
        if isinstance(piece, str)
        else element("img", src=f"../pictures/{piece[1].file}", alt=f"图{piece[0]}")
        for piece in shown.pieces(value)
    )


def item(code: str, part: Part, content: Content, shown: Album = EMPTY) -> str:
    """One assessment item; its explanation is shown as feedback after the answer."""
    declared, body = _WRITERS[part.kind](part, lambda value: _inline(value, shown))
    feedback = ""
    outcomes = element("qti-outcome-declaration", identifier="SCORE", cardinality="single", base_type="float")
    if content.explanation:
        inside = element("qti-content-body", *_paragraphs(content.explanation))
        feedback = element(
            "qti-modal-feedback", inside, identifier="shown", outcome_identifier="FEEDBACK", show_hide="show"
        )
        default = element("qti-default-value", element("qti-value", "shown"))
        outcomes += element(
            "qti-outcome-declaration", default, identifier="FEEDBACK", cardinality="single",
            base_type="identifier",
        )  # fmt: skip
    matched = part.kind in (Kind.SINGLE, Kind.MULTIPLE, Kind.JUDGE, Kind.ORDER, Kind.MATCH)
    template = "match_correct" if matched else "map_response"
    processing = (
        element("qti-response-processing", template=f"{_TEMPLATES}{template}.xml")
        if matched or part.stem.count(BLANK) == 1 and part.kind is Kind.BLANKS
        else ""
    )
    return HEAD + element(
        "qti-assessment-item", declared, outcomes, element("qti-item-body", body), processing, feedback,
        xmlns=_ASI, identifier=f"item-{code}", title=code, adaptive="false", time_dependent="false",
    )  # fmt: skip


def _paragraphs(value: str) -> Iterator[str]:
    return (element("p", text(line)) for line in value.split("\n") if line.strip())


def _declared(name: str, cardinality: str, kind: str, right: Iterable[str], *more: str) -> str:
    values = "".join(element("qti-value", text(one)) for one in right)
    correct = element("qti-correct-response", values) if values else ""
    return element(
        "qti-response-declaration", correct, *more, identifier=name, cardinality=cardinality, base_type=kind
    )


def _choices(options: Mapping[str, str], show: Show, last: int = 0) -> str:
    """The last ones stay where they are when the others are shuffled."""
    free = len(options) - last
    return "".join(
        element("qti-simple-choice", show(one), identifier=key, **({} if n < free else {"fixed": "true"}))
        for n, (key, one) in enumerate(options.items())
    )


def _lettered(part: Part) -> dict[str, str]:
    return dict(zip(option_keys(len(part.options)), part.options, strict=True))


def _listed(key: object) -> list[str]:
    return [str(one) for one in key] if isinstance(key, list) else [str(key)]


def _choice(part: Part, show: Show) -> tuple[str, str]:
    several = part.kind is Kind.MULTIPLE
    options, right = _lettered(part), _listed(part.key)
    if part.kind is Kind.JUDGE:
        options, right = {"true": _("正确"), "false": _("错误")}, ["true" if part.key else "false"]
    prompt = element("qti-prompt", show(part.stem))
    body = element(
        "qti-choice-interaction", prompt, _choices(options, show, part.last), response_identifier="RESPONSE",
        shuffle="false" if part.kind is Kind.JUDGE else "true", max_choices="0" if several else "1",
    )  # fmt: skip
    return _declared("RESPONSE", "multiple" if several else "single", "identifier", right), body


def _order(part: Part, show: Show) -> tuple[str, str]:
    body = element(
        "qti-order-interaction", element("qti-prompt", show(part.stem)), _choices(_lettered(part), show),
        response_identifier="RESPONSE", shuffle="true",
    )  # fmt: skip
    return _declared("RESPONSE", "ordered", "identifier", _listed(part.key)), body


def _match(part: Part, show: Show) -> tuple[str, str]:
    prompts = {f"p{n}": prompt for n, prompt in enumerate(part.prompts, start=1)}
    sets = "".join(
        element(
            "qti-simple-match-set",
            *(element("qti-simple-associable-choice", show(one), identifier=key, match_max=most)
              for key, one in side.items()),
        )
        for side, most in ((prompts, "1"), (_lettered(part), "1"))
    )  # fmt: skip
    right = [f"{prompt} {key}" for prompt, key in zip(prompts, _listed(part.key), strict=False)]
    body = element(
        "qti-match-interaction", element("qti-prompt", show(part.stem)), sets, response_identifier="RESPONSE",
        shuffle="true", max_associations=str(len(prompts)),
    )  # fmt: skip
    return _declared("RESPONSE", "multiple", "directedPair", right), body


def _blanks(part: Part, show: Show) -> tuple[str, str]:
    stems, key = part.stem.split(BLANK), part.key if isinstance(part.key, list) else []
    declared, body = [], [show(stems[0])]
    for n, (variants, after) in enumerate(zip(key, stems[1:], strict=False), start=1):
        name = "RESPONSE" if n == 1 else f"RESPONSE{n}"
        entries = (element("qti-map-entry", map_key=one, mapped_value="1") for one in _listed(variants))
        mapping = element("qti-mapping", *entries, default_value="0")
        declared.append(_declared(name, "single", "string", _listed(variants)[:1], mapping))
        body += [element("qti-text-entry-interaction", response_identifier=name), show(after)]
    return "".join(declared), element("p", *body)


def _written(part: Part, show: Show) -> tuple[str, str]:
    """Marked by a person, who is shown the points of a full answer."""
    key = part.key if isinstance(part.key, list) else [answer_text(part)]
    points = element("qti-content-body", *(element("p", text(str(one))) for one in key))
    rubric = element("qti-rubric-block", points, view="scorer", use="scoring")
    body = element(
        "qti-extended-text-interaction",
        element("qti-prompt", show(part.stem)),
        response_identifier="RESPONSE",
    )
    return _declared("RESPONSE", "single", "string", ()), rubric + body


_WRITERS = {
    Kind.SINGLE: _choice, Kind.MULTIPLE: _choice, Kind.JUDGE: _choice, Kind.ORDER: _order, Kind.MATCH: _match,
    Kind.BLANKS: _blanks, Kind.RECITE: _written, Kind.SHORT: _written, Kind.ESSAY: _written,
}  # fmt: skip

"""Pages as an attacker reads them: elements, links, and forms with the values that they would send."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin


@dataclass
class Control:
    """A field of a form. `kind` is its type, or "select" or "textarea"; `options` those of a select."""

    name: str
    kind: str
    value: str = ""
    options: list[tuple[str, bool]] = field(default_factory=list)
    checked: bool = False
    numeric: bool = False


@dataclass
class Form:
    action: str
    method: str
    controls: list[Control] = field(default_factory=list)
    elsewhere: bool = False  # every button of it names an address of its own


@dataclass
class Element:
    tag: str
    attributes: dict[str, str]


class Page(HTMLParser):
    """`address` is where the page was found: links are made absolute against it."""

    def __init__(self, text: str, address: str = "/") -> None:
        super().__init__(convert_charrefs=True)
        self.address = address
        self.elements: list[Element] = []
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._form: Form | None = None
        self._buttons = False  # the form has one that sends it to its own address
        self._open: Control | None = None  # a select or textarea
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.elements.append(Element(tag, given))
        if tag == "a" and "href" in given:
            self.links.append(urljoin(self.address, given["href"]))
        elif tag == "form":
            action = urljoin(self.address, given.get("action") or self.address)
            self._buttons = False
            self._form = Form(action, given.get("method", "get").lower())
            self.forms.append(self._form)
        elif tag == "option" and self._open is not None:
            self._open.options.append((given.get("value", ""), "selected" in given))
        elif self._form is not None and tag == "button" and "formaction" not in given and "name" not in given:
            self._form.elsewhere, self._buttons = False, True
        elif self._form is not None and "formaction" in given:
            action = urljoin(self.address, given["formaction"])
            self._form.elsewhere = self._form.elsewhere or not self._buttons
            self.forms.append(Form(action, self._form.method, self._form.controls))
        elif self._form is not None and tag in {"input", "select", "textarea", "button"} and "name" in given:
            self._control(tag, given)

    def _control(self, tag: str, given: dict[str, str]) -> None:
        assert self._form is not None
        kind = given.get("type", "text") if tag == "input" else tag
        made = Control(
            given["name"], kind, given.get("value", ""), checked="checked" in given,
            numeric=given.get("inputmode") in {"numeric", "decimal"} or kind == "number",
        )  # fmt: skip
        self._form.controls.append(made)
        self._open = made if tag in {"select", "textarea"} else None

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._form = None
        elif tag in {"select", "textarea"}:
            self._open = None

    def handle_data(self, data: str) -> None:
        if self._open is not None and self._open.kind == "textarea":
            self._open.value += data

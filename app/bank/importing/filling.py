"""Lines into the fields of the question that they belong to."""

from collections.abc import Sequence

from app.bank.importing import lines, telling
from app.bank.importing.answer_lists import same
from app.bank.importing.items import Line, Written, half

_BY_LINE = ("answer", "explanation", "stem")  # fields whose lines stay apart


class Filling:
    """`now` is the question that lines belong to, `field` the part of it; `case`: `now` is a part of it."""

    def __init__(self, source: Sequence[Line]) -> None:
        self.source = source
        self.ignored: list[Line] = []
        self.field = ""
        self.now: Written | None = None
        self.case: Written | None = None
        self.inner = 0  # how far "(1) … (2) …" has counted within the question

    def _cut(self, one: Written, text: str) -> None:
        """The first line of a question: its stem, perhaps options and labelled fields."""
        one.stem = ""
        (_none, before), *labelled = lines.fields(text)
        self._stem_and_options(one, before, 0)
        self._label(one, labelled)

    def _stem_and_options(self, one: Written, text: str, wanted: int) -> bool:
        """Whether there were options."""
        at, options = lines.options(text, wanted)
        if not options:
            one.stem += text.strip()
            return False
        if before := text[:at].strip():
            one.stem += ("\n" if one.stem else "") + before
        one.options += options
        self.field = "options"
        return True

    def _label(self, one: Written, labelled: list[tuple[str, str]]) -> None:
        for field, text in labelled:
            self.field = field
            if field == "score":
                continue
            before = getattr(one, field)
            if field == "answer" and before and self._says_again(one, text):
                continue
            setattr(one, field, f"{before}\n{text}" if before and text else before or text)

    def _says_again(self, one: Written, text: str) -> bool:
        """A second answer to a question with options: the same once more, or one that has to be looked at."""
        if one.options and not same(one.answer, text):
            one.notes.append(telling.two_answers(one.answer, text))
        return bool(one.options)

    def _belongs(self, at: int, line: Line) -> None:
        """The line goes on with the question before it."""
        one = self.now
        if one is None:
            self.ignored.append(line)
            return
        (self.case or one).source.append(line.text)
        self.inner = lines.last_bracketed(line.text, self.inner)
        (_none, before), *labelled = lines.fields(line.text)
        if before.strip():
            self._go_on(at, one, before.strip())
        self._label(one, labelled)

    def _bare_option(self, at: int, text: str, wanted: int) -> int:
        """An A without a mark is an option where the next line is B in the same way."""
        begun = lines.bare_option(text, wanted)
        following = next((one.text for one in self.source[at + 1 : at + 3] if one.text.strip()), "")
        return begun if wanted or lines.bare_option(following, 1) else 0

    def _go_on(self, at: int, one: Written, text: str) -> None:
        if self.field in ("stem", "options"):
            wanted = len(one.options)
            begun, options = lines.options(text, wanted)
            if options and (begun == 0 or wanted == 0):
                if before := text[:begun].strip():
                    one.stem += f"\n{before}"
                one.options += options
                self.field = "options"
                return
            if begun := self._bare_option(at, text, wanted):
                one.options.append(text[begun:])
                self.field = "options"
                return
        if self.field == "options" and one.options:
            self._below_options(one, Line(self.source[at].place, text))
        elif self.field in ("", "score"):
            self.ignored.append(self.source[at])
        elif self.field in _BY_LINE or not getattr(one, self.field):
            before = getattr(one, self.field)
            setattr(one, self.field, f"{before}\n{text}" if before else text)
        else:
            setattr(one, self.field, f"{getattr(one, self.field)}{text}")

    def _below_options(self, one: Written, line: Line) -> None:
        """The rest of a long option; a picture there is the question's, unless the option is nothing else."""
        if one.options[-1] and lines.PICTURES.fullmatch(line.text):
            one.stem += f"\n{line.text}"
        elif one.options[-1] and lines.HEADING.fullmatch(half(line.text)):
            self.ignored.append(line)
        else:
            one.options[-1] += line.text

"""Papers as they circulate: numbered questions under heads, answers in brackets, below or at the end."""

from collections.abc import Sequence

from app.bank.importing import lines, words
from app.bank.importing.answer_lists import Answers, is_head, may_be_head
from app.bank.importing.items import Line, Written
from app.domain.questions import Kind

_WRITTEN_KINDS = (Kind.SHORT, Kind.ESSAY, Kind.CASE)
_AHEAD = 300  # lines looked at to tell what one of them is
_BY_LINE = ("answer", "explanation", "stem")  # fields whose lines stay apart


def questions(source: Sequence[Line]) -> tuple[list[Written], list[Line]]:
    """The questions, and the lines that are no part of any."""
    reader = _Reader(source)
    for at in range(len(source)):
        reader.take(at)
    reader.answers.give(reader.found)
    return [one for one in reader.found if one.stem or one.options], reader.ignored


def _lacks(one: Written) -> bool:
    return not one.answer and not one.parts


class _Reader:
    """Takes lines one by one; `now` is the question they belong to, `field` the part of it."""

    def __init__(self, source: Sequence[Line]) -> None:
        self.source = source
        self.numbered = any(lines.start(line.text) for line in source)
        self.found: list[Written] = []
        self.unanswered = 0  # of those before the last
        self.ignored: list[Line] = []
        self.answers = Answers()
        self.in_answers = False
        self.section = self.field = self.style = ""
        self.now: Written | None = None
        self.case: Written | None = None  # `now` is a part of it
        self.last = self.point = 0
        self.gap = False  # an empty line stood before this one

    def take(self, at: int) -> None:
        line = self.source[at]
        if not line.text.strip():
            self.gap = True
            return
        if not self._head(at, line):
            if self.in_answers:
                self.answers.take(line.text)
            elif not self._begins(at, line):
                self._belongs(at, line)
        self.gap = False

    def _head(self, at: int, line: Line) -> bool:
        """A section, or the answers."""
        section = lines.section(line.text)
        if section is not None:
            self.in_answers = self.in_answers or section.answers
            self.now, self.case, self.section, self.style, self.last = None, None, section.kind, "", 0
            if self.in_answers:
                self.answers.section(section.kind, section.rest)
            return True
        if not self.found or not may_be_head(line.text):
            return False
        following = next((one.text for one in self.source[at + 1 : at + _AHEAD] if one.text.strip()), "")
        if is_head(line.text, following, len(self.found), self.unanswered + _lacks(self.found[-1])):
            self.in_answers, self.now, self.section = True, None, ""
            self.answers.section("", "")
            return True
        return False

    def _begins(self, at: int, line: Line) -> bool:
        """Does a question, or a part of a case, begin here?"""
        start = lines.start(line.text)
        kind = words.kind(self.section)
        if start is None and not self.numbered:
            start = lines.bracketed(line.text)
        spaced = lines.spaced(line.text) if start is None else None
        if spaced and spaced.number == self.last + 1 and not self._writing(kind) and self.section:
            start = spaced
        if kind is Kind.CASE and self.case is not None and self._part(line, start):
            return True
        if start is None:
            return self._begins_bare(at, line)
        if self.now is not None and self._is_point(at, start, kind):
            return False
        self._open(line, start.number, line.text[start.end :], start.mark)
        self.last, self.point = start.number, 0
        self.style = self.style or start.style
        return True

    def _begins_bare(self, at: int, line: Line) -> bool:
        """Where nothing is numbered, an empty line after an answer ends the question."""
        if self.numbered or lines.options(line.text, 0)[1] or lines.fields(line.text)[0][1] != line.text:
            return False
        answered = self.now is not None and self.field == "answer" and self.now.answer and self.now.options
        if self.now is not None and not answered and not (self.gap and (self.now.answer or self.now.options)):
            return False
        if self.now is None and self.field == "" and not self.section and not self._asks(at):
            return False
        self._open(line, len(self.found) + 1, line.text, "")
        return True

    def _asks(self, at: int) -> bool:
        """A first line that no number marks: is it a question, or a title above them?"""
        following = [one.text for one in self.source[at + 1 : at + 5] if one.text.strip()]
        return bool(following) and bool(
            lines.options(following[0], 0)[1] or lines.fields(following[0])[0][1] != following[0]
        )

    def _writing(self, kind: Kind | None) -> bool:
        """In the answer or explanation of something to be answered in sentences."""
        free = kind in _WRITTEN_KINDS or (self.now is not None and not self.now.options)
        return self.now is not None and self.field in ("answer", "explanation") and free

    def _is_point(self, at: int, start: lines.Start, kind: Kind | None) -> bool:
        """A numbered line within an answer is a point of it, not the next question."""
        if not self._writing(kind):
            return False
        if start.number == 1 or (self.point and start.number == self.point + 1):
            self.point = start.number
            if self.style and start.style != self.style:
                return True
            return start.number != self.last + 1 or self._comes_again(at, start)
        return False

    def _comes_again(self, at: int, start: lines.Start) -> bool:
        """Does the number occur once more before the section ends? Then this one is a point."""
        for line in self.source[at + 1 : at + _AHEAD]:
            if lines.section(line.text):
                return False
            later = lines.start(line.text)
            if later and (later.number, later.style) == (start.number, start.style):
                return True
        return False

    def _part(self, line: Line, start: lines.Start | None) -> bool:
        """A numbered question below the material of a case."""
        assert self.case is not None
        head = lines.bracketed(line.text) or (start if start and start.style != self.style else None)
        answered = self.field in ("answer", "explanation")
        if head is None or answered and head.number != len(self.case.parts) + 1:
            return False
        if self.field == "answer" and self.now is self.case:
            return False  # points of the answer to the whole
        self.now = Written(line.place, head.number, stem=line.text[head.end :])
        self.case.parts.append(self.now)
        self.case.source.append(line.text)
        self.field = "stem"
        self._cut(self.now, line.text[head.end :])
        return True

    def _open(self, line: Line, number: int, text: str, mark: str) -> None:
        self.unanswered += bool(self.found) and _lacks(self.found[-1])
        self.now = Written(line.place, number, section=self.section, answer=mark, source=[line.text])
        self.found.append(self.now)
        self.case = self.now if words.kind(self.section) is Kind.CASE else None
        self.field = "stem"
        self._cut(self.now, text)

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
            setattr(one, field, f"{before}\n{text}" if before and text else before or text)

    def _belongs(self, at: int, line: Line) -> None:
        """The line goes on with the question before it."""
        one = self.now
        if one is None:
            self.ignored.append(line)
            return
        (self.case or one).source.append(line.text)
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
            one.options[-1] += text
        elif self.field in ("", "score"):
            self.ignored.append(self.source[at])
        elif self.field in _BY_LINE or not getattr(one, self.field):
            before = getattr(one, self.field)
            setattr(one, self.field, f"{before}\n{text}" if before else text)
        else:
            setattr(one, self.field, f"{getattr(one, self.field)}{text}")

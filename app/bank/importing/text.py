"""Papers as they circulate: numbered questions under heads, answers in brackets, below or at the end."""

from collections.abc import Sequence

from app.bank.importing import lines, telling, words
from app.bank.importing.answer_lists import Answers, is_head, is_list, may_be_head, of_kind
from app.bank.importing.filling import Filling
from app.bank.importing.items import Line, Written
from app.domain.questions import Kind

_WRITTEN_KINDS = (Kind.SHORT, Kind.ESSAY, Kind.CASE)
_AHEAD = 300  # lines looked at to tell what one of them is


def questions(source: Sequence[Line]) -> tuple[list[Written], list[Line]]:
    """The questions, and the lines that are no part of any."""
    source = [Line(line.place, text) for line in source for text in lines.several(line.text)]
    sheet = [line for line in source if lines.to_be_marked(line.text)]
    source = [line for line in source if not lines.to_be_marked(line.text)] if sheet else source
    reader = _Reader(source)
    reader.ignored += sheet
    for at in range(len(source)):
        reader.take(at)
    reader.answers.give(reader.found)
    for one in reader.found:
        if _is_empty(one):
            reader.ignored += [Line(one.place, line) for line in one.source]
    return [one for one in reader.found if not _is_empty(one)], reader.ignored


def _is_empty(one: Written) -> bool:
    return not (one.stem or one.options or one.parts)


def _lacks(one: Written) -> bool:
    return not any(each.answer for each in (one, *one.parts))


class _Reader(Filling):
    """Takes lines one by one; `now` is the question they belong to, `field` the part of it."""

    def __init__(self, source: Sequence[Line]) -> None:
        super().__init__(source)
        self.numbered = any(lines.start(line.text) for line in source)
        self.found: list[Written] = []
        self.unanswered = 0  # of those before the last
        self.answers = Answers(self.found)
        self.in_answers = False
        self.section = self.style = ""
        self.last = self.before = 0  # numbers: of the question, and of the last of the section before
        self.point = 0  # of what is numbered within an answer
        self.gap = False  # an empty line stood before this one

    def take(self, at: int) -> None:
        line = self.source[at]
        if not line.text.strip():
            self.gap = True
            return
        if not self._head(at, line):
            if self.in_answers:
                if not self.answers.take(line.text):
                    self.ignored.append(line)
            elif not self._begins(at, line):
                self._belongs(at, line)
        self.gap = False
        if len(line.text) > lines.LONGEST:
            self._tell_long(line)

    def _tell_long(self, line: Line) -> None:
        one = self.answers.given[-1][2] if self.in_answers and self.answers.given else self.case or self.now
        if one is not None:
            one.notes.append(telling.too_long(line))

    def _head(self, at: int, line: Line) -> bool:
        """A section, or the answers."""
        section = None if self._next_case(line.text) else lines.section(line.text)
        if section is not None:
            self._open_section(at, section)
            return True
        if not self.found:
            return False
        if self._list_of_answers(line.text):
            return True
        if not may_be_head(line.text):
            return False
        following = self._following(at)
        for_all = lines.section(following) is not None or self.unanswered and is_list(following)
        if self.case and lines.labelled(line.text) and not for_all:
            return False  # the answers to this case
        if is_head(line.text, following, len(self.found), self.unanswered + _lacks(self.found[-1])):
            self.in_answers, self.now, self.section = True, None, ""
            self.answers.section("", "")
            return True
        return False

    def _following(self, at: int) -> str:
        return next((one.text for one in self.source[at + 1 : at + _AHEAD] if one.text.strip()), "")

    def _open_section(self, at: int, section: lines.Section) -> None:
        """Answers go on with those to the next section; one of which no question was read has questions."""
        known = any(of_kind(one, section.kind) for one in self.found)
        self.in_answers = section.answers or self.in_answers and (known or is_list(self._following(at)))
        self.now, self.case, self.section, self.style = None, None, section.kind, ""
        self.last, self.before = 0, self.last or self.before
        if self.in_answers:
            self.answers.section(section.kind, section.rest)

    def _list_of_answers(self, text: str) -> bool:
        """ "答案：1-5 ABBAB" below a section is no answer to its last question."""
        if self.in_answers or self.case or words.kind(self.section) in (*_WRITTEN_KINDS, Kind.BLANKS):
            return False
        (_none, before), *labelled = lines.fields(text)
        listed = labelled[0][1] if len(labelled) == 1 and labelled[0][0] == "answer" else ""
        going_on = self.now is None and self.answers.given and text
        if before.strip() and not going_on or not is_list(listed or going_on or ""):
            return False
        self.answers.section(self.section, "")
        self.answers.take(listed or text)
        self.now, self.field = None, ""
        return True

    def _next_case(self, text: str) -> lines.Start | None:
        """ "案例二：…" where cases stand."""
        return lines.case(text, self.last) if words.kind(self.section) is Kind.CASE else None

    def _begins(self, at: int, line: Line) -> bool:
        """Does a question, or a part of a case, begin here?"""
        kind = words.kind(self.section)
        if case := self._next_case(line.text):
            return self._begin(line, case)
        start = lines.start(line.text) or self._counts_on(lines.bracketed(line.text), kind)
        spaced = lines.spaced(line.text) if start is None else None
        if spaced and spaced.number == self.last + 1 and not self._writing(kind) and self.section:
            start = spaced
        if kind is Kind.CASE and self.case is not None and self._part(line, start):
            return True
        if start is None:
            return self._begins_bare(at, line)
        if self.now is not None and self._is_point(at, start, kind):
            return False
        return self._begin(line, start)

    def _begin(self, line: Line, start: lines.Start) -> bool:
        self._open(line, start.number, line.text[start.end :], start.mark)
        self.found[-1].notes += telling.jump(self.last or self.before, start.number)
        self.last, self.point = start.number, 0
        self.style = self.style or start.style
        return True

    def _counts_on(self, start: lines.Start | None, kind: Kind | None) -> lines.Start | None:
        """ "(11) …" after question 10 begins the next, unless it goes on from a (10) within that question."""
        if start is None or not self.numbered:
            return start
        if start.number != self.last + 1 or kind is Kind.CASE and self.now is not None:
            return None
        if self.now is None:
            return start if self.section else None
        if self.style != "()" and (start.number == self.inner + 1 or kind in _WRITTEN_KINDS):
            return None
        return start

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
        self.inner = lines.last_bracketed(text, 0)
        self._cut(self.now, text)

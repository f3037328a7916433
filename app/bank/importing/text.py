"""Papers as they circulate: numbered questions under heads, answers in brackets, below or at the end."""

from collections.abc import Sequence

from flask_babel import gettext as _

from app.bank.importing import lines, words
from app.bank.importing.answer_lists import Answers, is_head, may_be_head, same
from app.bank.importing.items import Line, Note, Written
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
    return not any(each.answer for each in (one, *one.parts))


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
        self.last = self.before = 0  # numbers: of the question, and of the last of the section before
        self.point = self.inner = 0  # of what is numbered within the question
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
            text = _(
                "%(place)s超过 %(n)s 字，没有读完。请在原文里分段，再重新上传。",
                place=line.place, n=lines.LONGEST,
            )  # fmt: skip
            one.notes.append(Note("", text, bars=True))

    def _head(self, at: int, line: Line) -> bool:
        """A section, or the answers."""
        section = lines.section(line.text)
        if section is not None:
            self.in_answers = self.in_answers or section.answers
            self.now, self.case, self.section, self.style = None, None, section.kind, ""
            self.last, self.before = 0, self.last or self.before
            if self.in_answers:
                self.answers.section(section.kind, section.rest)
            return True
        if not self.found or not may_be_head(line.text):
            return False
        following = next((one.text for one in self.source[at + 1 : at + _AHEAD] if one.text.strip()), "")
        if self.case and lines.labelled(line.text) and lines.section(following) is None:
            return False  # the answers to this case
        if is_head(line.text, following, len(self.found), self.unanswered + _lacks(self.found[-1])):
            self.in_answers, self.now, self.section = True, None, ""
            self.answers.section("", "")
            return True
        return False

    def _begins(self, at: int, line: Line) -> bool:
        """Does a question, or a part of a case, begin here?"""
        kind = words.kind(self.section)
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
        self._open(line, start.number, line.text[start.end :], start.mark)
        self._tell_jump(start.number)
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

    def _tell_jump(self, number: int) -> None:
        """Numbers that do not count on: a question may not have been read."""
        assert self.now is not None
        before = self.last or self.before
        if number in (1, before + 1):
            return
        if not before:
            text = _("题号从 %(n)s 开始，请核对前面有没有漏读的题。", n=number)
        elif number > before:
            text = _("题号从 %(a)s 跳到 %(b)s，请核对有没有漏读的题。", a=before, b=number)
        else:
            text = _("题号 %(b)s 在 %(a)s 之后，次序不对，请核对有没有读错的题。", a=before, b=number)
        self.now.notes.append(Note("", text))

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
            message = _("这道题写了两个答案：“%(a)s”和“%(b)s”，请核对。", a=one.answer[:20], b=text[:20])
            one.notes.append(Note("key", message, bars=True))
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
            self._below_options(one, text)
        elif self.field in ("", "score"):
            self.ignored.append(self.source[at])
        elif self.field in _BY_LINE or not getattr(one, self.field):
            before = getattr(one, self.field)
            setattr(one, self.field, f"{before}\n{text}" if before else text)
        else:
            setattr(one, self.field, f"{getattr(one, self.field)}{text}")

    def _below_options(self, one: Written, text: str) -> None:
        """The rest of a long option; a picture there is the question's, unless the option is nothing else."""
        if one.options[-1] and lines.PICTURES.fullmatch(text):
            one.stem += f"\n{text}"
        else:
            one.options[-1] += text

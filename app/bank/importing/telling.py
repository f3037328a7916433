"""What is said of a paper where reading it is not sure."""

from flask_babel import gettext as _

from app.bank.importing.items import Line, Note
from app.bank.importing.lines import LONGEST


def jump(before: int, number: int) -> list[Note]:
    """Numbers that do not count on: a question may not have been read. `before` 0: this is the first."""
    if number in (1, before + 1):
        return []
    if not before:
        text = _("题号从 %(n)s 开始，请核对前面有没有漏读的题。", n=number)
    elif number > before:
        text = _("题号从 %(a)s 跳到 %(b)s，请核对有没有漏读的题。", a=before, b=number)
    else:
        text = _("题号 %(b)s 在 %(a)s 之后，次序不对，请核对有没有读错的题。", a=before, b=number)
    return [Note("", text)]


def too_long(line: Line) -> Note:
    text = _("%(place)s超过 %(n)s 字，没有读完。请在原文里分段，再重新上传。", place=line.place, n=LONGEST)
    return Note("", text, bars=True)


def two_answers(one: str, other: str) -> Note:
    text = _("这道题写了两个答案：“%(a)s”和“%(b)s”，请核对。", a=one[:20], b=other[:20])
    return Note("key", text, bars=True)

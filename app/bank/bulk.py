"""One act on many questions: each in a savepoint of its own, and what was refused and why."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from flask_babel import gettext as _

from app.bank import service, tagging
from app.bank.labels import fault_text
from app.bank.models import Question
from app.bank.question_form import tags
from app.web.db import db, hold

MOST = 200
_NAMED = 5  # codes that a message names; it has to fit in a cookie
_REASONS = 6


class Unusable(Exception):
    """The order itself cannot be carried out: what came with it is missing or wrong."""


class Refused(Exception):
    """Not this question; the message says why."""


@dataclass(frozen=True)
class Order:
    """When, by whom, and what goes with the act: a date, tags, or nothing."""

    now: datetime
    by: int
    value: str = ""


@dataclass
class Outcome:
    done: int = 0
    refused: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))


Act = Callable[[Question, Order], None]


def ticked(given: Iterable[str]) -> list[int]:
    """The numbers of a form's ticked boxes, each once."""
    return [int(one) for one in dict.fromkeys(given) if one.isdecimal() and len(one) < 10][:MOST]


def run(act: Act, ids: Sequence[int], order: Order) -> Outcome:
    """Raises Unusable before anything is done."""
    outcome = Outcome()
    for question_id in ids:
        question = db.session.get(Question, question_id)
        if question is None:
            continue
        try:
            with db.session.begin_nested():
                hold(question)
                act(question, order)
            outcome.done += 1
        except (Refused, service.Stale, service.OwnWork, service.Unfit) as error:
            outcome.refused[_why(error)].append(question.code)
    return outcome


def _why(error: Exception) -> str:
    if isinstance(error, service.OwnWork):
        return str(_("本人写过或送审的，要由其他人审定"))
    if isinstance(error, service.Unfit):
        return str(_("内容不全：%(text)s", text=fault_text(error.faults[0]).rstrip("。")))
    return str(error if isinstance(error, Refused) else _("刚刚有变动"))


def in_words(reason: str, codes: Sequence[str]) -> str:
    """Why some were refused, and the first of them by their codes."""
    named = "、".join(codes[:_NAMED]) + (_(" 等") if len(codes) > _NAMED else "")
    return str(_("%(n)s 题没有办理（%(reason)s）：%(codes)s", n=len(codes), reason=reason, codes=named))


def _newest_number(question: Question) -> int:
    return question.newest.number


def _send(question: Question, order: Order) -> None:
    if question.newest.submitted_at is not None:
        raise Refused(_("不是草稿"))
    service.submit(question, _newest_number(question), order.now, order.by)


def approve(question: Question, order: Order) -> None:
    newest = question.newest
    if newest.submitted_at is None or newest.approved_at is not None:
        raise Refused(_("不在待审之列"))
    service.approve(question, newest.number, order.now, order.by)


def _retire(question: Question, order: Order) -> None:
    if question.retired_at is not None:
        raise Refused(_("已经停用"))
    service.retire(question, order.now)


def _restore(question: Question, order: Order) -> None:
    if question.retired_at is None:
        raise Refused(_("没有停用"))
    service.restore(question)


def _plan_review(question: Question, order: Order) -> None:
    try:
        day = date.fromisoformat(order.value) if order.value else None
    except ValueError as error:
        raise Unusable(_("复核日期要写成 2027-03-01 这样。")) from error
    service.plan_review(question, day)


def _add_tags(question: Question, order: Order) -> None:
    given = tags(order.value)
    if not given or any(len(tag) > 20 for tag in given):
        raise Unusable(_("请填写要加的标签，每个不超过 20 个字。"))
    if not tagging.add_tags(question, given, order.now, order.by):
        raise Refused(_("已有这些标签"))


AUTHORS: dict[str, Act] = {
    "send": _send, "retire": _retire, "restore": _restore, "review_on": _plan_review, "tag": _add_tags,
}  # fmt: skip

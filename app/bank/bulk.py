"""One act on many questions: each in a savepoint of its own, and what was refused and why."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm

from app.bank import filing, service
from app.bank.bulk_forms import CitingForm, DayForm, TagsForm, TopicForm
from app.bank.labels import fault_text
from app.bank.models import Question
from app.bank.question_form import MOST_TAGS
from app.web.db import db, hold

MOST = 200


class Refused(Exception):
    """Not this question; the message says why."""


@dataclass(frozen=True)
class Order:
    """When, by whom, and what goes with the act: the data of its form; for approval the versions that were
    shown, as "question.number"."""

    now: datetime
    by: int
    asked: Any = None


@dataclass
class Outcome:
    """How many were done; the questions that were not, with the reasons."""

    done: int = 0
    refused: list[tuple[Question, list[str]]] = field(default_factory=list)

    def by_reason(self) -> list[tuple[tuple[str, ...], list[Question]]]:
        """Those that were refused for the same reasons together."""
        found: dict[tuple[str, ...], list[Question]] = defaultdict(list)
        for question, reasons in self.refused:
            found[tuple(reasons)].append(question)
        return list(found.items())


@dataclass(frozen=True)
class Act:
    """What is done, what its button says, what is said of so many, and what is asked first, if anything.

    `drafts`: each becomes a new draft, which has to be sent for review.
    """

    do: Callable[[Question, Order], None]
    label: LazyString
    said: LazyString
    form: type[FlaskForm] | None = None
    drafts: bool = False


def ticked(given: Iterable[str]) -> list[int]:
    """The numbers of a form's ticked boxes, each once."""
    return [int(one) for one in dict.fromkeys(given) if one.isdecimal() and len(one) < 10][:MOST]


def run(act: Act, ids: Sequence[int], order: Order) -> Outcome:
    outcome = Outcome()
    for question_id in ids:
        question = db.session.get(Question, question_id)
        if question is None:
            continue
        try:
            with db.session.begin_nested():
                hold(question)
                act.do(question, order)
            outcome.done += 1
        except (Refused, service.Stale, service.OwnWork, service.Unfit) as error:
            outcome.refused.append((question, _why(error)))
    return outcome


def _why(error: Exception) -> list[str]:
    if isinstance(error, service.OwnWork):
        return [_("本人写过或送审的，要由其他人审定。")]
    if isinstance(error, service.Unfit):
        return [fault_text(fault) for fault in error.faults]
    return [str(error) if isinstance(error, Refused) else _("刚刚有变动，请打开看过再办。")]


def _send(question: Question, order: Order) -> None:
    newest = service.newest(question)
    if newest.submitted_at is not None:
        raise Refused(_("不是草稿。"))
    service.submit(question, newest.number, order.now, order.by)


def _approve(question: Question, order: Order) -> None:
    newest = service.newest(question)
    if newest.submitted_at is None or newest.approved_at is not None:
        raise Refused(_("不在待审之列。"))
    if f"{question.id}.{newest.number}" not in order.asked:
        raise service.Stale
    service.approve(question, newest.number, order.now, order.by)


def _retire(question: Question, order: Order) -> None:
    if question.retired_at is not None:
        raise Refused(_("已经停用。"))
    service.retire(question, order.now)


def _restore(question: Question, order: Order) -> None:
    if question.retired_at is None:
        raise Refused(_("没有停用。"))
    service.restore(question)


def _plan_review(question: Question, order: Order) -> None:
    service.plan_review(question, order.asked["review_on"])


def _add_tags(question: Question, order: Order) -> None:
    if len({*service.newest(question).tags, *order.asked["tags"]}) > MOST_TAGS:
        raise Refused(_("加上以后超过 %(n)s 个标签，请先删去几个。", n=MOST_TAGS))
    if not filing.add_tags(question, order.asked["tags"], order.now, order.by):
        raise Refused(_("已有这些标签。"))


def _set_topic(question: Question, order: Order) -> None:
    if not filing.set_topic(question, order.asked["topic"], order.now, order.by):
        raise Refused(_("已经是这个知识点。"))


def _cite(question: Question, order: Order) -> None:
    names, instead = order.asked["clauses"], order.asked["how"] == "instead"
    if not filing.cite(question, names, instead, order.now, order.by):
        raise Refused(_("依据已经是这样。"))


APPROVE = Act(_approve, _l("审定"), _l("已审定 %(n)s 题，可以用于组卷。"))
_DRAFTS = _l("已改 %(n)s 题，都成了新稿。可以接着送审，审定以前仍用原来的版本。")
AUTHORS = {
    "send": Act(_send, _l("送审"), _l("已送审 %(n)s 题，审定以后才会用于组卷。")),
    "retire": Act(_retire, _l("停用"), _l("已停用 %(n)s 题，以后组卷不再抽取。")),
    "restore": Act(_restore, _l("恢复"), _l("已恢复 %(n)s 题，组卷时可以抽取。")),
    "tag": Act(_add_tags, _l("加标签"), _l("已给 %(n)s 题加上标签。"), TagsForm),
    "topic": Act(_set_topic, _l("改知识点"), _DRAFTS, TopicForm, drafts=True),
    "clauses": Act(_cite, _l("改依据"), _DRAFTS, CitingForm, drafts=True),
    "review_on": Act(_plan_review, _l("设复核日期"), _l("已设好 %(n)s 题的复核日期。"), DayForm),
}

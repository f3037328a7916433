"""Why there is no paper by a plan, in words, and what could be planned instead."""

from collections.abc import Callable

from flask_babel import gettext as _

from app.bank.labels import KINDS
from app.domain import topics
from app.domain.assembly import Advice, Lack, Plan, Wanted

Names = Callable[[str], str]  # what a rule set or clause is called, by its code


def named(wanted: Wanted, names: Names) -> str:
    """Such as 困难多选题（政治纪律；七个有之）."""
    kind = str(KINDS[wanted.kind]) if wanted.kind else _("试题")
    about = [_("、").join(map(topics.name, wanted.topics)), _("、").join(map(names, wanted.rule_sets))]
    about.append(_("、").join(map(names, wanted.clauses)))
    inside = _("；").join(part for part in about if part)
    return f"{_how_hard(wanted.difficulty)}{kind}" + (f"（{inside}）" if inside else "")


def _how_hard(difficulty: str) -> str:
    texts = {"easy": _("容易"), "medium": _("中等"), "hard": _("困难")}
    return str(texts.get(difficulty, ""))


def reasons(plan: Plan, advice: Advice, names: Names) -> list[str]:
    """A sentence for all that is lacking, or asked for beyond what the grid has room for."""
    texts = [_lack(plan, lack, names) for lack in advice.lacks]
    for rule, count in advice.too_many:
        condition = plan.at_least[rule]
        texts.append(
            _(
                "整卷要求至少 %(asked)d 道%(what)s，比各格所能容纳的多 %(more)d 道。",
                asked=condition.count,
                what=named(condition.wanted, names),
                more=count,
            )  # fmt: skip
        )
    return texts


def _lack(plan: Plan, lack: Lack, names: Names) -> str:
    what = named(plan.cells[lack.cell].wanted, names)
    text = _("缺 %(count)d 道%(what)s", count=lack.count, what=what)
    bearing = [
        _("%(count)d 道须同时符合“%(what)s”", count=count, what=named(plan.at_least[rule].wanted, names))
        for rule, count in lack.bearing
    ]
    if bearing:
        text += _("，其中 %(conditions)s", conditions=_("，").join(bearing))
    if lack.held_back:
        text += _("；另有 %(count)d 道近期用过，未计入", count=lack.held_back)
    return f"{text}。"


def changes(plan: Plan, nearest: Plan, names: Names) -> list[str]:
    """What is different in the plan offered, a line each."""
    pairs = [
        (named(old.wanted, names), old.count, new.count)
        for old, new in zip(plan.cells, nearest.cells, strict=True)
        if old.count != new.count
    ]
    texts = [_("%(what)s：%(old)d 道改为 %(new)d 道", what=w, old=old, new=new) for w, old, new in pairs]
    for before, after in zip(plan.at_least, nearest.at_least, strict=True):
        if before.count != after.count:
            texts.append(
                _(
                    "整卷至少 %(old)d 道%(what)s：改为至少 %(new)d 道",
                    old=before.count,
                    what=named(before.wanted, names),
                    new=after.count,
                )  # fmt: skip
            )
    return texts

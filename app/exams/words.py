"""Texts of the learner's pages that depend on an exam's rules, and those that the exam page's script says."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from itertools import groupby
from operator import itemgetter

from flask_babel import get_locale
from flask_babel import gettext as _

from app.domain.questions import Kind
from app.domain.releasing import Part, Rule, When
from app.domain.scoring import Preset
from app.exams.models import Exam
from app.exams.publishing import rules_of
from app.web import clock


def release(exam: Exam) -> str:
    """What of the result can be seen, and from when, in one sentence."""
    names: dict[Part, str] = {
        Part.SCORE: _("成绩"), Part.VERDICTS: _("各题对错"), Part.KEYS: _("正确答案"),
        Part.EXPLANATIONS: _("解析"),
    }  # fmt: skip
    groups = groupby(rules_of(exam).items(), key=itemgetter(1))
    told = ["、".join(names[part] for part, _rule in parts) + _when(rule) for rule, parts in groups]
    return "；".join(told) + "。"


def _when(rule: Rule) -> str:
    if rule.moment is not None:
        return str(_(" %(time)s 起公布", time=f"{clock.beijing(rule.moment):%Y-%m-%d %H:%M}"))
    texts: dict[When, str] = {
        When.AT_ONCE: _("交卷后即可查看"),
        When.AFTER_ALL: _("在全部考生考完后公布"),
        When.BY_HAND: _("由主办单位统一公布"),
        When.NEVER: _("不公布"),
    }
    return texts[rule.when]


def waiting(exam: Exam, opens: Mapping[Part, datetime | None], part: Part) -> str:
    """Why a part is not to be seen yet, and from when it will be."""
    moment = opens[part]
    if moment is not None:
        return str(_("将在 %(time)s 公布。", time=f"{clock.beijing(moment):%Y-%m-%d %H:%M}"))
    if any(rule.when is When.NEVER for one, rule in rules_of(exam).items() if _upto(one, part)):
        return str(_("这场考试不公布。"))
    return str(_("还没有公布，请等候主办单位通知。"))


def _upto(one: Part, part: Part) -> bool:
    parts = list(Part)
    return parts.index(one) <= parts.index(part)


def scoring(kind: Kind, preset: Preset) -> str:
    """How an answer that is partly right is scored, as candidates are told; "" where there is none."""
    texts: dict[tuple[Kind, Preset], str] = {
        (Kind.MULTIPLE, Preset.HALF): _("少选得一半分，错选不得分"),
        (Kind.MULTIPLE, Preset.PER_OPTION): _("少选按选对的个数给分，错选不得分"),
        (Kind.MULTIPLE, Preset.EXACT): _("全部选对才得分"),
        (Kind.BLANKS, Preset.PER_BLANK): _("按空给分"),
        (Kind.BLANKS, Preset.EXACT): _("全部填对才得分"),
        (Kind.ORDER, Preset.PER_ITEM): _("按排对的位置给分"),
        (Kind.ORDER, Preset.EXACT): _("全部排对才得分"),
        (Kind.MATCH, Preset.PER_ITEM): _("按配对的项给分"),
        (Kind.MATCH, Preset.EXACT): _("全部配对才得分"),
        (Kind.RECITE, Preset.PER_ITEM): _("按写出的要点给分，标点不计"),
        (Kind.RECITE, Preset.EXACT): _("要点写全才得分，标点不计"),
        (Kind.SHORT, Preset.BY_HAND): _("由阅卷人按要点给分"),
        (Kind.ESSAY, Preset.BY_HAND): _("由阅卷人按要点给分"),
        (Kind.CASE, Preset.BY_HAND): _("按小题给分"),
    }
    return texts.get((kind, preset), "")


def of_the_page() -> str:
    """What the script of the exam page says, as JSON; {…} is filled in there."""
    text: str = _json(str(get_locale()))
    return text


@lru_cache
def _json(_locale: str) -> str:
    return json.dumps(_texts() | _trouble_texts(), ensure_ascii=False)


def _texts() -> dict[str, str]:
    return {
        "connecting": _("正在连接…"),
        "ready": _("作答会自动保存"),
        "saving": _("正在保存…"),
        "saved": _("已保存 {time}"),
        "offline": _("未联网，已存本机 {n} 题"),
        "offline_bare": _("未联网，{n} 题尚未保存，请勿关闭本页"),
        "busy": _("系统正忙，将自动重试；已存本机 {n} 题"),
        "busy_bare": _("系统正忙，将自动重试；{n} 题尚未保存，请勿关闭本页"),
        "signed_out": _("登录已失效，已存本机 {n} 题"),
        "rejected": _("第 {q} 题的答案没有保存：{message}"),
        "moved": _("已在别处打开，本页不再保存"),
        "moved_long": _(
            "这份答卷已在另一个页面或设备上打开。本页未保存的作答仍显示在下面，不会自动覆盖那边的内容。"
        ),
        "closed": _("答卷已经关闭"),
        "closed_long": _("答卷已经关闭。此后的作答已另行保留，不计入成绩。"),
        "see_result": _("查看结果"),
        "time_up": _("已到时，正在收卷…"),
        "time_up_waiting": _("已到时。还有 {n} 题没有传到服务器，正在重试，请勿关闭本页。"),
        "minutes_left": _("距离结束还有 {n} 分钟"),
        "more_time": _("考试时间已延长，请继续作答。"),
        "stale": _("下列题目在本机另有较早的作答，服务器上的答案更新，已以服务器为准："),
        "recovered": _("已找回本机保存的 {n} 题作答，正在上传。"),
        "empty": _("（空）"),
        "all_answered": _("全部题目都已作答。"),
        "unanswered": _("还有 {n} 题没有作答："),
        "flagged": _("您标记了 {n} 题："),
        "flag": _("标记"),
        "flag_on": _("已标记"),
        "question": _("第 {q} 题"),
        "true": _("正确"),
        "false": _("错误"),
        "too_long": _("第 {q} 题超过了字数上限，请先删减，再交卷。"),
        "submitting": _("正在交卷…"),
        "submit_failed": _("暂时连不上服务器，还没有交卷。作答都在本页，请稍后再按“确认交卷”。"),
        "other_person": _("登录的不是这份答卷的本人，没有发送任何作答。请用本人的账号登录。"),
        "sign_in_failed": _("暂时连不上服务器，请稍后重试。"),
    }


def _trouble_texts() -> dict[str, str]:
    return {
        "waiting": _("等待监考员同意"),
        "ask_again": _("再试一次"),
        "unsent_long": _("有作答几分钟没有送到服务器。请继续作答；为稳妥起见，可以先存一份应急作答文件。"),
        "save_file": _("保存应急作答文件"),
        "file_name": _("应急作答"),
        "file_note": _("这是断网时从考试页面保存的作答，请交给监考员。请勿改动，是否计入由工作人员决定。"),
        "file_unsent": _("（未送达）"),
        "file_saved": _("已交给浏览器保存，一般在“下载”里。联网后作答仍会自动上传，请不要关闭本页。"),
        "file_copied": _("已复制。请粘贴发给监考员。"),
    }

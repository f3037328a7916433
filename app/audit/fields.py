"""The fields of an act in Chinese, and what stands in them in words."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.domain.scoring import format_points
from app.web import clock

FIELDS = {
    "answer": _l("答复"),
    "": _l("内容"),
    "name": _l("名称"),
    "title": _l("标题"),
    "code": _l("编码"),
    "kind": _l("类别"),
    "position": _l("排序"),
    "short_name": _l("简称"),
    "leading_group": _l("设有党组"),
    "parent": _l("上级单位"),
    "merged_into": _l("并入"),
    "members": _l("启用的账号数"),
    "inactive": _l("停用的账号数"),
    "lent": _l("借入人数"),
    "units": _l("下级单位数"),
    "grants": _l("授权数"),
    "username": _l("用户名"),
    "unit_id": _l("单位号"),
    "person_id": _l("人员号"),
    "post": _l("职务"),
    "rank": _l("职级"),
    "political": _l("政治面貌"),
    "active": _l("启用"),
    "sex": _l("性别"),
    "id_number": _l("身份证号"),
    "phone": _l("手机号"),
    "sought": _l("查找的号码"),
    "staff_no": _l("工号"),
    "joined_on": _l("入党时间"),
    "since": _l("起始"),
    "until": _l("结束"),
    "rank_since": _l("职级起始"),
    "post_since": _l("任职起始"),
    "left_on": _l("离开日期"),
    "left_reason": _l("离开原因"),
    "note": _l("备注"),
    "role": _l("角色"),
    "ends_at": _l("截止"),
    "certificate_prefix": _l("证书编号前缀"),
    "contact": _l("联系方式"),
    "reason": _l("原因"),
    "rows": _l("行数"),
    "filter": _l("筛选条件"),
    "people": _l("人员号"),
    "below": _l("含下属单位"),
    "again": _l("重印"),
    "id": _l("编号"),
    "number": _l("编号"),
    "unit": _l("单位"),
    "person": _l("人员"),
    "path": _l("地址"),
    "text": _l("文字"),
    "state": _l("状态"),
    "count": _l("数量"),
    "file": _l("文件"),
    "fault": _l("有问题"),
    "leave": _l("离开"),
    "move": _l("调动"),
    "merge": _l("合并"),
    "new": _l("新增"),
    "same": _l("没有变化"),
    "update": _l("更新"),
    "attempt": _l("答卷"),
    "slot": _l("题号"),
    "slots": _l("题号"),
    "answers": _l("作答题数"),
    "mark_points": _l("评分"),
    "versions": _l("所阅试题"),
    "arbitrates": _l("仲裁"),
    "second_mark_percent": _l("双评的比例（%）"),
    "mark_difference": _l("交仲裁的分差"),
    "attempts": _l("增加次数"),
    "persons": _l("考生（编号）"),
    "accepted": _l("采纳的题号"),
    "declined": _l("不采纳的题号"),
    "granted": _l("同意"),
    "extra_minutes": _l("加时（分钟）"),
    "minutes": _l("分钟数"),
    "receipt": _l("交卷回执"),
    "submitted_at": _l("交卷时间"),
    "exam": _l("考试"),
    "exam_id": _l("考试"),
    "paper": _l("试卷"),
    "opens_at": _l("开始"),
    "closes_at": _l("截止"),
    "attempts_allowed": _l("可考次数"),
    "pass_percent": _l("及格线（%）"),
    "room": _l("考场"),
    "seats": _l("座位数"),
    "doors_at": _l("入场"),
    "by_hand": _l("由监考员宣布开考"),
    "asks_code": _l("要考场口令"),
    "sitting": _l("场次"),
    "ticket": _l("准考证号"),
    "entry_minutes": _l("开考后可入场（分钟）"),
    "earliest_minutes": _l("最早交卷（分钟）"),
    "outcome": _l("成绩取法"),
    "valid_years": _l("合格有效期（年）"),
    "minimums": _l("各部分最低分"),
    "seated": _l("凭座位参加"),
    "makeup_of": _l("原考试"),
    "terms": _l("单独安排（项）"),
    "blueprint": _l("组卷规则"),
    "born_by": _l("出生不晚于"),
    "open_book": _l("开卷"),
    "shuffle_sections": _l("打乱大题次序"),
    "release": _l("公布办法"),
    "upheld": _l("申请成立"),
    "question_version": _l("试题版本"),
    "remedy": _l("处理办法"),
    "released_at": _l("公布时间"),
    "appeal_days": _l("可申请复核的天数"),
    "verdicts": _l("各题对错"),
    "keys": _l("正确答案"),
    "explanations": _l("解析和依据"),
    "shuffle_slots": _l("打乱题序"),
    "shuffle_options": _l("打乱选项"),
    "sections": _l("各部分"),
    "cells": _l("各格"),
    "at_least": _l("整卷条件"),
    "enemies": _l("不能同卷的试题"),
    "total": _l("满分"),
    "rest_days": _l("多少天内考过的不用"),
    "rest_exams": _l("最近几场用过的不用"),
    "forms": _l("试卷份数"),
    "papers": _l("试卷"),
    "seed": _l("随机数种子"),
    "question": _l("试题"),
    "points": _l("每题分值"),
    "preset": _l("给分方式"),
    "topics": _l("知识点"),
    "rule_sets": _l("规矩条目集"),
    "due_at": _l("完成期限"),
    "summary": _l("简介"),
    "credit_hours": _l("学时"),
    "body": _l("正文"),
    "course": _l("课程"),
    "started": _l("开始学习"),
    "finished": _l("学完"),
    "hours": _l("学时"),
    "score": _l("成绩"),
    "school": _l("发证单位"),
    "issued": _l("发证日期"),
    "unit_and_post": _l("单位及职务"),
    "stem": _l("题干"),
    "prompts": _l("待匹配的各项"),
    "last": _l("留在最后的选项"),
    "phrases": _l("要点"),
    "parts": _l("小题"),
    "level": _l("认知层次"),
    "tags": _l("标签"),
    "pictures": _l("图片"),
    "review_on": _l("下次复核的日期"),
    "superseded_on": _l("不再施行的日期"),
    "superseded_by": _l("取代它的条目集"),
    "options": _l("选项"),
    "key": _l("答案"),
    "explanation": _l("解析"),
    "clauses": _l("条款"),
    "topic": _l("知识点"),
    "difficulty": _l("难度"),
    "document": _l("文件名称"),
    "issuer": _l("发文机关"),
    "dated": _l("日期"),
    "place": _l("出处"),
    "rule_sets_created": _l("新增规矩条目集"),
    "rule_sets_changed": _l("更新规矩条目集"),
    "clauses_created": _l("新增条款"),
    "clauses_changed": _l("更新条款"),
    "clauses_deleted": _l("删除条款"),
    "questions_created": _l("新增试题"),
    "questions_published": _l("发布的试题"),
    "questions_changed": _l("更新试题"),
    "blueprints_created": _l("新增组卷规则"),
    "blueprints_changed": _l("更新组卷规则"),
    "courses_created": _l("新增课程"),
    "courses_changed": _l("更新课程"),
    "lessons_created": _l("新增课时"),
    "lessons_changed": _l("更新课时"),
    "lessons_deleted": _l("删除课时"),
}
TENTHS = {"points", "total", "mark_points", "mark_difference", "credit_hours"}
# What stands in a field, by the field's name. The floors that own the words put them here.
VALUES: dict[str, dict[Any, Any]] = {}
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?\+00:00")


def name_values(field: str, words: Mapping[Any, Any]) -> None:
    """More of what may stand in the field: several kinds of things may have a field of this name."""
    VALUES.setdefault(field, {}).update(words)


def field_label(field: str) -> str:
    return str(FIELDS.get(field, field))


def value_label(field: str, value: str) -> str:
    return str(VALUES.get(field, {}).get(value, value))


def reading(field: str, value: Any) -> str:
    """A value as people read it, whatever it holds; moments in Beijing."""
    if value is None or isinstance(value, bool):
        return str({None: _("无"), True: _("是"), False: _("否")}[value])
    if isinstance(value, dict):
        return "，".join(f"{field_label(name)}：{reading(name, item)}" for name, item in value.items())
    if isinstance(value, list):
        return "；".join(reading(field, item) for item in value) or str(_("无"))
    if isinstance(value, int) and field in TENTHS:
        return format_points(value)
    text = str(value)
    if _MOMENT.fullmatch(text):
        return f"{clock.beijing(datetime.fromisoformat(text)):%Y-%m-%d %H:%M}"
    return value_label(field, text) if text else str(_("空"))

"""The bank's words: kinds, difficulties, and what is wrong with a question."""

import re

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.audit.fields import name_values
from app.domain.faults import Fault
from app.domain.quality import Advice
from app.domain.questions import Kind

KINDS: dict[str, LazyString] = {
    Kind.SINGLE: _l("单选题"),
    Kind.MULTIPLE: _l("多选题"),
    Kind.JUDGE: _l("判断题"),
    Kind.BLANKS: _l("填空题"),
    Kind.ORDER: _l("排序题"),
    Kind.MATCH: _l("匹配题"),
    Kind.RECITE: _l("默写题"),
    Kind.SHORT: _l("简答题"),
    Kind.ESSAY: _l("论述题"),
    Kind.CASE: _l("案例分析题"),
}
DIFFICULTIES: dict[str, LazyString] = {"easy": _l("易"), "medium": _l("中"), "hard": _l("难")}

LEVELS: dict[str, LazyString] = {
    "": _l("未定"), "recall": _l("识记"), "understand": _l("理解"), "apply": _l("应用"),
    "analyse": _l("分析"),
}  # fmt: skip

RECIPES: dict[str, LazyString] = {
    "cloze": _l("填空：挖去关键词语"),
    "outsider": _l("单选：下列不属于……的是"),
    "belonging": _l("单选：属于哪一集的内容"),
    "order": _l("排序：还原次序"),
    "match": _l("匹配：名称与内容、要求与禁令"),
    "changed": _l("判断：原文，或改动一处"),
    "recite": _l("默写：按要点给分"),
}

name_values("kind", KINDS)
name_values("level", LEVELS)
name_values("difficulty", DIFFICULTIES)
name_values("key", {letter: letter.upper() for letter in "abcdefghijklmnopqrstuvwxyz"})

FIELDS: dict[str, LazyString] = {
    "stem": _l("题干"), "options": _l("选项"), "prompts": _l("选项"), "key": _l("答案"), "parts": _l("小题"),
    "explanation": _l("解析"), "clauses": _l("依据"), "topic": _l("知识点"), "difficulty": _l("难度"),
    "level": _l("认知层次"), "last": _l("留在最后的选项"),
}  # fmt: skip

# What is weak in a question, and what to do about it.
WEAKNESSES: dict[str, tuple[LazyString, LazyString]] = {
    "no_citation": (_l("没有写明依据"), _l("没有依据的试题不能送审；请补上所依据的条款。")),
    "outdated": (_l("过时的用语"), _l("题干或选项里有已经改掉的提法；确为历史表述的不必改。")),
    "negative": (
        _l("否定式问法没有标明"),
        _l("问的是“不……的是”，但写法特别，学员页面标不出来；请改用“不属于”“不正确的是”等，或改成正面问法。"),
    ),
    "overlap": (_l("选项互相包含"), _l("一个选项的文字包含在另一个里，可能两个都对或都不对。")),
    "others": (_l("选项提到别的选项"), _l("选项次序会打乱，“以上都对”要设为留在最后，“A和B”请改写。")),
    "longest": (_l("正确选项明显最长"), _l("不读题也猜得出；请把各选项写得长短相近。")),
}

_FAULTS: dict[tuple[str, str], LazyString] = {
    ("stem", "missing"): _l("请填写题干。"),
    ("stem", "no_blanks"): _l("填空题的题干里要用四个下划线（____）标出每个空。"),
    ("options", "too_few"): _l("选项太少：选择题至少 2 个，排序题、匹配题至少 3 个。"),
    ("options", "too_many"): _l("选项太多，最多 8 个。"),
    ("options", "not_allowed"): _l("这种题型不设选项。"),
    ("options", "empty_option"): _l("有空白的选项。"),
    ("options", "line_break"): _l("选项里不能换行，请写成一行。"),
    ("prompts", "line_break"): _l("待匹配项里不能换行，请写成一行。"),
    ("options", "bar"): _l("匹配题的选项里不能用竖线。"),
    ("prompts", "bar"): _l("待匹配项里不能用竖线。"),
    ("key", "bar"): _l("填空的答案里不能有竖线或换行；同一空的几种写法请分开写。"),
    ("options", "duplicate_option"): _l("有相同的选项。"),
    ("last", "not_allowed"): _l("只有单选题、多选题才有留在最后的选项。"),
    ("last", "too_many"): _l("留在最后的选项要比选项总数少。"),
    ("key", "missing"): _l("请填写答案。"),
    ("key", "key_shape"): _l("答案的写法与题型不符，请按说明填写。"),
    ("key", "key_unknown"): _l("请用选项的字母填写答案，选项里没有所填的字母。"),
    ("key", "key_too_many"): _l("单选题只能有一个正确选项。"),
    ("key", "key_too_few"): _l("多选题至少要有两个正确选项。"),
    ("key", "key_duplicate"): _l("答案里有重复的选项。"),
    ("key", "key_unsorted"): _l("答案的选项请按字母顺序写。"),
    ("key", "key_count"): _l("答案的项数不对：排序题要排全部选项，匹配题每项对应一个选项。"),
    ("key", "key_in_order"): _l("选项不能按正确的次序列出，否则一看便知；请打乱选项再写答案。"),
    ("key", "phrase_unknown"): _l("默写题的要点要按原文次序逐字出现在原文里。"),
    ("prompts", "not_allowed"): _l("只有匹配题才有待匹配的各项。"),
    ("prompts", "too_few"): _l("匹配题至少要有两项。"),
    ("prompts", "too_many"): _l("待匹配的项数不能多于选项。"),
    ("prompts", "empty_option"): _l("有空白的待匹配项。"),
    ("prompts", "duplicate_option"): _l("有相同的待匹配项。"),
    ("parts", "missing"): _l("案例分析题至少要有一个小题。"),
    ("parts", "too_many"): _l("小题太多，最多 10 个。"),
    ("parts", "not_allowed"): _l("只有案例分析题才有小题。"),
    ("parts", "part_kind"): _l("案例分析题的小题不能再是案例分析题。"),
    ("key", "blank_count"): _l("每空写一行答案，行数要与题干中空的个数相同。"),
    ("key", "empty_variant"): _l("有空白的答案；只有标点的答案也算空白。"),
    ("explanation", "missing"): _l("请写明解析。"),
    ("clauses", "missing"): _l("请至少选一条依据。"),
    ("topic", "missing"): _l("请填写知识点。"),
    ("difficulty", "unknown_difficulty"): _l("难度只有易（easy）、中（medium）、难（hard）三种。"),
    ("level", "unknown_level"): _l(
        "认知层次只有识记（recall）、理解（understand）、应用（apply）、分析（analyse）四种。"
    ),
}

# Instead of the words above, where options are meant: by their letters.
_OF_OPTIONS: dict[tuple[str, str], LazyString] = {
    ("options", "empty_option"): _l("选项 %(letters)s 是空白的。"),
    ("options", "line_break"): _l("选项 %(letters)s 里不能换行，请写成一行。"),
    ("options", "bar"): _l("匹配题的选项里不能用竖线，选项 %(letters)s 里有。"),
    ("options", "duplicate_option"): _l("选项 %(letters)s 相同。"),
    ("key", "key_unknown"): _l("答案是 %(letters)s，选项里没有。请用选项的字母填写。"),
    ("key", "key_too_many"): _l("单选题只能有一个正确选项，答案写了 %(letters)s；如有几个，请改为多选题。"),
    ("key", "key_duplicate"): _l("答案里 %(letters)s 写了不止一次。"),
}
_OF_PART = re.compile(r"(\d+): (.*)", re.S)


def advice_text(advice: Advice) -> str:
    """The advice in words, with what exactly where that helps."""
    title, hint = WEAKNESSES[advice.weakness]
    return f"{title}（{advice.detail}）：{hint}" if advice.detail else f"{title}：{hint}"


def fault_text(fault: Fault) -> str:
    """The fault in words, with what exactly where that helps."""
    if part := _OF_PART.fullmatch(fault.detail):
        text = fault_text(Fault(fault.field, fault.code, part[2]))
        return str(_("第 %(n)s 小题：%(text)s", n=part[1], text=text))
    if fault.detail and (words := _OF_OPTIONS.get((fault.field, fault.code))):
        return str(words).replace("%(letters)s", _letters(fault))
    text = str(_FAULTS[fault.field, fault.code])
    return f"{text.rstrip('。')}（{fault.detail}）。" if fault.detail else text


def _letters(fault: Fault) -> str:
    """Options, which faults count from 1, and keys as people write them: B、C."""
    named = fault.detail.split(", ")
    if fault.field == "options":
        return "、".join(chr(ord("A") + int(one) - 1) for one in named)
    return "、".join(named).upper()

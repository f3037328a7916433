"""Words for kinds, difficulties and levels, as papers, spreadsheets and other programs have them."""

import re

from app.bank.importing.items import half
from app.domain.questions import Kind

_KINDS = {
    Kind.SINGLE: "单项选择题 单项选择 单选题 单选 单项 single singlechoice 单选题型",
    Kind.MULTIPLE: "多项选择题 多项选择 多选题 多选 多项 不定项选择题 不定项选择 不定项 multiple "
    "multiplechoice",
    Kind.JUDGE: "判断题 判断 判断正误题 判断正误 判断对错 是非题 是非 对错题 辨析判断题 judge truefalse",
    Kind.BLANKS: "填空题 填空 blanks 完形填空",
    Kind.ORDER: "排序题 排序 order",
    Kind.MATCH: "匹配题 匹配 连线题 连线 配对题 配对 match",
    Kind.RECITE: "默写题 默写 背诵题 recite",
    Kind.SHORT: "简答题 简答 问答题 问答 简述题 名词解释题 名词解释 主观题 short 辨析题 辨析",
    Kind.ESSAY: "论述题 论述 作文题 写作题 essay",
    Kind.CASE: "案例分析题 案例分析 案例题 案例 材料分析题 材料分析 材料题 综合分析题 综合题 case",
}
CHOICE = "选择题"  # one right or several: the answers tell
_KIND_OF = {word: kind for kind, words in _KINDS.items() for word in words.split()}
_LEVELS = {"recall": "识记 记忆 了解 recall", "understand": "理解 领会 掌握 understand",
           "apply": "应用 运用 apply", "analyse": "分析 综合 评价 analyse"}  # fmt: skip
_LEVEL_OF = {word: level for level, words in _LEVELS.items() for word in words.split()}
_DIFFICULTIES = {
    "easy": "易 容易 简单 较易 低 easy 1 1级 一级 ★ 初级",
    "medium": "中 中等 一般 适中 普通 medium 2 2级 二级 3 3级 三级 ★★ ★★★ 中级 较难",
    "hard": "难 困难 很难 高 hard 4 5 4级 5级 ★★★★ ★★★★★ 高级",
}
_DIFFICULTY_OF = {word: level for level, words in _DIFFICULTIES.items() for word in words.split()}
WORDS = "|".join(sorted((*(word for word in _KIND_OF if not word.isascii()), CHOICE), key=len, reverse=True))


def plain(text: str) -> str:
    return re.sub(r"[\s_\-*:]", "", half(text)).lower()


def kind(text: str) -> Kind | None:
    """None: the word names none, or choice without saying which."""
    return _KIND_OF.get(plain(text))


def difficulty(text: str) -> str | None:
    """None where it says nothing known. A coefficient such as 0.8 is the share that answers rightly."""
    word = plain(text).strip("()[]【】")
    if re.fullmatch(r"0?\.\d{1,3}", word):
        share = float(word)
        return "easy" if share >= 0.7 else "medium" if share >= 0.4 else "hard"
    return _DIFFICULTY_OF.get(word)


def level(text: str) -> str | None:
    return _LEVEL_OF.get(plain(text))


def tags(text: str) -> tuple[str, ...]:
    found = (part.strip() for part in re.split(r"[,，、;；|\n]", text))
    return tuple(dict.fromkeys(part for part in found if part))


def category(path: str) -> str:
    """The last name of a Moodle category, in which a slash is written twice; "" of the top one."""
    name = re.split(r"(?<!/)/(?!/)", path.strip())[-1].replace("//", "/").strip()
    return "" if name == "top" or name.startswith("$") else name

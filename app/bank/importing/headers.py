"""Columns of a question sheet by what people call them, and the row that names them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.bank.importing.items import half

_WITHIN = 30  # rows; instructions above the header are seldom longer

_NAMES = {
    "kind": "题型 试题类型 题目类型 类型 试题题型 题类 type kind",
    "stem": "题干 题目 试题 试题内容 题目内容 试题题目 题干内容 问题 题目描述 题目名称 内容 试题名称 "
    "试题题干 考题 stem question",
    "options": "选项 备选答案 候选项 可选项 选项内容 全部选项 答案选项 备选项 试题选项 options",
    "answer": "答案 正确答案 标准答案 参考答案 试题答案 正确选项 正确项 题目答案 参考要点 答案要点 key "
    "answer",
    "explanation": "解析 答案解析 试题解析 题目解析 说明 答案说明 解释 详解 explanation",
    "basis": "依据 条款 依据条款 引用条款 法规依据 答案依据 出处 来源 题目来源 试题来源 政策依据 clauses",
    "topic": "知识点 考点 所属知识点 考查点 分类 题目分类 试题分类 所属分类 章节 专题 类别 topic",
    "difficulty": "难度 难易度 难易程度 难度系数 难度等级 试题难度 difficulty",
    "level": "认知层次 认知水平 能力层次 level",
    "tags": "标签 关键词 tags",
    "last": "末尾固定项数 末尾固定 固定选项数 last",
    "prompts": "待匹配项 匹配项 左列 左项 prompts",
    "phrases": "要点 默写要点 phrases",
    "number": "序号 题号 编号 no no. 试题编号 id",
    "right": "是否正确 正确与否 是否正确答案 是否答案 是否为正确答案 正确",
    "letter": "选项号 选项编号 选项序号 选项标识 选项字母",
}
_FIELD_OF = {name: field for field, names in _NAMES.items() for name in names.split()}
_OPTION = re.compile(
    r"(?:选项|备选项?|答案|备选答案|option|choice)?([a-h])(?:选项|项)?|(?:选项|option)([1-8一二三四五六七八])"
)
_ANSWER = re.compile(r"(?:填空)?(?:答案|空|第)([1-9一二三四五六七八九])空?(?:答案)?")
_DIGIT = {digit: at for at, digit in enumerate("一二三四五六七八九", 1)}


@dataclass(frozen=True)
class Header:
    """Where the columns are; `row` counts from 0. `options`: columns of one each; `blanks`: of an answer.

    `unknown`: columns with a name that says nothing here.
    """

    row: int
    columns: dict[str, int]
    options: tuple[int, ...] = ()
    blanks: tuple[int, ...] = ()
    unknown: tuple[int, ...] = field(default=(), compare=False)

    @property
    def by_row(self) -> bool:
        """An option a row: the question stands in the first of them, or in all."""
        return not self.options and "options" in self.columns and "right" in self.columns


def plain(text: str) -> str:
    bare = re.sub(r"\s", "", half(text)).lower()
    bare = re.sub(r"[(\[【〔].*?[)\]】〕]", "", bare)
    return bare.strip("*:、")


def find(rows: Sequence[Sequence[str]]) -> Header | None:
    """The row that names the most columns, a stem among them and an answer or options."""
    best: Header | None = None
    for number, row in enumerate(rows[:_WITHIN]):
        header = _read(number, row)
        if header and (best is None or _weight(header) > _weight(best)):
            best = header
    return best


def _weight(header: Header) -> int:
    return len(header.columns) + len(header.options) + len(header.blanks)


def _read(number: int, row: Sequence[str]) -> Header | None:
    columns: dict[str, int] = {}
    options: dict[int, int] = {}
    blanks: dict[int, int] = {}
    unknown = []
    for index, text in enumerate(row):
        name = plain(text)
        if not name or len(name) > 20:
            continue
        if (known := _FIELD_OF.get(name)) is not None:
            columns.setdefault(known, index)
        elif found := _OPTION.fullmatch(name):
            place = ord(found[1]) - 96 if found[1] else _DIGIT.get(found[2]) or int(found[2])
            options.setdefault(place, index)
        elif found := _ANSWER.fullmatch(name):
            blanks.setdefault(_DIGIT.get(found[1]) or int(found[1]), index)
        else:
            unknown.append(index)
    if "stem" not in columns or not (
        {"answer", "options", "right", "phrases"} & columns.keys() or options or blanks
    ):
        return None
    in_order = [options[place] for place in sorted(options)]
    return Header(number, columns, tuple(in_order), tuple(blanks[n] for n in sorted(blanks)), tuple(unknown))

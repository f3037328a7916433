"""The bank's words: kinds, difficulties, and what is wrong with a question."""

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.audit.fields import name_values
from app.domain.questions import Fault, Kind

KINDS: dict[str, LazyString] = {
    Kind.SINGLE: _l("单选题"),
    Kind.MULTIPLE: _l("多选题"),
    Kind.JUDGE: _l("判断题"),
    Kind.BLANKS: _l("填空题"),
}
DIFFICULTIES: dict[str, LazyString] = {"easy": _l("易"), "medium": _l("中"), "hard": _l("难")}

name_values("kind", KINDS)
name_values("difficulty", DIFFICULTIES)

_FAULTS: dict[tuple[str, str], LazyString] = {
    ("stem", "missing"): _l("请填写题干。"),
    ("stem", "no_blanks"): _l("填空题的题干里要用四个下划线（____）标出每个空。"),
    ("options", "too_few"): _l("选项太少，应有 2 至 8 个。"),
    ("options", "too_many"): _l("选项太多，应有 2 至 8 个。"),
    ("options", "not_allowed"): _l("判断题和填空题不设选项。"),
    ("options", "empty_option"): _l("有空白的选项。"),
    ("options", "duplicate_option"): _l("有相同的选项。"),
    ("key", "key_shape"): _l("答案的写法与题型不符，请按说明填写。"),
    ("key", "key_unknown"): _l("请用选项的字母填写答案，选项里没有所填的字母。"),
    ("key", "key_too_few"): _l("多选题至少要有两个正确选项。"),
    ("key", "key_duplicate"): _l("答案里有重复的选项。"),
    ("key", "key_unsorted"): _l("答案的选项请按字母顺序写。"),
    ("key", "blank_count"): _l("每空写一行答案，行数要与题干中空的个数相同。"),
    ("key", "empty_variant"): _l("有空白的答案；只有标点的答案也算空白。"),
    ("explanation", "missing"): _l("请写明解析。"),
    ("clauses", "missing"): _l("请至少选一条依据。"),
    ("topic", "missing"): _l("请填写知识点。"),
    ("difficulty", "unknown_difficulty"): _l("难度只有易（easy）、中（medium）、难（hard）三种。"),
}


def fault_text(fault: Fault) -> str:
    """The fault in words, with what exactly where that helps."""
    words = str(_FAULTS[fault.field, fault.code])
    return f"{words.rstrip('。')}（{fault.detail}）。" if fault.detail else words

"""What people write in a roster of persons, and what it means: headers, dates, ranks, 政治面貌.

Nothing is guessed: what can be read in two ways, or has lost digits, is not read at all.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.domain.ranks import RANKS, Political


class Field(StrEnum):
    """A column of a roster."""

    NAME = "name"
    ID_NUMBER = "id_number"
    STAFF_NO = "staff_no"
    PHONE = "phone"
    USERNAME = "username"
    UNIT = "unit"
    UNIT_CODE = "unit_code"
    POST = "post"
    POST_SINCE = "post_since"
    RANK = "rank"
    RANK_SINCE = "rank_since"
    SEX = "sex"
    POLITICAL = "political"
    MEMBER = "member"
    JOINED_ON = "joined_on"


EXACT = frozenset({Field.ID_NUMBER, Field.STAFF_NO, Field.PHONE, Field.USERNAME, Field.UNIT_CODE})
DATES = frozenset({Field.POST_SINCE, Field.RANK_SINCE, Field.JOINED_ON})

_HEADERS = {
    Field.NAME: "姓名 名字 人员姓名 学员姓名 干部姓名 党员姓名",
    Field.ID_NUMBER: "身份证号 身份证号码 身份证 居民身份证号 居民身份证号码 公民身份号码 公民身份证号 "
    "证件号码 证件号",
    Field.STAFF_NO: "工号 职工号 人员编号 人员编码 职工编号 员工编号 员工号",
    Field.PHONE: "手机 手机号 手机号码 联系电话 电话 联系方式 移动电话 联系手机 电话号码",
    Field.USERNAME: "用户名 账号 登录名 登录账号",
    Field.UNIT: "单位 所在单位 工作单位 单位名称 部门 所在部门 党组织 所在党组织 所属党组织 所在党支部 "
    "所属党支部 党支部 单位及部门 单位部门",
    Field.UNIT_CODE: "单位编码 单位代码 部门编码 党组织编码 党组织代码 组织代码",
    Field.POST: "职务 现任职务 工作职务 担任职务 职务名称 岗位 单位及职务 工作单位及职务 单位职务",
    Field.POST_SINCE: "任现职务时间 任现职时间 任职时间 现任职务时间 现任职时间 现职务时间 任现职务日期 "
    "任现职日期 任职日期 任现职年月 任职年月",
    Field.RANK: "职级 职务层次 级别 现任职级 职务职级 职级层次 现职级",
    Field.RANK_SINCE: "任职级时间 任现职级时间 现职级时间 职级时间 任现职级日期 晋升时间",
    Field.SEX: "性别",
    Field.POLITICAL: "政治面貌 政治面目",
    Field.MEMBER: "是否党员 是否中共党员 党员 是否为党员",
    Field.JOINED_ON: "入党时间 入党日期 加入党组织时间 加入党组织日期 入党年月",
}  # fmt: skip
_FIELD_OF = {header: field for field, headers in _HEADERS.items() for header in headers.split()}
_HEADER_WITHIN = 30  # rows; instructions above the header are seldom longer


def plain(text: str) -> str:
    """Half width, without any space."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text))


def field_of(header: str) -> Field | None:
    """Remarks in brackets, spaces and marks of a required column do not matter."""
    bare = re.sub(r"[(\[【〔].*?[)\]】〕]", "", plain(header))
    return _FIELD_OF.get(re.split(r"[(\[【〔]", bare)[0].strip("*:：·、"))


@dataclass(frozen=True)
class Header:
    """Where the columns are: `row` counts from 0. `ignored`: headers that say nothing here."""

    row: int
    columns: dict[Field, int]
    ignored: tuple[str, ...] = ()


def find_header(rows: Sequence[Sequence[str]]) -> Header | None:
    """The row that names the most columns, a name and one more among them."""
    best: Header | None = None
    for number, row in enumerate(rows[:_HEADER_WITHIN]):
        columns: dict[Field, int] = {}
        for index, text in enumerate(row):
            if (field := field_of(text)) is not None:
                columns.setdefault(field, index)
        if Field.NAME in columns and len(columns) > max(1, len(best.columns) if best else 0):
            used = set(columns.values())
            ignored = dict.fromkeys(plain(t) for i, t in enumerate(row) if t and i not in used)
            best = Header(number, columns, tuple(ignored))
    return best


def lost_digits(text: str) -> bool:
    """Written like 1.10101E+17: the spreadsheet made a number of it and cut it off."""
    return re.fullmatch(r"\d(\.\d+)?[eE]\+?\d+", plain(text)) is not None


_DATE = re.compile(r"(\d{4})(?:[-./年](\d{1,2})(?:[-./月](\d{1,2})日?|月)?|(\d{2})(\d{2})?)(?:T00:00:00)?")
_SERIAL = re.compile(r"[1-6]\d{4}")  # days since 1899-12-30: a date without its format


def serial_date(text: str) -> str:
    """A cell that holds a date as a bare number, as text; anything else as it is."""
    if not _SERIAL.fullmatch(text):
        return text
    return (date(1899, 12, 30) + timedelta(days=int(text))).isoformat()


def day(text: str, today: date) -> date | None:
    """A date, or the first day of a month: 2019.07, 2019-7-1, 201907, 2019年7月. None: cannot be read, or has
    not come yet."""
    found = _DATE.fullmatch(plain(text))
    if found is None:
        return None
    year, month, dom, packed_month, packed_day = found.groups()
    try:
        read = date(int(year), int(month or packed_month), int(dom or packed_day or 1))
    except ValueError:
        return None
    return read if date(1921, 7, 1) <= read <= today else None


_SEXES = {"男": "m", "女": "f", "男性": "m", "女性": "f", "M": "m", "F": "f"}


def sex(text: str) -> str | None:
    return _SEXES.get(plain(text).upper())


_YES = {"是", "Y", "YES", "√", "✓", "✔", "1", "TRUE", "党员", "中共党员", "正式党员"}
_NO = {"否", "N", "NO", "×", "✗", "0", "FALSE", "不是", "非党员"}


def member(text: str) -> bool | None:
    """Is it a party member? None: cannot be read."""
    word = plain(text).upper()
    return True if word in _YES else False if word in _NO else None


_POLITICAL = {
    Political.MEMBER: "中共党员 党员 正式党员 中国共产党党员 中共正式党员",
    Political.PROBATIONARY: "中共预备党员 预备党员 中国共产党预备党员",
    Political.YOUTH_LEAGUE: "共青团员 团员 中国共产主义青年团团员",
    Political.REVOLUTIONARY_COMMITTEE: "民革党员 民革会员 民革",
    Political.DEMOCRATIC_LEAGUE: "民盟盟员 民盟",
    Political.NATIONAL_CONSTRUCTION: "民建会员 民建",
    Political.PROMOTING_DEMOCRACY: "民进会员 民进",
    Political.PEASANTS_AND_WORKERS: "农工党党员 农工党",
    Political.ZHI_GONG: "致公党党员 致公党",
    Political.JIU_SAN: "九三学社社员 九三学社",
    Political.TAIWAN_LEAGUE: "台盟盟员 台盟",
    Political.INDEPENDENT: "无党派人士 无党派民主人士 无党派",
    Political.MASSES: "群众 普通公民 普通群众",
}
_POLITICAL_OF = {word: code for code, words in _POLITICAL.items() for word in words.split()}


def political(text: str) -> Political | None:
    """By its name, its short name or its code in GB/T 4762."""
    word = plain(text)
    return _POLITICAL_OF.get(word) or next((code for code in Political if code == word), None)


_SAME_RANK = {
    "厅局级正职": "正厅级 正厅 正厅局级", "厅局级副职": "副厅级 副厅 副厅局级",
    "县处级正职": "正处级 正处 正县级 正县处级", "县处级副职": "副处级 副处 副县级 副县处级",
    "乡科级正职": "正科级 正科 正乡科级", "乡科级副职": "副科级 副科 副乡科级",
    "管理五级": "五级职员 五级管理岗", "管理六级": "六级职员 六级管理岗", "管理七级": "七级职员 七级管理岗",
    "管理八级": "八级职员 八级管理岗", "管理九级": "九级职员 九级管理岗", "管理十级": "十级职员 十级管理岗",
    "专业技术正高级": "正高级 正高", "专业技术副高级": "副高级 副高", "专业技术中级": "中级职称 中级",
    "专业技术初级": "初级职称 初级", "驻村第一书记": "第一书记", "工勤技能": "工勤 工勤人员 机关工勤",
}  # fmt: skip


def _rank_word(text: str) -> str:
    return re.sub('["“”＂]', "", plain(text)).replace("管理岗", "管理")


_RANK_OF = {_rank_word(rank): rank for rank in RANKS} | {
    _rank_word(word): rank for rank, words in _SAME_RANK.items() for word in words.split()
}


def rank(text: str) -> str | None:
    """The official term (domain.ranks). None: it is none of them."""
    return _RANK_OF.get(_rank_word(text))


def says_nothing(text: str) -> bool:
    """An empty cell, or what stands for one."""
    return plain(text) in {"", "-", "--", "—", "——", "/", "\\", "无", "N/A"}

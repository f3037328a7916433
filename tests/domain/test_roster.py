from datetime import date

import pytest

from app.domain import roster
from app.domain.ranks import RANKS, Political
from app.domain.roster import Field, Header

TODAY = date(2026, 11, 23)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("姓名", Field.NAME),
        (" 姓　名 ", Field.NAME),
        ("*姓名（必填）", Field.NAME),
        ("身份证\n号码", Field.ID_NUMBER),
        ("公民身份号码", Field.ID_NUMBER),
        ("手机号（11位）", Field.PHONE),
        ("人员编号", Field.STAFF_NO),
        ("单位(全称)", Field.UNIT),
        ("单位编码", Field.UNIT_CODE),
        ("现任职务：", Field.POST),
        ("职务层次", Field.RANK),
        ("是否党员（是/否）", Field.MEMBER),
        ("入党日期", Field.JOINED_ON),
        ("序号", None),
        ("编号", None),
        ("备注", None),
        ("", None),
    ],
)
def test_headers_are_known_by_many_names(written: str, read: Field | None) -> None:
    assert roster.field_of(written) == read


def test_the_header_is_the_row_that_names_the_most_columns() -> None:
    rows = [
        ["青禾县干部名册", "", "", ""],
        ["填表说明：姓名、单位必填", "", "", ""],
        ["序号", "姓名", "基本信息", "基本信息"],
        ["序号", "姓名", "性别", "单位"],
        ["1", "张三", "男", "溪川镇"],
    ]
    columns = {Field.NAME: 1, Field.SEX: 2, Field.UNIT: 3}
    assert roster.find_header(rows) == Header(3, columns, ("序号",))


@pytest.mark.parametrize("rows", [[], [["姓名"]], [["单位", "工号"]], [["张三", "男"]]])
def test_without_a_name_and_another_column_there_is_no_header(rows: list[list[str]]) -> None:
    assert roster.find_header(rows) is None


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2019-07-01", date(2019, 7, 1)),
        ("2019-07-01T00:00:00", date(2019, 7, 1)),
        ("2019-7-1", date(2019, 7, 1)),
        ("2019/7/1", date(2019, 7, 1)),
        ("2019.07", date(2019, 7, 1)),
        ("２０１９．０７", date(2019, 7, 1)),
        ("201907", date(2019, 7, 1)),
        ("20190715", date(2019, 7, 15)),
        ("2019年7月", date(2019, 7, 1)),
        ("2019年7月15日", date(2019, 7, 15)),
        ("2019", None),
        ("19.7", None),
        ("2019-13", None),
        ("2019-02-30", None),
        ("1900-01-01", None),
        ("2026-11-24", None),
        ("2026-11-23", TODAY),
        ("去年", None),
    ],
)
def test_dates_are_read_as_people_write_them(written: str, read: date | None) -> None:
    assert roster.day(written, TODAY) == read


def test_a_date_without_its_format_is_a_number_of_days() -> None:
    assert roster.serial_date("43647") == "2019-07-01"
    assert roster.serial_date("201907") == "201907"


@pytest.mark.parametrize("written", ["1.10101E+17", "1.1e17", "1E+10"])
def test_cut_off_numbers_are_noticed(written: str) -> None:
    assert roster.lost_digits(written)


@pytest.mark.parametrize("written", ["110101199001011234", "11010119900101123X", "E10", "1.5"])
def test_whole_numbers_are_not_suspected(written: str) -> None:
    assert not roster.lost_digits(written)


@pytest.mark.parametrize("rank", RANKS)
def test_every_official_rank_is_read(rank: str) -> None:
    assert roster.rank(rank) == rank


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("正科级", "乡科级正职"),
        ("副处", "县处级副职"),
        ("一级 科员", "一级科员"),
        ("管理岗九级", "管理九级"),
        ("九级管理岗", "管理九级"),
        ('村(社区)"两委"成员', "村（社区）“两委”成员"),
        ("科员", None),
        ("试用期", None),
    ],
)
def test_ranks_have_other_names(written: str, read: str | None) -> None:
    assert roster.rank(written) == read


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("中共党员", Political.MEMBER),
        ("党员", Political.MEMBER),
        ("预备党员", Political.PROBATIONARY),
        ("团员", Political.YOUTH_LEAGUE),
        ("群众", Political.MASSES),
        ("01", Political.MEMBER),
        ("13", Political.MASSES),
        ("1", None),
        ("先进", None),
    ],
)
def test_political_status_by_name_or_code(written: str, read: Political | None) -> None:
    assert roster.political(written) == read


def test_yes_and_no() -> None:
    assert [roster.member(text) for text in ("是", "√", "否", "×", "也许")] == [
        True,
        True,
        False,
        False,
        None,
    ]
    assert [roster.sex(text) for text in ("男", "女 ", "m", "？")] == ["m", "f", "m", None]
    assert [roster.says_nothing(t) for t in ("", " - ", "无", "／", "无锡")] == [
        True,
        True,
        True,
        True,
        False,
    ]

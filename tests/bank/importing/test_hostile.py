"""Files that are not what they say, cannot be read, or were made to do harm: refused in words, in a process
whose own limits hold its memory and its time."""

import io
import random
import zipfile
from collections.abc import Iterator
from contextlib import suppress

import pytest

from app.bank.importing import files, reading
from app.bank.importing.files import Defaults, Refused
from app.bank.importing.items import Reading
from app.web import limited
from tests.bank.importing.papers import docx, para, picture, xlsx
from tests.xls import compound

pytestmark = pytest.mark.usefixtures("words")
DEFAULTS = Defaults("党章", "medium")


def refusal(data: bytes, name: str = "试题.docx") -> str:
    with pytest.raises(Refused) as refused:
        files.read(name, data, DEFAULTS)
    return str(refused.value)


def apart(data: bytes, name: str) -> Reading:
    """Read as the worker does it."""
    return reading.read(name, data, DEFAULTS)


def archive(**files: bytes) -> bytes:
    """A zip; in the names, __ stands for a slash."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in files.items():
            made.writestr(name.replace("__", "/") + ("" if "." in name else ".xml"), data)
    return out.getvalue()


def _locked() -> bytes:
    data = bytearray(archive(a=b"<a/>"))
    data[data.index(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


def _table(cells: Iterator[str]) -> str:
    return "<w:tbl>" + "".join(f"<w:tr>{cell}</w:tr>" for cell in cells) + "</w:tbl>"


def _merged() -> bytes:
    """One long cell, and thousands below it that are merged with it: each says the same."""
    first = f'<w:tc><w:tcPr><w:vMerge w:val="restart"/></w:tcPr>{para("长" * 100_000)}</w:tc>'
    below = "<w:tc><w:tcPr><w:vMerge/></w:tcPr><w:p/></w:tc>"
    return docx(_table(iter([first, *[below] * 20_000])))


def _wide() -> bytes:
    """Cells that span sixty columns each."""
    return docx(_table(iter(['<w:tc><w:tcPr><w:gridSpan w:val="60"/></w:tcPr></w:tc>'] * 20_000)))


ENTITIES = '<!DOCTYPE q [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><quiz>&b;</quiz>'
PNG = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
REFUSED = {
    "picture": (PNG, "这是图片"),
    "photograph": (b"\xff\xd8\xff\xe0\0\x10JFIF", "这是图片"),
    "program": (b"MZ\x90\0\x03\0\0\0\x04", "这是程序"),
    "PDF": (b"%PDF-1.7\n1 0 obj", "PDF"),
    "RTF": (b"{\\rtf1 abc}", "RTF"),
    "old Word, old WPS": (compound("WordDocument", b"x"), "旧的 .doc"),
    "old slides": (compound("PowerPoint Document", b"x"), "演示文稿"),
    "old something": (compound("VisioDocument", b"x"), "旧格式的办公文件"),
    "locked": (compound("EncryptedPackage", b"x"), "去掉密码"),
    "locked archive": (_locked(), "去掉密码"),
    "RAR": (b"Rar!\x1a\x07\x01\0", "压缩包"),
    "papers in an archive": (archive(**{"试卷.docx": b"PK"}), "先解压"),
    "slides": (archive(ppt__presentation=b"<p/>"), "读不了这种办公文件"),
    "open document": (archive(content=b"<office/>"), "读不了这种办公文件"),
    "Word as XML": (b'<?xml version="1.0"?><w:wordDocument/>', "读不了这种办公文件"),
    "page": (b"\xef\xbb\xbf<html><body>1</body></html>", "网页格式"),
    "page in one file": (b"MIME-Version: 1.0\r\n", "网页格式"),
    "garbage": (bytes(range(1, 256)) * 40, "读不了"),
    "broken archive": (b"PK\x03\x04" + b"x" * 500, "读不了"),
    "bomb": (archive(word__document=b" " * 150_000_000), "展开后太大"),
    "large part": (archive(word__document=b" " * 60_000_000), "展开后太大"),
    "entities": (ENTITIES.encode(), "DOCTYPE"),
    "outside": (b'<!DOCTYPE q [<!ENTITY a SYSTEM "file:///etc/passwd">]><quiz>&a;</quiz>', "DOCTYPE"),
    "entities in UTF-16": (ENTITIES.encode("utf-16"), "DOCTYPE"),
    "entities in Word": (archive(word__document=ENTITIES.encode()), "DOCTYPE"),
    "deep": (b"<quiz>" + b"<a>" * 5000 + b"</a>" * 5000 + b"</quiz>", "结构太复杂"),
    "broken": (b"<quiz><question>", "不完整"),
    "other XML": (b"<rss><channel/></rss>", "不认识这种 XML"),
    "merged without end": (_merged(), "文字太多"),
    "wide without end": (_wide(), "文字太多"),
    "lines": (b"x\n" * 300_001, "文字太多"),
    "empty": (b"", "没有找到试题"),
    "prose": ("今天天气很好。\n我们去开会。".encode(), "没有找到试题"),
}
NAMED = {
    "rows.csv": ("题干,A,B,答案\n".encode() + b"x,1,2,A\n" * 130_000, "行太多"),
    "picture.csv": (PNG, "这是图片"),
    "million.xlsx": (xlsx({"a": ([text] for text in ["题干"] + ["x"] * 130_000)}), "行太多"),
    "one quote.txt": (("题干\t答案\n" + '"' + "甲\t乙\n" * 40_000).encode(), "引号"),
    "deep.toml": (b"a = " + b"[" * 3000 + b"]" * 3000, "结构太复杂"),
    "long number.toml": (b"a = " + b"9" * 5000, "太长的数字"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_refused_with_the_cure(name: str) -> None:
    data, words = REFUSED[name]
    assert words in refusal(data)


@pytest.mark.parametrize("name", NAMED)
def test_by_its_name(name: str) -> None:
    data, words = NAMED[name]
    assert words in refusal(data, name)


MOODLE = (
    b"<quiz><question type='essay'><questiontext format='html'><text><![CDATA[%s]]></text></questiontext>\
</question></quiz>"
)
ENDLESS = {
    "dots.toml": b"[[question]]\n" + b"a." * 60_000 + b"a = 1\n",
    "many dots.toml": b"[[question]]\n" + b"".join(b"a." * 100 + b"b%d=1\n" % n for n in range(30_000)),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_what_takes_more_than_it_may_ends_alone(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but the process that reads the file ends, by its own limits."""
    monkeypatch.setattr(limited, "SECONDS", 2)
    with pytest.raises(Refused, match="读到一半停下了"):
        apart(ENDLESS[name], name)


def test_comments_without_end_are_read_or_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of the two depends on Python, whose reader of HTML needed a square of the time once."""
    monkeypatch.setattr(limited, "SECONDS", 2)
    with suppress(Refused):
        assert len(apart(MOODLE % (b"<!--" * 400_000), "comments.xml").items) == 1


def test_lines_without_end_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Patterns that look back and forth over a long line would take minutes."""
    monkeypatch.setattr(limited, "SECONDS", 8)
    long = [
        "（" * 50_000, "A." * 50_000, "一" * 50_000, "1-1-" * 25_000, "答案：" * 20_000, "　" * 90_000,
        "_" * 9000, "_ " * 5000, "题目" + "_" * 9000 + "X",
    ]  # fmt: skip
    papers = [f"1、甲（A）\nA.一 B.二\n{text}\n2、{text}\nA.一 B.二\n" for text in long]
    whole = "一、单选题\n" + "".join(papers) + "参考答案\n" + "\n".join(long)
    assert len(apart(whole.encode(), "题.txt").items) > len(long) // 2


def test_what_is_read_is_the_same_outside() -> None:
    """Everything that a question holds comes through, and what no database keeps does not."""
    text = '[[question]]\nid="a-1"\nkind="blanks"\nstem="甲____"\nkey=%s\ntags=["新"]\n'
    [item] = apart((text % '[["一", "壹"]]').encode(), "a.toml").items
    assert (item.code, item.place, item.content.key) == ("a-1", "第 1 行", [["一", "壹"]])
    assert item.content.tags == ("新",) and {note.field for note in item.notes} >= {"explanation"}
    odd = {"nan": "nan", "2015-01-13": "2015-01-13", "inf": "inf"}
    assert {key: apart((text % key).encode(), "a.toml").items[0].content.key for key in odd} == odd


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_text_as_editors_save_it(encoding: str) -> None:
    [item] = apart("1、首都是（B）。\nA.上海 B.北京".encode(encoding), "题.txt").items
    assert item.content.options == ("上海", "北京")


def test_an_answer_may_only_be_so_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "LARGEST", 300)
    with pytest.raises(Refused, match="读到一半停下了"):
        apart(("1、首都是（B）。\nA.上海 B.北京" + "好" * 300).encode(), "题.txt")


def test_a_picture_in_many_places_weighs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limited, "LARGEST", 1_000_000)
    logo = random.Random(1).randbytes(300_000)
    asked = [para(f"{n}、第{n}题（A）", runs=picture("r1")) + para("A.一 B.二") for n in range(1, 61)]
    found = apart(docx(*asked, media={"r1": logo}), "试卷.docx")
    assert len(found.pictures) == 60 and set(found.pictures) == {logo}

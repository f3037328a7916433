"""Documents that people upload, read in a limited process (app/web/document_child.py)."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from flask_babel import lazy_gettext as _l

TIMEOUT = 60.0  # seconds for one file
_CHILD = Path(__file__).with_name("document_child.py")

REFUSALS = {
    "unreadable": _l("读不了这个文件。请用 Word 或 WPS 打开，另存为 .docx 后再上传。"),
    "old_word": _l("这是旧的 .doc 格式。请用 Word 或 WPS 打开，另存为 .docx 后再上传。"),
    "password": _l("文件设有打开密码。请去掉密码，另存后再上传。"),
    "pdf": _l("PDF 里的文字次序不可靠，不能直接导入。请用 Word 或 WPS 打开，另存为 .docx 后再上传。"),
    "rtf": _l("这是 RTF 文件。请用 Word 或 WPS 打开，另存为 .docx 后再上传。"),
    "markup": _l("这是网页格式的文件。请用 Word 或 WPS 打开，另存为 .docx 后再上传。"),
    "sheet": _l("读不了这个文件。请用 Excel 或 WPS 另存为 .xlsx 后再上传。"),
    "xml": _l("这个 XML 文件不完整或写法有误。请从原来的系统重新导出后再上传。"),
    "doctype": _l("文件里有 DOCTYPE 声明，为安全起见不读取。请去掉这一行，或重新导出后再上传。"),
    "nested": _l("文件的结构太复杂，读不了。请分成几个文件，再分别上传。"),
    "unpacked": _l("文件展开后太大。请压缩图片，或分成几个文件，再分别上传。"),
    "weight": _l("文件里的文字太多。请分成几个文件，再分别上传。"),
    "exhausted": _l("这个文件太复杂，读不了。请只保留试题，另存为 .docx 后再上传。"),
}


class DocumentError(Exception):
    """The upload cannot be read; the message tells its owner what to do. "sheet": it is a spreadsheet."""

    def __init__(self, reason: str) -> None:
        super().__init__(str(REFUSALS[reason]))
        self.reason = reason


def read(data: bytes) -> dict[str, Any]:
    """What the child that reads it says. Raises DocumentError."""
    command = [sys.executable, "-E", "-s", str(_CHILD)]  # isolated, but for the modules beside it
    try:
        done = subprocess.run(command, input=data, capture_output=True, timeout=TIMEOUT, check=True)
    except (subprocess.CalledProcessError, subprocess.TimeoutExpired) as error:
        raise DocumentError("exhausted") from error
    answer: dict[str, Any] = json.loads(done.stdout)
    if "refused" in answer:
        raise DocumentError(answer["refused"])
    return answer

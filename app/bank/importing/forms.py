"""Shape of input: the upload."""

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import SelectField, StringField, TextAreaField
from wtforms.validators import Length

from app.bank import queries
from app.bank.forms import clean
from app.bank.importing.files import MAX_BYTES, Defaults
from app.bank.labels import DIFFICULTIES
from app.web import documents
from app.web.choices import choices
from app.web.documents import DocumentError

LONGEST = 300_000  # characters pasted at once
_SUFFIXES = (".docx", ".xlsx", ".xls", ".csv", ".txt", ".xml", ".gift", ".zip", ".toml")


def _stranger(data: bytes) -> str:
    """Why no reader takes a file that begins so; "" for any that may be tried."""
    try:
        documents.check(data)
    except DocumentError as error:
        return str(error)
    return ""


class ImportForm(FlaskForm):
    """A file or a text, and what holds for all questions in it."""

    file = FileField(
        _l("试题文件"),
        description=_l(
            "Word（.docx）、Excel（.xlsx、.xls、.csv）、文本（.txt），以及 Moodle XML、GIFT、Aiken、"
            "QTI（.xml 或 .zip）和本系统的题库文件（.toml 或 .zip），不超过 %(mb)s MB。",
            mb=MAX_BYTES >> 20,
        ),
        render_kw={"accept": ",".join(_SUFFIXES)},
    )
    text = TextAreaField(
        _l("或者粘贴试题文字"), [Length(max=LONGEST)], [clean],
        render_kw={"rows": 8, "placeholder": "1、党的根本宗旨是（A）。\nA．全心全意为人民服务　B．……"},
    )  # fmt: skip
    topic = StringField(
        _l("知识点"), [Length(max=40)], [clean], render_kw={"list": "topics", "autocomplete": "off"},
        description=_l("题目自己没有写的，都用这里的。"),
    )  # fmt: skip
    difficulty = SelectField(
        _l("难度"), default="medium", choices=choices(DIFFICULTIES.items()), description=_l("可逐题再改。")
    )
    rule_set = SelectField(_l("依据的条目集"), description=_l("只写“第三条”时，指哪份文件。"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        sets = [(one.code, one.title) for one in queries.rule_sets()]
        self.rule_set.choices = choices([("", _("不指定")), *sets])

    def validate(self, extra_validators: Any = None) -> bool:
        valid: bool = super().validate(extra_validators)
        sent = self.file.data
        self.content = sent.read(MAX_BYTES + 1) if sent else b""
        wrong = ""
        if sent and self.text.data:
            wrong = _("文件和文字只能选一样。请清空其中之一。")
        elif sent and not self.content:
            wrong = _("文件是空的。请核对后重新选择。")
        elif len(self.content) > MAX_BYTES:
            wrong = _("文件超过 %(mb)s MB。请压缩图片，或分成几个文件，再分别上传。", mb=MAX_BYTES >> 20)
        elif not sent and not self.text.data:
            wrong = _("请选择文件，或粘贴试题文字。")
        else:
            wrong = _stranger(self.content)
        if wrong:
            self.file.errors = [wrong]
        return valid and not wrong

    @property
    def upload(self) -> tuple[str, bytes]:
        """Of a valid form: a name and what is in it."""
        if self.file.data:
            return self.file.data.filename or _("试题文件"), self.content
        return _("粘贴的文字"), self.text.data.encode()

    @property
    def defaults(self) -> Defaults:
        return Defaults(self.topic.data or "", self.difficulty.data, self.rule_set.data)

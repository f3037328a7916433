from collections.abc import Callable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, StringField
from wtforms.validators import Length

from app.bank.exporting.formats import FORMATS
from app.bank.forms import clean
from app.web.choices import choices


class ExportForm(FlaskForm):
    """In which format; of a paper, how it is headed and whether the key follows."""

    format = RadioField(
        _l("格式"), choices=choices((name, one.label) for name, one in FORMATS.items()), default="xlsx"
    )
    title = StringField(
        _l("试卷标题"),
        [Length(max=60)],
        [clean],
        description=_l("只用于 Word 试卷，如“2026 年秋季学期结业考试”。"),
    )
    with_key = BooleanField(_l("Word 试卷后附参考答案与解析"))

    def fits(self, count: int, left: Callable[[], int]) -> bool:
        """Whether the format takes so many; says so at the field where it does not. `left`: how many of them
        no file of ours can hold, asked only of that format."""
        most = FORMATS[self.format.data].most
        if self.format.data == "toml" and 0 < count == left():
            text = _("这些试题都是不完整的草稿，题库文件导不出。请先补齐，或改选 Excel 表格。")
            self.format.errors = [text]
            return False
        if 0 < count <= most:
            return True
        text = (
            _(
                "这种格式一次最多导出 %(n)s 道，请先用题型、知识点等条件缩小范围。"
                "要导出全部试题，请服务器管理员执行 flask bank export。",
                n=most,
            )
            if count
            else _("没有可以导出的试题。")
        )
        self.format.errors = [text]
        return False

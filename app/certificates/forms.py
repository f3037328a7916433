from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length


class FileForm(FlaskForm):
    file = FileField(
        _l("证书 PDF 文件"),
        [FileRequired(_l("请选择证书的 PDF 文件。"))],
        description=_l("逐字节比对。另存、打印或截图得到的文件不是原文件，请改用查验码。"),
        render_kw={"accept": ".pdf,application/pdf"},
    )


class ReasonForm(FlaskForm):
    reason = TextAreaField(
        _l("原因"),
        [DataRequired(_l("请写明原因。")), Length(max=200, message=_l("原因不超过 200 字。"))],
        description=_l("写入审计记录，如“姓名录入有误”“成绩复核后不合格”。"),
        render_kw={"rows": 2},
    )


class CodeForm(FlaskForm):
    class Meta:
        csrf = False  # a question, in the address

    code = StringField(
        _l("查验码"),
        description=_l("印在证书二维码旁边，28 位字母和数字，空格可以不填。"),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"},
    )

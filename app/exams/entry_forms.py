"""Lists of candidates as sent: a sheet, a rank, and what was looked at."""

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import HiddenField, SelectField, ValidationError
from wtforms.validators import DataRequired

from app.domain.access import Action
from app.domain.ranks import RANKS
from app.exams.entry_lists import MAX_PEOPLE
from app.people.roster.files import may_be_table
from app.people.unit_field import UnitField
from app.web.choices import choices
from app.web.intake import LARGEST

MAX_BYTES = 2 << 20


class SheetForm(FlaskForm):
    file = FileField(
        _l("名单"),
        [FileRequired(_l("请选择名单文件。"))],
        description=_l(
            "支持 .xlsx、.xls、.csv，一次最多 %(n)s 人。要有“姓名”一列，再有身份证号、工号、手机号、用户名、"
            "单位中的一列或几列，用来认人；其他列不看。",
            n=MAX_PEOPLE,
        ),
        render_kw={"accept": ".xlsx,.xls,.csv"},
    )

    def validate_file(self, field: FileField) -> None:
        self.content: bytes = field.data.read(MAX_BYTES + 1)
        if not self.content:
            raise ValidationError(_("文件是空的。请核对后重新选择。"))
        if not may_be_table(self.content):
            raise ValidationError(_("这不是表格文件。请选择 .xlsx、.xls 或 .csv 文件。"))
        if len(self.content) > MAX_BYTES:
            text = _("文件超过 %(mb)s MB。请删去图片等无关内容，或分几次上传。", mb=MAX_BYTES >> 20)
            raise ValidationError(text)


class RankForm(FlaskForm):
    unit_id = UnitField(_l("单位（含下属）"), [DataRequired(_l("请选择单位。"))], action=Action.EXAM_EDIT)
    rank = SelectField(
        _l("职级"),
        [DataRequired(_l("请选择职级。"))],
        choices=choices([("", _l("请选择")), *((rank, rank) for rank in RANKS)]),
    )


class ChosenForm(FlaskForm):
    """Who was shown, to be assigned: ids with commas between."""

    people = HiddenField()

    def validate_people(self, field: HiddenField) -> None:
        given = (field.data or "").split(",")
        known = [one for one in given if one.isascii() and one.isdigit() and len(one) <= 10]
        self.ids = [int(one) for one in known if int(one) <= LARGEST]
        if not self.ids or len(known) < len(given):
            raise ValidationError(_("名单不完整。请重新上传或选择。"))

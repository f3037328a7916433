"""Shape of input: the upload, a row put right, the decision."""

from collections.abc import Iterable

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from flask_wtf.file import FileField, FileRequired
from wtforms import StringField, ValidationError
from wtforms.validators import DataRequired, Length

from app.domain.access import Action
from app.domain.roster import Field
from app.people.labels import ROSTER_FIELDS
from app.people.models import Unit
from app.people.roster.cells import Row
from app.people.roster.edits import Upload
from app.people.roster.files import MAX_BYTES, MAX_PEOPLE, may_be_table
from app.people.unit_field import UnitField
from app.web.sheets import LONGEST

# Offered in any row, since a number or a unit is what a row lacks most.
_ALWAYS = (Field.NAME, Field.ID_NUMBER, Field.STAFF_NO, Field.PHONE, Field.UNIT)


class RosterForm(FlaskForm):
    unit_id = UnitField(
        _l("单位"),
        [DataRequired(_l("请选择单位。"))],
        action=Action.PEOPLE_EDIT,
        description=_l("表中是这个单位及其下属单位的人员。"),
    )
    file = FileField(
        _l("填好的表格"),
        [FileRequired(_l("请选择要导入的文件。"))],
        description=_l(
            "支持 .xlsx、.xls、.csv，一次最多 %(n)s 人、%(mb)s MB。", n=MAX_PEOPLE, mb=MAX_BYTES >> 20
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
            raise ValidationError(
                _("文件超过 %(mb)s MB。请删去图片等无关内容，或分几次导入。", mb=MAX_BYTES >> 20)
            )

    @property
    def upload(self) -> Upload:
        """Of a valid form."""
        unit: Unit = self.unit_id.unit  # type: ignore[assignment]
        return Upload(unit, self.file.data.filename or "", self.content)


class RowForm(FlaskForm):
    """A field for each cell; `row_form` makes the fields."""

    def faults(self, found: Iterable[tuple[str, str]]) -> None:
        """Show them at their fields; what concerns the whole row, on top."""
        for name, text in found:
            if name in self:
                self[name].errors = [*self[name].errors, text]
            else:
                self.form_errors.append(text)

    def row(self, before: Row) -> Row:
        """The row as it is written now. An empty field that the sheet does not have adds no column."""
        written = {name: (self[name].data or "").strip() for name in ROSTER_FIELDS if name in self}
        cells = {name: text for name, text in written.items() if text or name in before.cells}
        lost = {name for name in before.lost if cells.get(name) == before.cells.get(name)}
        return Row(before.number, cells, frozenset(lost))


def row_form(row: Row) -> RowForm:
    class Form(RowForm):
        pass

    for name, title in ROSTER_FIELDS.items():
        if name in row.cells or name in _ALWAYS:
            setattr(Form, name, StringField(title, [Length(max=LONGEST)], default=row.cells.get(name, "")))
    return Form()

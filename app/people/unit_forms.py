"""Shape of input about units."""

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField, StringField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Regexp

from app.domain.access import Action
from app.people.labels import UNIT_KINDS
from app.people.names import CODE, tidy, tidy_username
from app.people.unit_field import UnitField
from app.web.choices import choices
from app.web.editing import EditForm


class UnitForm(EditForm):
    name = StringField(_l("名称"), [DataRequired(_l("请填写单位名称。")), Length(max=100)], filters=[tidy])
    short_name = StringField(
        _l("简称（可不填）"),
        [Length(max=50)],
        filters=[tidy],
        description=_l("平时的叫法，查找和选择单位时可用。"),
    )
    code = StringField(
        _l("编码"),
        [
            DataRequired(_l("请填写单位编码。")),
            Regexp(CODE, message=_l("编码为 1 至 30 个字母、数字或汉字，可含 . _ -。")),
        ],
        filters=[tidy_username],
        description=_l("全校唯一，导入人员时用它指明单位。"),
    )
    kind = SelectField(_l("类别"), choices=choices(UNIT_KINDS.items()))
    leading_group = BooleanField(
        _l("设有党组"), description=_l("党组设在单位之内，不是一级党组织；在这里注明即可，不必另建单位。")
    )
    position = IntegerField(
        _l("排序"),
        [InputRequired(_l("请填写排序。")), NumberRange(0, 9999)],
        default=0,
        description=_l("同级单位中，数字小的排在前面。"),
    )


class NewUnitForm(UnitForm):
    parent_id = UnitField(_l("上级单位"), [DataRequired(_l("请选择上级单位。"))], action=Action.UNIT_EDIT)


class MoveForm(EditForm):
    parent_id = UnitField(_l("新的上级单位"), [DataRequired(_l("请选择上级单位。"))], action=Action.UNIT_EDIT)


class MergeForm(EditForm):
    target_id = UnitField(
        _l("并入哪个单位"), [DataRequired(_l("请选择并入哪个单位。"))], action=Action.UNIT_EDIT
    )
    sure = BooleanField(
        _l("我已核对，合并后不能撤回"), [DataRequired(_l("请先核对上面的说明，再勾选这一项。"))]
    )

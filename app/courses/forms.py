from datetime import datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    DecimalField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp

from app.courses.service import CourseText, LessonText
from app.domain.access import Action
from app.people.unit_field import UnitField
from app.web.clock import from_beijing
from app.web.editing import EditForm

KINDS = (
    ("reading", _l("阅读：文章")),
    ("rules", _l("对照原文：规矩条目")),
    ("quiz", _l("小测：规矩条目的试题")),
)


class CourseForm(EditForm):
    title = StringField(_l("课程名称"), [DataRequired(_l("请填写课程名称。")), Length(max=120)])
    code = StringField(
        _l("课程编码"),
        [
            DataRequired(_l("请填写课程编码。")),
            Regexp(r"^[a-z0-9][a-z0-9-]{0,59}$", message=_l("只用小写字母、数字和短横线。")),
        ],
        description=_l("在系统内不重复，建好后不再改。例如 political-discipline。"),
    )
    summary = TextAreaField(_l("课程简介"), [Length(max=1000)], render_kw={"rows": 3})
    credit_hours = DecimalField(
        _l("学时"),
        [InputRequired(_l("请填写学时。")), NumberRange(0, 1000, _l("学时在 0 至 1000 之间。"))],
        places=None,  # as it is: 1, not 1.0
        description=_l("可到一位小数，印在证书上。"),
    )
    exam_id = SelectField(
        _l("结业考试"),
        coerce=int,
        description=_l("学完课时还须通过这场考试才能发证。选定后，课程的学员自动列入考试名单。"),
    )

    def text(self) -> CourseText:
        tenths = round((self.credit_hours.data or 0) * 10)
        summary = (self.summary.data or "").strip()
        return CourseText(self.code.data.strip(), self.title.data.strip(), summary, tenths)


class LessonForm(EditForm):
    title = StringField(_l("课时名称"), [DataRequired(_l("请填写课时名称。")), Length(max=120)])
    minutes = IntegerField(
        _l("预计用时（分钟）"),
        [InputRequired(_l("请填写分钟数。")), NumberRange(1, 600, _l("在 1 至 600 之间。"))],
        default=15,
    )


class ReadingForm(LessonForm):
    body = TextAreaField(
        _l("正文"),
        [DataRequired(_l("请填写正文。")), Length(max=100_000)],
        description=_l(
            "用 Markdown 写：## 小标题，**加粗**，> 引用，- 列表。引用条款写作 [文字](rule:five-musts/1)。"
        ),
        render_kw={"rows": 22, "spellcheck": "false"},
    )

    def text(self) -> LessonText:
        return LessonText(self.title.data.strip(), "reading", self.minutes.data, body=self.body.data)


class RulesForm(LessonForm):
    rule_sets = SelectMultipleField(
        _l("规矩条目集"),
        [DataRequired(_l("请至少选择一个条目集。"))],
        description=_l("电脑上按住 Ctrl 可选多个。"),
        render_kw={"size": 12},
    )

    def text(self) -> LessonText:
        return LessonText(self.title.data.strip(), "rules", self.minutes.data, rule_sets=self.rule_sets.data)


class QuizForm(RulesForm):
    count = IntegerField(
        _l("每次抽题数"),
        [InputRequired(_l("请填写题数。")), NumberRange(1, 100, _l("在 1 至 100 之间。"))],
        default=10,
    )
    pass_percent = IntegerField(
        _l("合格线（%）"),
        [InputRequired(_l("请填写合格线。")), NumberRange(1, 100, _l("在 1 至 100 之间。"))],
        default=60,
    )

    def text(self) -> LessonText:
        return LessonText(
            self.title.data.strip(), "quiz", self.minutes.data, rule_sets=self.rule_sets.data,
            count=self.count.data, pass_percent=self.pass_percent.data,
        )  # fmt: skip


LESSON_FORMS: dict[str, Any] = {"reading": ReadingForm, "rules": RulesForm, "quiz": QuizForm}


class AssignForm(FlaskForm):
    unit_id = UnitField(_l("单位（含下属）"), action=Action.COURSE_EDIT)
    username = StringField(
        _l("或者一名学员的用户名"), [Length(max=100)], render_kw={"autocapitalize": "none"}
    )
    due = DateField(
        _l("学完期限"), [Optional()], description=_l("到这一天结束为止；可以不填。逾期仍可学习，只作提示。")
    )

    def validate_unit_id(self, field: UnitField) -> None:
        if bool(field.data) == bool((self.username.data or "").strip()):
            raise ValidationError(_l("单位和用户名请填其中一项。"))

    def due_at(self) -> datetime | None:
        """The end of the day in Beijing."""
        if self.due.data is None:
            return None
        return from_beijing(datetime.combine(self.due.data, time(23, 59, 59)))  # noqa: DTZ001

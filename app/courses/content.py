"""Courses as files: question_bank/courses/<code>/course.toml and Markdown texts. All or nothing."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import selectinload

from app.audit.service import record
from app.courses import service
from app.courses.models import Course, Lesson, LessonProgress
from app.courses.service import CourseText, LessonText
from app.domain.papers import Shortage
from app.exams import service as exams
from app.web.content import ContentError, Fault, Table, read_folder
from app.web.db import db

KINDS = ("reading", "rules", "quiz")
_PATTERN = "courses/*/course.toml"


@dataclass(frozen=True)
class CourseFile:
    """A course as its file says. `lessons` by code, in order; `file` and `lines` place faults."""

    file: str
    text: CourseText
    lessons: dict[str, LessonText]
    lines: dict[str, int]


def check(folder: Path) -> list[Fault]:
    """Everything that is wrong in the files; empty when they can be loaded."""
    return sorted(_read(folder)[1])


def load(folder: Path, now: datetime) -> dict[str, int]:
    """Bring the courses up to the files; how many of what were created and changed.

    Questions must be loaded before. An unchanged file changes nothing; new courses are not published.
    Raises ContentError, and the caller writes nothing, when a file has a fault.
    """
    courses, faults = _read(folder)
    if faults:
        raise ContentError(faults)
    stored = {
        course.code: course
        for course in db.session.scalars(sa.select(Course).options(selectinload(Course.lessons)))
    }
    counts: Counter[str] = Counter()
    for made in courses:
        _load_course(made, stored.get(made.text.code), now, counts)
    db.session.flush()
    if counts:
        record("course.import", "course:files", "导入课程文件", after=dict(counts))
    return dict(counts)


def _read(folder: Path) -> tuple[list[CourseFile], list[Fault]]:
    faults: list[Fault] = []
    courses = [_course(folder, path, table) for path, table in read_folder(folder, _PATTERN, faults)]
    return courses, faults


def _course(folder: Path, path: Path, table: Table) -> CourseFile:
    code = table.text("code")
    if code and code != path.parent.name:
        table.fault("code", _("应当与文件夹同名：%(name)s。", name=path.parent.name))
    text = CourseText(
        code, table.text("title"), table.text("summary"), round(table.number("credit_hours") * 10)
    )
    blueprint = table.text("blueprint", "")
    if blueprint and not (folder / "blueprints" / f"{blueprint}.toml").is_file():
        table.fault("blueprint", _("没有组卷规则 %(code)s。", code=blueprint))
    lessons: dict[str, LessonText] = {}
    lines: dict[str, int] = {}
    for part in table.tables("lesson"):
        lesson_code = part.text("code")
        if lesson_code in lessons:
            part.fault("code", _("课时编号 %(code)s 重复。", code=lesson_code))
        lessons[lesson_code] = _lesson(folder, path, part)
        lines[lesson_code] = part.line()
    if not lessons:
        table.fault("", _("课程没有课时。"))
    table.refuse_unknown()
    return CourseFile(table.file, text, lessons, lines)


def _lesson(folder: Path, path: Path, part: Table) -> LessonText:
    kind = part.text("kind")
    if kind and kind not in KINDS:
        part.fault("kind", _("应当是 reading、rules 或 quiz。"))
    rule_sets = part.texts("rule_sets", [])
    for code in rule_sets:
        if not (folder / "rule_sets" / f"{code}.toml").is_file():
            part.fault("rule_sets", _("没有规矩条目集 %(code)s。", code=code))
    if kind in ("rules", "quiz") and not rule_sets:
        part.fault("rule_sets", _("请列出规矩条目集。"))
    quiz = kind == "quiz"
    text = LessonText(
        title=part.text("title"), kind=kind, minutes=part.whole("minutes", at_least=1), rule_sets=rule_sets,
        body=_body(path, part) if kind == "reading" else "",
        count=part.whole("count", at_least=1) if quiz else 0,
        pass_percent=part.whole("pass_percent", at_least=1) if quiz else 0,
    )  # fmt: skip
    if text.pass_percent > 100:
        part.fault("pass_percent", _("不能大于 100。"))
    part.refuse_unknown()
    return text


def _body(path: Path, part: Table) -> str:
    name = part.text("file")
    file = path.parent / name
    if name and (Path(name).name != name or not file.is_file()):
        part.fault("file", _("课程文件夹里没有 %(name)s。", name=name))
    elif name:
        try:
            return file.read_text("utf-8-sig")
        except UnicodeDecodeError:
            part.fault("file", _("%(name)s 不是 UTF-8 编码，请另存为 UTF-8 后重试。", name=name))
    return ""


def _load_course(made: CourseFile, course: Course | None, now: datetime, counts: Counter[str]) -> None:
    if course is None:
        course = Course(exam_id=None, published=False, **made.text.__dict__)
        db.session.add(course)
        db.session.flush()
        counts["courses_created"] += 1
    elif _assign(course, made.text.__dict__):
        counts["courses_changed"] += 1
    stored = {lesson.code: lesson for lesson in course.lessons}
    for position, (code, text) in enumerate(made.lessons.items(), start=1):
        values = {
            "position": position, "title": text.title, "kind": text.kind, "minutes": text.minutes,
            "body": text.body, "rule_sets": list(text.rule_sets),
        }  # fmt: skip
        lesson = stored.pop(code, None)
        if lesson is None:
            lesson = Lesson(code=code, quiz_id=None, **values)
            course.lessons.append(lesson)
            db.session.flush()
            counts["lessons_created"] += 1
        elif _assign(lesson, values):
            counts["lessons_changed"] += 1
        _load_quiz(made, lesson, text, now)
    for gone in stored.values():
        _drop(made, gone)
        counts["lessons_deleted"] += 1


def _assign(row: Course | Lesson, values: dict[str, object]) -> bool:
    """Set what differs; whether anything did."""
    changed = {name: value for name, value in values.items() if getattr(row, name) != value}
    for name, value in changed.items():
        setattr(row, name, value)
    return bool(changed)


def _load_quiz(made: CourseFile, lesson: Lesson, text: LessonText, now: datetime) -> None:
    if text.kind != "quiz":
        return
    try:
        quiz = exams.ensure_quiz(
            service.quiz_code(made.text.code, lesson.code), text.title, list(text.rule_sets), text.count,
            text.pass_percent, now,
        )  # fmt: skip
    except Shortage as error:
        message = _("题库中的试题不够，还差 %(n)s 题。", n=error.lack)
        raise ContentError([Fault(made.file, made.lines[lesson.code], "count", message)]) from error
    lesson.quiz_id = quiz.id


def _drop(made: CourseFile, lesson: Lesson) -> None:
    """Take out a lesson that left its file, unless people have learnt it."""
    read = sa.select(LessonProgress.lesson_id).where(LessonProgress.lesson_id == lesson.id).limit(1)
    if db.session.scalar(read) is not None:
        message = _("课时 %(code)s 已有人学习，不能从文件中删去。", code=lesson.code)
        raise ContentError([Fault(made.file, 1, "lesson", message)])
    lesson.course.lessons.remove(lesson)
    db.session.delete(lesson)

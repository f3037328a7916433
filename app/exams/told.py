"""What a candidate is told before the start: every rule that holds for them, in plain words."""

from datetime import datetime, timedelta

from flask_babel import gettext as _

from app.domain.attempts import GRACE, Outcome
from app.domain.scoring import Minimum, format_points
from app.exams import scoring, words
from app.exams.models import Exam
from app.exams.seat_models import Seat, Sitting
from app.exams.standing import Standing
from app.people import facts as people
from app.web import clock

_MINUTE = timedelta(minutes=1)


def moment(at: datetime) -> str:
    return f"{clock.beijing(at):%Y-%m-%d %H:%M}"


def _time(at: datetime) -> str:
    return f"{clock.beijing(at):%H:%M}"


def facts(stands: Standing) -> list[tuple[str, str]]:
    """The rules in short: what, and how it is for this person."""
    exam = stands.exam
    told = [
        (_("座位"), _seat(stands)),
        (_("考试时间"), _window(stands)),
        (_("入场"), _entry(stands)),
        (_("作答时间"), _limit(stands)),
        (_("交卷"), _earliest(exam)),
        (_("合格标准"), passing(exam)),
        (_("考试次数"), _attempts(stands)),
        (_("查资料"), _books(stands)),
        (_("合格有效期"), _("合格之日起 %(n)s 年", n=exam.valid_years) if exam.valid_years else ""),
        (_("补考"), _makeup(exam)),
    ]
    return [(what, how) for what, how in told if how]


def _seat(stands: Standing) -> str:
    given, sitting = stands.terms.seat, stands.terms.sitting
    if given is None or sitting is None:
        return ""
    place = f"（{sitting.place}）" if sitting.place else ""
    return f"{seat(given, sitting)}{place}"


def _window(stands: Standing) -> str:
    opens, closes = stands.clock.opens_at, stands.clock.closes_at
    same_day = clock.day(opens) == clock.day(closes)
    until = _time(closes) if same_day else moment(closes)
    text = _("%(opens)s 至 %(closes)s", opens=moment(opens), closes=until)
    given = stands.terms.given
    if given.opens_at or given.closes_at:
        text += _("（为您单独安排的时间）")
    return str(text)


def _entry(stands: Standing) -> str:
    entry = stands.clock.entry
    if entry is None:
        return ""
    last = stands.clock.opens_at + entry
    return str(_("最晚 %(time)s 开始答题，迟到不能再考", time=_time(last)))


def _limit(stands: Standing) -> str:
    minutes = stands.exam.minutes or 0
    if not stands.extra_minutes:
        return str(_("%(n)s 分钟", n=minutes))
    return str(
        _("%(all)s 分钟（规定 %(n)s 分钟，另为您延长 %(extra)s 分钟）", all=minutes + stands.extra_minutes,
          n=minutes, extra=stands.extra_minutes)
    )  # fmt: skip


def _earliest(exam: Exam) -> str:
    if not exam.earliest_minutes:
        return ""
    return str(_("开始答题满 %(n)s 分钟以后才能交卷", n=exam.earliest_minutes))


def passing(exam: Exam) -> str:
    """The pass rule in one sentence."""
    text = _("总分达到满分的 %(n)s%%", n=exam.pass_percent)
    for one in scoring.minimums(exam):
        text += _("，并且%(what)s", what=minimum(one))
    return str(text)


def minimum(one: Minimum) -> str:
    names = _("、").join(f"“{title}”" for title in one.sections)
    form = (
        _("%(names)s合计不低于 %(points)s 分")
        if len(one.sections) > 1
        else _("%(names)s不低于 %(points)s 分")
    )
    return str(form % {"names": names, "points": format_points(one.points)})


def _attempts(stands: Standing) -> str:
    if stands.allowed == 1 and not stands.sat:
        return str(_("1 次"))
    many = (
        _("不限次数")
        if stands.allowed is None
        else _("共 %(all)s 次，还剩 %(left)s 次", all=stands.allowed, left=stands.left)
    )
    return f"{many}{_('，')}{_outcomes()[Outcome(stands.exam.outcome)]}"


def _outcomes() -> dict[Outcome, str]:
    return {
        Outcome.BEST: _("取最好的一次"),
        Outcome.LAST: _("以最后一次为准"),
        Outcome.AVERAGE: _("取各次的平均分"),
    }


def _books(stands: Standing) -> str:
    return str(_("开卷：您可以查阅自带的书和笔记")) if stands.terms.given.open_book else ""


def _makeup(exam: Exam) -> str:
    if exam.makeup_of is None:
        return ""
    return str(_("这是“%(title)s”的补考，合格就算原考试合格", title=exam.makeup_of.title))


def rules(stands: Standing) -> list[str]:
    """What to know before the start, one sentence or two each."""
    exam = stands.exam
    minutes = (exam.minutes or 0) + stands.extra_minutes
    told = [
        _("从按下“开始考试”起计时 %(n)s 分钟；中途离开，计时不停。", n=minutes),
        _ends(stands),
        _("每答一题自动保存，不必担心断电或断网：断网时作答先存在本机，联网后自动上传。"
          "页面上会用文字写明是否已保存。"),
        _("到时页面停止作答并自动收卷。网络慢时，到时后 %(n)s 秒内送达的作答仍然有效。"
          "已保存的作答即使没有按“交卷”也会计分。", n=GRACE.seconds),
        _("可以换一台设备接着答；同一份答卷只能在最后打开的页面上作答，先前的页面会停止保存并告知您。"),
        _("每个人的题目次序可能不同，不影响计分。") if _shuffled(exam) else "",
        words.release(exam),
    ]  # fmt: skip
    return [text for text in told if text]


def _ends(stands: Standing) -> str:
    """When a late start costs time: the end of the window cuts it off, what was given on top is kept."""
    last = stands.clock.closes_at + timedelta(minutes=stands.extra_minutes)
    same_day = clock.day(stands.clock.opens_at) == clock.day(last)
    return str(_("如果开始得晚，最晚只能答到 %(time)s。", time=_time(last) if same_day else moment(last)))


def _shuffled(exam: Exam) -> bool:
    return exam.shuffle_sections or exam.shuffle_slots


def seat(given: Seat, sitting: Sitting) -> str:
    return str(_("%(room)s %(n)s 号", room=sitting.room, n=given.number))


def ticket(given: Seat, exam: Exam) -> list[tuple[str, str]]:
    """What stands on a 准考证 besides the name."""
    sitting = given.sitting
    opens, closes = clock.beijing(sitting.opens_at), clock.beijing(sitting.closes_at)
    told = [
        (_("准考证号"), given.ticket),
        (_("身份证号"), people.masked(given.person, "id_number")),
        (_("单位"), given.person.unit.name),
        (_("考场"), sitting.room),
        (_("座号"), str(_("%(n)s 号", n=given.number))),
        (_("地点"), sitting.place),
        (_("考试时间"), f"{opens:%Y-%m-%d %H:%M}–{closes:%H:%M}"),
        (_("入场"), _arrival(sitting, exam.entry_minutes)),
    ]
    return [(what, how) for what, how in told if how]


def _arrival(sitting: Sitting, entry_minutes: int | None) -> str:
    text = _("%(time)s 起", time=_time(sitting.doors_at))
    if entry_minutes is None:
        return str(text)
    if sitting.by_hand:
        return str(_("%(text)s，宣布开考 %(n)s 分钟后不得入场", text=text, n=entry_minutes))
    last = sitting.opens_at + entry_minutes * _MINUTE
    return str(_("%(text)s，%(last)s 后不得入场", text=text, last=_time(last)))


def room_rules(exam: Exam) -> list[str]:
    """For the 准考证: what to bring and to know."""
    told = [
        _("请带本准考证和身份证，提前到场，对号入座。"),
        _(
            "作答时间 %(n)s 分钟，另为本人延长的以考试页面为准；到时自动收卷，作答随时自动保存。",
            n=exam.minutes,
        ),
        _("开始答题满 %(n)s 分钟以后才能交卷。", n=exam.earliest_minutes) if exam.earliest_minutes else "",
        _("考试中遇到断电、断网，请举手报告监考员，已答的题不会丢失。"),
    ]
    return [text for text in told if text]

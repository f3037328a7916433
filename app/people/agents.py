"""A browser's User-Agent in the words of people: enough to tell one's phone from the office PC."""

from flask_babel import gettext as _

_BROWSERS = (
    ("wxwork", "企业微信"), ("MicroMessenger", "微信"), ("DingTalk", "钉钉"), ("QQBrowser", "QQ 浏览器"),
    ("QIHU", "360 浏览器"), ("360SE", "360 浏览器"), ("Edg", "Edge"), ("Firefox", "Firefox"),
    ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip


def _machines() -> tuple[tuple[str, str], ...]:
    return (
        ("HarmonyOS", _("鸿蒙设备")), ("OpenHarmony", _("鸿蒙设备")), ("iPhone", "iPhone"), ("iPad", "iPad"),
        ("Android", _("安卓手机")), ("Windows", _("Windows 电脑")), ("Macintosh", _("苹果电脑")),
        ("Linux", _("Linux 电脑")),
    )  # fmt: skip


def device_words(agent: str) -> str:
    """“Windows 电脑 · Edge”."""
    machine = next((words for sign, words in _machines() if sign in agent), "")
    browser = next((words for sign, words in _BROWSERS if sign in agent), "")
    return " · ".join(part for part in (machine, browser) if part) or str(_("未知设备"))

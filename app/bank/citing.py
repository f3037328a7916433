"""How a source is cited in one line, as a Chinese editor would set it."""

from datetime import date

from app.bank.models import Amendment, Clause, RuleSet


def source_line(rule_set: RuleSet) -> str:
    """习近平：《……讲话》，2015年1月13日，北京. Empty while a local set names no document."""
    if not rule_set.document:
        return ""
    number = f"（{rule_set.number}）" if rule_set.number else ""
    excerpt = "（节选）" if rule_set.excerpt else ""
    head = _issuer(rule_set) + titled(rule_set.document) + number + excerpt
    # A meeting often has its date in its name already.
    when = chinese_date(rule_set.dated)
    parts = [head, "" if when in rule_set.document else when, rule_set.place]
    return "，".join(part for part in parts if part)


def _issuer(rule_set: RuleSet) -> str:
    named = not rule_set.issuer or rule_set.issuer in rule_set.document
    return "" if named else rule_set.issuer + "："


def remarked(line: str, remark: str) -> str:
    """A source line with what else is to be said of the clause."""
    return f"{line}（{remark}）" if line and remark else line or remark


def remark(clause: Clause, entered: Amendment | None, text: str | None = None) -> str:
    """What else is to be said of the clause in this wording (its present one); "" where nothing is.

    Nobody is quoted as having said what another document says.
    """
    text = clause.text if text is None else text
    document = titled(entered.document) if entered else ""
    amended = entered is not None and entered.filed_text != text == clause.text
    if clause.superseded_on:
        what = "修改后的条文，" if amended else ""
        by = f"据{document}废止，" if document else ""
        return f"{what}{by}{chinese_date(clause.superseded_on)}起不再施行"
    if text == clause.text:
        return f"据{document}修改，{chinese_date(entered.since)}起" if entered and amended else ""
    if entered is None:
        return "引自改动以前的条文"
    return f"原来的条文，已据{document}修改，{chinese_date(entered.since)}起按新的条文"


def titled(document: str) -> str:
    """Book marks belong to documents, not to meetings."""
    return document if document.endswith("会议") or "《" in document else f"《{document}》"


def chinese_date(day: date | None) -> str:
    return "" if day is None else f"{day.year}年{day.month}月{day.day}日"

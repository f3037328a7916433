"""How a source is cited in one line, as a Chinese editor would set it."""

from datetime import date

from app.bank.models import RuleSet


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


def titled(document: str) -> str:
    """Book marks belong to documents, not to meetings."""
    return document if document.endswith("会议") or "《" in document else f"《{document}》"


def chinese_date(day: date | None) -> str:
    return "" if day is None else f"{day.year}年{day.month}月{day.day}日"

"""Right answers in words, as a key at the end of a paper gives them."""

from flask_babel import gettext as _

from app.domain.questions import Kind, Part


def answer_text(part: Part) -> str:
    """B; ACD; 正确; 甲；乙; B、A、C; 1—B、2—A; the text; the points. Some text whatever the key holds."""
    key = part.key
    match part.kind, key:
        case Kind.JUDGE, bool():
            return str(_("正确")) if key else str(_("错误"))
        case Kind.BLANKS, list():
            return "；".join("/".join(map(str, blank)) for blank in key)
        case Kind.MULTIPLE, list():
            return "".join(map(str, key)).upper()
        case Kind.ORDER, list():
            return "、".join(map(str, key)).upper()
        case Kind.MATCH, list():
            return "、".join(f"{n}—{str(one).upper()}" for n, one in enumerate(key, start=1))
        case Kind.RECITE, {"text": text}:
            return str(text)
        case ((Kind.SHORT | Kind.ESSAY), list()):
            return "；".join(f"{n}. {point}" for n, point in enumerate(key, start=1))
    return str(key).upper() if key is not None else ""

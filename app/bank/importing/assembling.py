"""A question as it is written into what it says: its kind, its key, the blanks in its stem."""

import re

from flask_babel import gettext as _

from app.bank.importing import answers, words
from app.bank.importing.items import UNDERLINED, UPRIGHT, Item, Note, Written, half
from app.domain.quality import closing
from app.domain.questions import BLANK, CHOICES, WITH_OPTIONS, Kind, Part, Question, normalise

EMPTY = "（　　）"
LONGEST_SOURCE = 6000
_KIND_HEAD = re.compile(rf"\s*[【\[(]\s*({words.WORDS})\s*[】\])]\s*")
_SCORE = re.compile(r"[(\[【]\s*(?:本题|共|每题)?\s*\d{1,3}(?:\.\d)?\s*分\s*[)\]】]")
_LETTERS = r"[A-H](?:[\s,、]{0,2}[A-H]){0,7}"
_ANY_LETTERS = r"[A-Ha-h](?:[\s,、]{0,2}[A-Ha-h]){0,7}"
_FILLED = re.compile(
    rf"\(\s*({_ANY_LETTERS}|[{answers.MARKS}]|对|错|正确|错误|[TF])\s*\)|_{{1,40}}\s*({_LETTERS})\s*_{{1,40}}"
)
_BARE_END = re.compile(rf"(?<=[。?!)\s])\s*({_LETTERS}|[{answers.MARKS}])\s*$")
_LETTER, _TF = re.compile("[A-Ha-h]"), re.compile("[A-EGHa-eg-h]")  # that name options, where there are none
_BRACKETS = re.compile(r"\(\s*\)")
_LINES = re.compile(r"_{2,}")
_ROOM_AT_START = re.compile(r"^[(（][\s　]*[)）]\s*")
_REASON = re.compile(
    rf"\s*({_LETTERS}|[{answers.MARKS}]|对|错|正确|错误)\s*(?:[。.,;:]\s*|(?=\())(?=\S)(?![\s,、.;:]*[A-H]\b)"
)
_ROOM_AT_END = re.compile(r"\s*[(（][\s　]*[)）][^\S\n]*([。.]?)[^\S\n]*(?=(?:\s*〔图\d{1,4}〕)*$)")
_ASKING = re.compile(r"^\s*(?:问|请|试)|[?]\s*$")  # the last line of a case without numbered questions
_ASKS = re.compile(r"\n\s*(?:问题|请回答(?:下列问题)?|请问|问)\s*[:：]?\s*$")
_ANY_BRACKET = re.compile(r"\(([^()]{1,80})\)")
_UNDER = re.compile(f"{UNDERLINED}([^{UPRIGHT}]*){UPRIGHT}")
_PICTURE_PLACE = re.compile(r"〔图\d{1,4}〕")


def item(written: Written, topic: str = "", difficulty: str = "") -> Item:
    """`topic`, `difficulty`: where the question does not say."""
    notes = list(written.notes)
    case = _said(written) is Kind.CASE
    if case:
        _ask_last(written)
        _gather(written, notes)
    for one in (written, *written.parts):
        _place_pictures(one, notes)
        _split_reason(one)
    asked = part(written, notes)
    parts = tuple(part(one, notes) for one in written.parts) if case else ()
    key = None if case else asked.key
    level = words.level(written.level) if written.level else ""
    if level is None:
        notes.append(Note("level", _("“%(v)s”不是认知层次，没有采用。", v=written.level[:20])))
    hard = words.difficulty(written.difficulty) if written.difficulty else None
    if written.difficulty and hard is None:
        notes.append(Note("difficulty", _("“%(v)s”看不出难易，没有采用。", v=written.difficulty[:20])))
    content = Question(
        asked.kind, asked.stem, asked.options, key, clean(written.explanation), (),
        clean(written.topic) or topic, hard or difficulty or "medium", asked.prompts, parts,
        level or "", words.tags(written.tags), last=asked.last,
    )  # fmt: skip
    source = "\n".join(written.source).translate({ord(UNDERLINED): None, ord(UPRIGHT): None})
    return Item(
        written.place,
        source if len(source) <= LONGEST_SOURCE else f"{source[:LONGEST_SOURCE]}……",
        content,
        clean(written.basis),
        notes,
        written.code,
        [field for field, said in (("topic", clean(written.topic)), ("difficulty", hard)) if not said],
    )


def _place_pictures(written: Written, notes: list[Note]) -> None:
    """A picture that stands below the key belongs to what is asked; nowhere else does the bank keep any."""
    found = _PICTURE_PLACE.findall(written.answer)
    if found and (written.options or not _is_long(written.answer)):
        written.answer = _PICTURE_PLACE.sub("", written.answer).strip()
        written.stem = "\n".join([written.stem, *found])
        notes.append(Note("pictures", _("图片原在答案后面，已放到题干下面，请核对。")))
    for field in ("answer", "explanation"):
        text = getattr(written, field)
        if _PICTURE_PLACE.search(text):
            setattr(written, field, _PICTURE_PLACE.sub("", text).strip())
            notes.append(Note("pictures", _("答案要点和解析里的图片没有收，题库只在题干和选项里放图片。")))


def _split_reason(written: Written) -> None:
    """ "B。第三条规定……" is the key and why, unless it is the key and its option: "B. 北京"."""
    found = _REASON.match(half(written.answer))
    if found is None or not (written.options or _said(written) is Kind.JUDGE):
        return
    key, rest = found[1], written.answer[found.end() :].strip()
    texts = {normalise(option) for option in written.options}
    if "\n" not in written.answer and normalise(rest) not in texts:
        written.answer = key
        written.explanation = "\n".join(filter(None, (rest, written.explanation)))


def _is_long(answer: str) -> bool:
    """Is it answered in sentences? A picture among them would give the answer away."""
    return len(_PICTURE_PLACE.sub("", answer).strip()) > 20


def _ask_last(case: Written) -> None:
    """Material with one question below it, and no number before that."""
    material, _line, asked = case.stem.strip().rpartition("\n")
    if not case.parts and material and _ASKING.search(half(asked)):
        case.parts.append(Written(case.place, 1, stem=asked, options=case.options))
        case.stem, case.options = material, []
    case.stem = _ASKS.sub("", case.stem)


def _gather(case: Written, notes: list[Note]) -> None:
    """What is written at one place for all parts: answers are shared out, explanations stay together."""
    given = [one for one in (case, *case.parts) if one.answer.strip()]
    whole = given[0] if len(given) == 1 and (given[0] is case or len(case.parts) > 1) else None
    pieces = answers.shared(whole.answer, len(case.parts)) if whole else None
    if whole and len(case.parts) == 1:
        pieces = [whole.answer]
    if whole and pieces:
        whole.answer = ""
        for one, piece in zip(case.parts, pieces, strict=True):
            one.answer = piece
    elif case.answer.strip():
        text = _("答案“%(text)s”没有分到各小题，请核对。", text=case.answer.strip()[:40])
        notes.append(Note("key", text))
    for field in ("explanation", "basis", "topic", "difficulty", "level", "tags"):
        said = [text for one in (case, *case.parts) if (text := getattr(one, field).strip())]
        setattr(case, field, "\n".join(said) if field in ("explanation", "basis") else "".join(said[:1]))


def clean(text: str) -> str:
    return text.replace(UNDERLINED, "").replace(UPRIGHT, "").strip()


def one_line(text: str) -> str:
    """A cell may hold line breaks; an option that did would be two in the form."""
    return " ".join(clean(text).split("\n")) if "\n" in text else clean(text)


def part(written: Written, notes: list[Note]) -> Part:
    said = _said(written)
    stem = _without_scores(_kind_at_head(written.stem)[0])
    options = tuple(one_line(option) for option in written.options[:26])
    answer = written.answer.strip()
    if said is not Kind.BLANKS:
        stem, answer = _answer_in_stem(stem, answer, bool(options), said, notes)
    kind = said or _told_kind(written, stem, options, answer)
    if kind is Kind.JUDGE or (said is None and _is_judge(options, answer)):
        return _judge(stem, options, answer)
    if kind is Kind.BLANKS:
        stem, answer = _blanks(stem, answer)
    if kind is Kind.CASE:
        return Part(kind, clean(stem), options, None)
    if kind in WITH_OPTIONS:
        stem = _sub(_BRACKETS, stem, EMPTY)
    phrases = [line.strip() for line in written.phrases.split("\n") if line.strip()]
    key = answers.key(kind, answer or ("" if kind in WITH_OPTIONS else "\n".join(phrases)), options, stem)
    if kind is Kind.BLANKS and (unsure := answers.several(key)):
        text = _("答案“%(text)s”里有几个编号或几行，分不清是哪一空的，请核对。", text=unsure[:40])
        notes.append(Note("key", text, bars=True))
    if kind is Kind.RECITE and phrases and isinstance(key, dict):
        key["phrases"] = phrases
    if kind in WITH_OPTIONS and kind not in CHOICES and isinstance(key, list):
        options, key = _mixed(options, key)
    prompts = tuple(one_line(prompt) for prompt in written.prompts)
    return Part(kind, clean(stem), options, key, prompts, _last(kind, written.last, options, notes))


def _last(kind: Kind, said: str, options: tuple[str, ...], notes: list[Note]) -> int:
    """How many options stay at the end: as it says, else those that speak of the others."""
    if said and not (said.isascii() and said.isdigit() and len(said) == 1):
        notes.append(Note("last", _("“%(v)s”不是项数，没有采用。", v=said[:20])))
        said = ""
    return int(said) if said else closing(kind, options)


def _said(written: Written) -> Kind | None:
    """The kind that is named; what has parts is a case."""
    named = words.kind(written.kind) or _kind_at_head(written.stem)[1] or words.kind(written.section)
    return named or (Kind.CASE if written.parts else None)


def _mixed(options: tuple[str, ...], key: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """Options that stand in the right order would give it away."""
    known = set(key) <= set("abcdefghijklmnopqrstuvwxyz"[: len(options)])
    if known and key == sorted(key) and len(set(key)) == len(key):
        return answers.in_unordered(options, key)
    return options, key


def _kind_at_head(stem: str) -> tuple[str, Kind | None]:
    head = _KIND_HEAD.match(half(stem))
    return (stem[head.end() :], words.kind(head[1])) if head else (stem, None)


def _without_scores(stem: str) -> str:
    found = list(_SCORE.finditer(half(stem)))
    for one in reversed(found):
        if one.start() == 0 or one.end() >= len(stem.rstrip(" 。：:")) - 1:
            stem = stem[: one.start()] + stem[one.end() :]
    return stem.strip()


def _answer_in_stem(
    stem: str, answer: str, options: bool, said: Kind | None, notes: list[Note]
) -> tuple[str, str]:
    """The stem with its brackets empty, and the answer that stood in them unless one is written elsewhere."""
    flat = half(stem)
    letters = _TF if said is Kind.JUDGE else _LETTER
    filled = [one for one in _FILLED.finditer(flat) if options or not letters.search(one[0])]
    if not filled and said in (None, *CHOICES, Kind.JUDGE):
        filled = [one for one in _BARE_END.finditer(flat) if options or not letters.search(one[0])]
    if not filled or said not in (None, *CHOICES, Kind.JUDGE, Kind.ORDER):
        return stem, answer
    one = filled[-1]
    inside = one[1] or (one[2] if one.re is _FILLED else "") or ""
    if answer and answers.letters(answer) != answers.letters(inside) and _judged(answer) != _judged(inside):
        text = _("括号里的答案“%(a)s”与后面的“%(b)s”不一致，请核对。", a=inside, b=answer[:20])
        notes.append(Note("key", text, bars=True))
    room = EMPTY if one.re is _FILLED else ""
    return (stem[: one.start()] + room + stem[one.end() :]).strip(), answer or inside


def _judged(text: str) -> bool | str:
    found = answers.truth(text)
    return text if found is None else found


def _is_judge(options: tuple[str, ...], answer: str) -> bool:
    """Two options that say nothing but right and wrong, or an answer that does."""
    if options:
        return len(options) == 2 and {answers.truth(option) for option in options} == {True, False}
    return answers.is_judgement(answer)


def _judge(stem: str, options: tuple[str, ...], answer: str) -> Part:
    if _is_judge(options, "") and (letter := answers.letters(answer)) in {"A", "B"}:
        answer = options["AB".index(letter)]
        options = ()
    elif _is_judge(options, ""):
        options = ()
    stem = _ROOM_AT_START.sub("", _ROOM_AT_END.sub(r"\1", clean(stem)))
    return Part(Kind.JUDGE, stem, options, answers.key(Kind.JUDGE, answer, ()))


def _told_kind(written: Written, stem: str, options: tuple[str, ...], answer: str) -> Kind:
    """What an author who names no kind must have meant."""
    if options:
        if written.prompts:
            return Kind.MATCH
        several = len(answers.letters(answer)) > 1 or isinstance(
            answers.key(Kind.MULTIPLE, answer, options), list
        ) and len(answers.key(Kind.MULTIPLE, answer, options)) > 1  # type: ignore[arg-type]  # fmt: skip
        return Kind.MULTIPLE if several else Kind.SINGLE
    if answers.is_judgement(answer):
        return Kind.JUDGE
    flat = half(stem)
    return Kind.BLANKS if _LINES.search(flat) or (answer and _BRACKETS.search(flat)) else Kind.SHORT


def _blanks(stem: str, answer: str) -> tuple[str, str]:
    """Every way of leaving room as ____; where the answers stand in the room, they are taken out of it."""
    inside: list[str] = []
    if not answer and _UNDER.search(stem):
        inside = [one[1].strip() for one in _UNDER.finditer(stem)]
        stem = _UNDER.sub(BLANK, stem)
    stem = _sub(_LINES, stem, BLANK)
    if BLANK not in stem:
        stem = _sub(_BRACKETS, stem, BLANK)
    if BLANK not in stem and not answer:
        found = [one for one in _ANY_BRACKET.finditer(half(stem)) if normalise(one[1])]
        inside = [stem[one.start(1) : one.end(1)].strip() for one in found]
        for one in reversed(found):
            stem = stem[: one.start()] + BLANK + stem[one.end() :]
    return stem, answer or "\n".join(inside)


def _sub(room: re.Pattern[str], stem: str, uniform: str) -> str:
    """Every way of leaving room in the one way of the bank."""
    for one in reversed(list(room.finditer(half(stem)))):
        stem = stem[: one.start()] + uniform + stem[one.end() :]
    return stem

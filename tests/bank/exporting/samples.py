"""A question of every kind, with what formats trip over in its texts."""

import io
from collections.abc import Sequence
from typing import Any

from app.bank.exporting import qti
from app.bank.exporting.picking import Exported
from app.domain.questions import Kind, Part, Question

ODD = '=1+1 {甲} ~乙 #丙: <b>&"丁"\\'
CLAUSES = ("five-musts/1",)


def _question(kind: Kind, stem: str, options: tuple[str, ...], key: object, **more: Any) -> Question:
    return Question(kind, stem, options, key, "原文如此。\n第二行", CLAUSES, "政治纪律", "hard", **more)


CONTENTS = {
    "single": _question(Kind.SINGLE, f"{ODD}是（　　）。", (ODD, "+乙", "-丙", "@丁"), "b", level="apply"),
    "multiple": _question(
        Kind.MULTIPLE, "哪些是原文？", ("甲", "乙", "丙"), ["a", "c"], tags=("标签", "二/三")
    ),
    "judge": _question(Kind.JUDGE, "这是原文。", (), False),
    "blanks": _question(Kind.BLANKS, "维护____和____。", (), [["党中央", "中央"], ["团结"]]),
    "blank": _question(Kind.BLANKS, "维护____。", (), [["党中央", "中央"]]),
    "order": _question(Kind.ORDER, "请排列。", ("乙", "甲", "丙"), ["b", "a", "c"]),
    "match": _question(Kind.MATCH, "请对应。", ("二", "一", "三"), ["b", "a"], prompts=("左一", "左二")),
    "recite": _question(
        Kind.RECITE, "默写。", (), {"text": "对党忠诚，积极工作", "phrases": ["对党忠诚", "积极工作"]}
    ),
    "short": _question(Kind.SHORT, "简述。", (), ["要点一", "要点二"]),
    "essay": _question(Kind.ESSAY, "论述。", (), ["要点"]),
    "case": _question(
        Kind.CASE, "某案例。", (), None,
        parts=(
            Part(Kind.SINGLE, "对吗？", ("对的", "不对的"), "a"),
            Part(Kind.SHORT, "为什么？", (), ["因为甲", "因为乙"]),
        ),
    ),
}  # fmt: skip
QUESTIONS = [Exported(f"five-musts-{n:03}", content) for n, content in enumerate(CONTENTS.values(), 1)]


def packaged(questions: Sequence[Exported]) -> bytes:
    out = io.BytesIO()
    qti.package(questions, out)
    return out.getvalue()

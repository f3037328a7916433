"""A school's bank of ten thousand questions: read, compared with the bank, and saved by the worker."""

import time
from collections.abc import Iterator

import sqlalchemy as sa

from app.bank.importing import edits, work
from app.bank.importing.files import Defaults
from app.bank.models import Question, QuestionImport
from app.domain.access import Role
from app.web import clock, uow
from app.web.db import db
from app.web.sheets import write_xlsx
from tests import factories

QUESTIONS = 10_000
_HEAD = ("题型", "题干", "选项A", "选项B", "选项C", "选项D", "答案", "解析", "知识点")
_WORDS = "党员干部组织纪律学习会议决定报告监督任务基层服务制度教育培训考核责任廉洁作风建设群众调研方案"


def _text(seed: int, length: int) -> str:
    """Another for each seed, no two much alike."""
    letters = []
    for _n in range(length):
        seed = (seed * 6364136223846793005 + 1442695040888963407) & 0xFFFFFFFFFFFFFFFF
        letters.append(_WORDS[seed >> 58 if seed >> 58 < len(_WORDS) else (seed >> 40) % len(_WORDS)])
    return "".join(letters)


def _rows() -> Iterator[tuple[str, ...]]:
    for number in range(QUESTIONS):
        texts = [
            _text(number * 5 + at, 36 if at == 0 else 9) + str(number % 7) + "甲乙丙丁戊"[at]
            for at in range(5)
        ]
        yield ("单选题", f"{texts[0]}（　　）。", *texts[1:], "ABCD"[number % 4], "见原文。", "党章")


def bench() -> dict[str, float]:
    """Seconds of the worker, and of them those for reading and comparing."""
    root = factories.unit("题库县")
    owner = factories.person("导入人", root)
    factories.grant(owner, Role.AUTHOR, root)
    before = db.session.scalar(sa.select(sa.func.count()).select_from(Question)) or 0
    found = edits.begin(owner.id, "题库.xlsx", write_xlsx("题库", _HEAD, _rows()), Defaults(), clock.now())
    number = found.id
    uow.commit_item()
    begun = time.perf_counter()
    work.QUEUE.read_waiting()
    read = time.perf_counter() - begun
    found = db.session.get_one(QuestionImport, number)
    assert found.state == "ready", found.message
    edits.confirm(found, False, clock.now())
    uow.commit_item()
    begun = time.perf_counter()
    while work.QUEUE.save_stretch():
        pass
    whole = read + time.perf_counter() - begun
    after = db.session.scalar(sa.select(sa.func.count()).select_from(Question)) or 0
    if after - before != QUESTIONS:
        raise SystemExit(f"bench: {after - before} of {QUESTIONS} questions were imported")
    return {"import.seconds": whole, "import.read_seconds": read, "import.per_second": QUESTIONS / whole}

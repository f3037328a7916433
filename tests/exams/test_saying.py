from flask import Flask

from app.exams.saying import in_words

OPTIONS = [{"key": "a", "text": "甲"}, {"key": "b", "text": "乙"}]
SAID = [
    ("single", "b", "B"), ("multiple", ["a", "b"], "A、B"), ("judge", False, "错误"),
    ("blanks", ["党", ""], "党；（空）"), ("recite", "我志愿", "我志愿"), ("order", None, "（清空）"),
    ("order", ["b", "", "z"], "B. 乙 → （空） → z"), ("match", ["b"], "子：B. 乙"),
    # kept unread from a client that sent what does not fit
    ("order", "b", "B. 乙"), ("recite", ["一", "二"], "一；二"), ("match", True, "正确"),
]  # fmt: skip


def test_an_answer_is_said_as_people_write_it(app: Flask) -> None:
    with app.test_request_context():
        for kind, value, words in SAID:
            content = {"kind": kind, "options": OPTIONS, "prompts": ["子", "丑"]}
            assert in_words(content, value) == words, (kind, value)

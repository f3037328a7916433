"""The readers need words, but no database."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_babel import Babel


@pytest.fixture
def words() -> Iterator[None]:
    app = Flask("words")
    Babel(app, default_locale="zh_Hans_CN")
    with app.app_context():
        yield

"""Sealed values open with the right key for the right purpose, and not otherwise."""

import base64

import pytest
from flask import Flask

from app.web import sealing


@pytest.mark.parametrize("text", ["", "11010519491231002X", "青禾县" * 1000])
def test_what_is_sealed_opens(app: Flask, text: str) -> None:
    sealed = sealing.seal("id number", text)
    assert sealing.unseal("id number", sealed) == text
    assert not text or text not in sealed


def test_sealed_bytes_open_as_they_were(app: Flask) -> None:
    data = bytes(range(256)) * 100
    sealed = sealing.seal_bytes("file", data)
    assert sealing.unseal_bytes("file", sealed) == data and data[:256] not in sealed
    with pytest.raises(sealing.WrongKey):
        sealing.unseal_bytes("phone", sealed)


def test_the_same_text_is_sealed_differently_and_digested_alike(app: Flask) -> None:
    assert sealing.seal("phone", "13800000001") != sealing.seal("phone", "13800000001")
    assert sealing.digest("phone", "13800000001") == sealing.digest("phone", "13800000001")


def test_purposes_do_not_open_each_other(app: Flask) -> None:
    with pytest.raises(sealing.WrongKey):
        sealing.unseal("phone", sealing.seal("id number", "13800000001"))
    assert sealing.digest("phone", "1") != sealing.digest("id number", "1")


def test_a_changed_value_does_not_open(app: Flask) -> None:
    raw = bytearray(base64.b64decode(sealing.seal("phone", "13800000001")))
    raw[-1] ^= 1
    with pytest.raises(sealing.WrongKey):
        sealing.unseal("phone", base64.b64encode(raw).decode())


def test_a_data_key_takes_the_place_of_the_secret_key(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    before = sealing.seal("phone", "13800000001")
    monkeypatch.setitem(app.config, "DATA_KEY", "another key of more than thirty-two characters")
    with pytest.raises(sealing.WrongKey):
        sealing.unseal("phone", before)
    monkeypatch.setitem(app.config, "SECRET_KEY", "a new key for cookies of thirty-two characters")
    assert sealing.unseal("phone", sealing.seal("phone", "13800000001")) == "13800000001"

"""The reading of a file (files.py) in a limited process: what strangers wrote is taken apart nowhere else."""

import base64
import json
from dataclasses import asdict, astuple
from typing import Any

from flask_babel import gettext as _

from app.bank.importing import files
from app.bank.importing.files import Defaults, Refused
from app.bank.importing.items import Item, Line, Note, Reading, restored, stored
from app.web import limited


def read(file_name: str, data: bytes, defaults: Defaults) -> Reading:
    """The questions in the file. Raises Refused."""
    try:
        answer = limited.run(__name__, data, json.dumps([file_name, asdict(defaults)]))
    except limited.Exhausted as error:
        raise Refused(
            _("这个文件太大或太复杂，读到一半停下了。请只保留试题，或分成几个文件，再分别上传。")
        ) from error
    said = json.loads(answer, parse_constant=str)  # no database keeps NaN
    if "refused" in said:
        raise Refused(said["refused"])
    items = [_item(values) for values in said["items"]]
    ignored = [Line(place, text) for place, text in said["ignored"]]
    pictures = [base64.b64decode(one) for one in said["pictures"]]
    return Reading(items, ignored, [pictures[place] for place in said["places"]])


def answer(data: bytes, given: str) -> bytes:
    """For `read`, in the limited process."""
    file_name, defaults = json.loads(given)
    said: dict[str, Any]
    try:
        found = files.read(file_name, data, Defaults(**defaults))
    except Refused as refusal:
        said = {"refused": str(refusal)}
    else:
        places = {data: place for place, data in enumerate(dict.fromkeys(found.pictures))}
        said = {
            "items": [_plain(item) for item in found.items],
            "ignored": [astuple(line) for line in found.ignored],
            "pictures": [base64.b64encode(one).decode() for one in places],
            "places": [places[one] for one in found.pictures],
        }
    # A TOML file may hold a date where a key is due.
    return json.dumps(said, ensure_ascii=False, default=str).encode("utf-8", "replace")


def _plain(item: Item) -> dict[str, Any]:
    notes = [astuple(note) for note in item.notes]
    return vars(item) | {"content": stored(item.content), "notes": notes}


def _item(values: dict[str, Any]) -> Item:
    notes = [Note(*note) for note in values["notes"]]
    return Item(**values | {"content": restored(values["content"]), "notes": notes})

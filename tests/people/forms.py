"""What the form of a person sends."""

from typing import Any


def filled(unit_id: int, **more: Any) -> dict[str, Any]:
    base = {
        "name": "王　芳", "username": " WangFang ", "staff_no": "", "sex": "", "id_number": "", "phone": "",
        "unit_id": unit_id, "post": "", "since": "", "rank": "", "rank_since": "", "political": "",
        "joined_on": "",
    }  # fmt: skip
    return {**base, **more}

"""Examples of what is answered about lists of people, by type."""

from __future__ import annotations

import uuid
from typing import Any

from service.api.resources import lists

_ID = uuid.UUID("01937a52-7c00-7abc-8def-0123456789ab")

LISTS: dict[str, Any] = {
    "ListTrial": lists.ListTrial(
        id=_ID,
        filename="siswa.csv",
        applied=False,
        fields=["name", "email", "phone"],
        columns=[lists.ListColumn(0, "Nama", "name"), lists.ListColumn(1, "Surel", "email")],
        seen="9f86d081" * 8,
        counts={"confirmed": 1},
        rows=[lists.ListRow(2, "Rina Wulandari", "confirmed", 12, [])],
    ),
    "ListBroughtIn": lists.ListBroughtIn(_ID, 1),
}

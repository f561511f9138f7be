"""An event's poster on its page: small, kept for ever under the address of this drawing only."""

from __future__ import annotations

import io
import re
from typing import Any

from litestar.testing import TestClient
from PIL import Image

from events.storage import Session
from notifications.models.moment import Moment
from notifications.models.poster import Poster, PosterState
from service.wiring import Runtime
from tests.support.life import NOW, Life

KEY = "posters/drawn-portrait.png"


def test_a_page_shows_a_small_poster_once_it_is_drawn(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    event_id = life.webinar()
    path = f"/events/perpustakaan-batam/{life.event(event_id).slug}"
    assert client.get(f"{path}/poster/early.webp").status_code == 404
    drawn = io.BytesIO()
    Image.new("RGB", (1080, 1350), "teal").save(drawn, "PNG")
    runtime.files.put(KEY, drawn.getvalue(), content_type="image/png")

    def hang_up(session: Session) -> None:
        columns: dict[str, Any] = {"state": PosterState.DONE, "portrait_key": KEY, "created_at": NOW}
        poster = Poster(
            organiser_id=life.organiser_id, event_id=event_id, moment=Moment.ANNOUNCED, locale="id", **columns
        )
        session.add(poster)

    life.database.write(hang_up)
    shown = re.findall(r'(/events/[^"]*/poster/\w+\.\w+)"', client.get(f"{path}?lang=en").text)
    answers = [client.get(address) for address in shown]
    assert [(each.headers["content-type"], "immutable" in each.headers["cache-control"]) for each in answers] == [
        ("image/jpeg", True),
        ("image/webp", True),
    ]
    assert [Image.open(io.BytesIO(each.content)).size for each in answers] == [(1080, 1350), (720, 900)]
    preview = client.get(shown[0].replace(".jpg", ".preview.jpg"))
    assert Image.open(io.BytesIO(preview.content)).size == (1200, 630)
    assert len(preview.content) < 600_000, "WhatsApp shows no larger one"
    assert f'{shown[0].replace(".jpg", ".preview.jpg")}"' in client.get(path).text
    assert client.get(f"{path}/poster/older.webp").headers["cache-control"] == "public, max-age=300"
    assert client.get(f"{path}/poster/drawn.exe").status_code == 404

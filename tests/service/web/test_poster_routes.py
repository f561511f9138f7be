"""An event's poster on its page: small, kept for ever under the address of this drawing only."""

from __future__ import annotations

import io
import re
import uuid
from typing import Any

from litestar.testing import TestClient
from PIL import Image

from events.storage import Session
from notifications.letters.house_cards import draw_cards
from notifications.models.moment import Moment
from notifications.models.poster import Poster, PosterState
from notifications.posters.design import key_of
from notifications.posters.web import WEB_FORMATS, web_pictures
from service.wiring import Runtime
from tests.support.life import NOW, Life

DIGEST = "0123456789abcdef" * 4
PORTRAIT = key_of(DIGEST, "portrait", "jpg")


def _hang_up(life: Life, runtime: Runtime, event_id: uuid.UUID) -> None:
    drawn = io.BytesIO()
    Image.new("RGB", (1080, 1350), "teal").save(drawn, "JPEG")
    lying = io.BytesIO()
    Image.new("RGB", (1200, 630), "teal").save(lying, "JPEG")
    runtime.files.put(PORTRAIT, drawn.getvalue(), content_type="image/jpeg")
    for name, body in web_pictures(drawn.getvalue(), lying.getvalue()).items():
        runtime.files.put(key_of(DIGEST, name, WEB_FORMATS[name]), body, content_type="image/x")

    def use_case(session: Session) -> None:
        columns: dict[str, Any] = {"state": PosterState.DONE, "digest": DIGEST, "portrait_key": PORTRAIT}
        columns |= {"created_at": NOW, "moment": Moment.ANNOUNCED, "locale": "id"}
        session.add(Poster(organiser_id=life.organiser_id, event_id=event_id, **columns))

    life.database.write(use_case)


def test_a_page_shows_a_small_poster_once_it_is_drawn(client: TestClient[Any], life: Life, runtime: Runtime) -> None:
    event_id = life.webinar()
    path = f"/events/perpustakaan-batam/{life.event(event_id).slug}"
    assert client.get(f"{path}/poster/early.752.webp").status_code == 404
    _hang_up(life, runtime, event_id)
    page = client.get(f"{path}?lang=en").text
    base = f"{path}/poster/{DIGEST[:12]}"
    sources = re.findall(r'<source type="image/(\w+)" srcset="([^"]*)"', page)
    assert sources == [(kind, f"{base}.480.{kind} 480w, {base}.752.{kind} 752w") for kind in ("avif", "webp")]
    [shown] = re.findall(r'<img class="poster"[^>]*>', page)
    for said in (f'src="{base}.752.webp"', 'width="720"', 'height="900"', 'loading="lazy"', 'alt="Poster of Writing'):
        assert said in shown
    wanted = {
        "480.avif": ("image/avif", (480, 600)),
        "752.avif": ("image/avif", (752, 940)),
        "480.webp": ("image/webp", (480, 600)),
        "752.webp": ("image/webp", (752, 940)),
        "jpg": ("image/jpeg", (1080, 1350)),
        "preview.jpg": ("image/jpeg", (1200, 630)),
    }
    for ending, (kind, size) in wanted.items():
        answer = client.get(f"{base}.{ending}")
        assert (answer.headers["content-type"], "immutable" in answer.headers["cache-control"]) == (kind, True)
        assert Image.open(io.BytesIO(answer.content)).size == size
        assert client.get(f"{base}.{ending}", headers={"if-none-match": answer.headers["etag"]}).status_code == 304
    assert f'<meta property="og:image" content="{runtime.links.url(base)}.preview.jpg">' in page
    assert client.get(f"{path}/poster/older.752.webp").headers["cache-control"] == "public, max-age=300"
    for wrong in ("exe", "640.webp", "752", "752.jpg", "avif-752"):
        assert client.get(f"{base}.{wrong}").status_code == 404


def test_an_event_without_a_poster_is_shared_with_its_librarys_card(
    client: TestClient[Any], life: Life, runtime: Runtime
) -> None:
    path = f"/events/perpustakaan-batam/{life.event(life.webinar()).slug}"
    assert "og:image" not in client.get(path).text
    draw_cards(life.database, runtime.files, lambda design, _: {"card": design.locale.encode()}, links=runtime.links)
    client.app.state.pages.recent.forget()
    for address in (path, "/", "/past", "/calendar/2026-12"):
        [shown] = re.findall(r'<meta property="og:image" content="([^"]*)">', client.get(f"{address}?lang=en").text)
        answer = client.get(shown.removeprefix(runtime.settings.base_url))
        assert (answer.content, answer.headers["content-type"]) == (b"en", "image/jpeg")
        assert "immutable" in answer.headers["cache-control"]
    card = shown.removeprefix(runtime.settings.base_url)
    assert client.get(card.replace(".en.", ".fr.")).status_code == 404
    assert client.get("/brand/nobody/card/x.id.jpg").status_code == 404
    assert client.get("/brand/perpustakaan-batam/card/older.id.jpg").headers["cache-control"] == "public, max-age=300"

"""Certificates, posts, the queues, the mailbox and the brand, as staff work with them."""

from __future__ import annotations

import io
from typing import Any

import pytest
import sqlalchemy as sa
from litestar.testing import TestClient
from PIL import Image

from certificates.models import Certificate, CertificateState
from events import organisers
from notifications.models.post import Post, PostState
from service.accounts.models import Role
from tests.service.web.staff.room import Room, things_of


def states(room: Room) -> dict[str, str]:
    return room.runtime.database.read(
        lambda s: {str(key): state.value for key, state in s.execute(sa.select(Post.id, Post.state))}
    )


def test_a_name_is_corrected_and_the_old_certificate_replaced(room: Room, owner: TestClient[Any]) -> None:
    things = things_of(room, room.life)
    page = "/staff/events/{event_id}/certificates".format(**things)
    assert "Siti Aminah" in owner.get(page).text
    one = f"{page}/{things['certificate_id']}"
    assert owner.get(f"{one}/file").content == b"%PDF-1.7 test"
    assert owner.post(f"{one}/name", data={"name": "123"}).status_code == 422
    assert owner.post(f"{one}/name", data={"name": "Siti Aminah"}).status_code == 422
    assert owner.post(f"{one}/name", data={"name": "Siti Aminah, S.Pd."}).status_code == 303
    found = room.runtime.database.read(
        lambda s: s.execute(sa.select(Certificate.name, Certificate.version).order_by(Certificate.version)).all()
    )
    assert [tuple(row) for row in found] == [("Siti Aminah", 1), ("Siti Aminah, S.Pd.", 2)]


def test_a_certificate_is_revoked_with_a_reason(room: Room, owner: TestClient[Any]) -> None:
    things = things_of(room, room.life)
    page = "/staff/events/{event_id}/certificates/{certificate_id}/revoke".format(**things)
    assert owner.post(page, data={"reason": "  "}).status_code == 422
    assert owner.post(page, data={"reason": "Bukan peserta"}).status_code == 303
    state = room.runtime.database.read(lambda s: s.scalar(sa.select(Certificate.state)))
    assert state is CertificateState.REVOKED


def test_a_post_is_edited_approved_and_rejected(room: Room, owner: TestClient[Any]) -> None:
    things = things_of(room, room.life)
    page = f"/staff/posts/{things['post_id']}"
    assert "Ayo ikut!" in owner.get(page).text
    assert owner.post(page, data={"text": "x" * 5000, "version": "1"}).status_code == 422
    assert owner.post(page, data={"text": "Yuk, ikut!", "version": "1"}).status_code == 303
    stale = owner.post(page, data={"text": "Mari ikut!", "version": "1"})
    assert stale.status_code == 409
    assert "Mari ikut!" in stale.text
    assert owner.post(f"{page}/approve", data={"version": "1"}).status_code == 409
    card = owner.post(f"{page}/approve", data={"version": "2"}, headers={"hx-request": "true"})
    assert card.status_code in (200, 201)
    assert "<html" not in card.text
    assert states(room)[things["post_id"]] == "queued"
    assert owner.post(f"{page}/reject").status_code == 303
    assert states(room)[things["post_id"]] == "withdrawn"


def test_what_failed_is_told_with_its_reason_and_tried_again(room: Room, owner: TestClient[Any]) -> None:
    things = things_of(room, room.life)

    def spoil(session: Any) -> None:
        session.execute(sa.update(Post).where(Post.state == PostState.FAILED).values(last_error="mastodon said 503"))

    room.runtime.database.write(spoil)
    assert "mastodon said 503" in owner.get("/staff/queue").text
    assert owner.post(f"/staff/queue/nonsense/{things['key']}/retry").status_code == 404
    assert owner.post(f"/staff/queue/posts/{things['key']}/retry").status_code == 303
    assert states(room)[things["key"]] == "queued"
    assert "mastodon said 503" not in owner.get("/staff/queue").text


def test_a_mail_is_shown_where_it_can_do_nothing(room: Room, owner: TestClient[Any]) -> None:
    things_of(room, room.life)
    assert "Konfirmasi" in owner.get("/staff/mailbox").text
    assert "sandbox title" in owner.get("/staff/mailbox/0001.eml").text
    html = owner.get("/staff/mailbox/0001.eml/html")
    assert html.text.strip() == "<p>Halo</p>"
    assert html.headers["content-security-policy"] == (
        "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'; sandbox"
    )


COLOURS = {"primary": "#0f5c5c", "accent": "#f2a541", "paper": "#fdfaf4", "ink": "#1d2b2f", "tone": "warm"}


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"primary": "hijau"}, True),
        ({"ink": "#eeeeee"}, True),
        ({"primary": "#f0e0d0"}, True),
        ({"ink": "#000000"}, False),
    ],
)
def test_colours_that_cannot_be_read_are_not_kept(
    room: Room, owner: TestClient[Any], changes: dict[str, str], wrong: bool
) -> None:
    address = f"/staff/brand?organiser={room.life.organiser_id}"
    assert owner.post(address, data=COLOURS | changes | {"hashtags": "#baca #batam"}).status_code == (
        422 if wrong else 303
    )
    kept = room.runtime.database.read(lambda s: organisers.brand_settings(s, room.life.organiser_id))
    assert kept.get("ink") == (None if wrong else "#000000")


def picture(kind: str, side: int = 40) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (side, side), "#0f5c5c").save(drawn, format=kind)
    return drawn.getvalue()


def test_a_logo_is_drawn_anew_and_nothing_else_is_kept(room: Room, owner: TestClient[Any]) -> None:
    address = f"/staff/brand/logo?organiser={room.life.organiser_id}"
    script = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    for body in (script, b"GIF89a" + bytes(50), b"", picture("PNG")[:40], b"<?php ?>"):
        assert owner.post(address, files={"logo": ("logo.png", body, "image/png")}).status_code == 422
    hidden = picture("PNG") + b"<script>alert(1)</script>"
    assert owner.post(address, files={"logo": ("logo.png", hidden, "image/png")}).status_code == 303
    key = room.runtime.database.read(lambda s: organisers.brand_settings(s, room.life.organiser_id))["logo_key"]
    kept = room.runtime.files.get(key)
    assert kept.startswith(b"\x89PNG")
    assert b"script" not in kept
    assert owner.get("/brand/perpustakaan-batam/logo").headers["content-type"] == "image/png"


def test_colleagues_are_shut_out_and_let_in_again(room: Room, owner: TestClient[Any]) -> None:

    editor = room.join(Role.EDITOR)
    with room.visitor() as client:
        room.sign_in(client, editor.email)
        owner.post(f"/staff/people/{editor.staff_id}/disable")
        assert client.get("/staff").status_code == 303
        owner.post(f"/staff/people/{editor.staff_id}/enable")
        room.sign_in(client, editor.email)
        owner.post(f"/staff/people/{editor.staff_id}/role", data={"role": "viewer"})
        assert client.get("/staff").status_code == 303
        room.sign_in(client, editor.email)
        assert client.get("/staff/events/new").status_code == 403

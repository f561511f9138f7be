"""Links for a preview: they work, run out, and can be revoked."""

from __future__ import annotations

from datetime import timedelta

import pytest

from events.drafts import preview_links
from events.errors import Gone, Invalid, NotFound, WrongStage
from events.models import Stage
from events.storage import new_id
from tests.support.life import NOW, Life


def test_a_link_shows_its_event_until_it_expires_or_is_revoked(life: Life) -> None:
    event_id = life.webinar(Stage.DRAFT)
    one = life.do(preview_links.make_preview_link, event_id, label=" SMP 6 ", days=3)
    other = life.do(preview_links.make_preview_link, event_id)

    def shown(link: object, days: int = 0) -> object:
        now = NOW + timedelta(days=days)
        return life.database.read(lambda session: preview_links.previewed_event(session, link, now=now))  # type: ignore[arg-type] # ids

    assert (shown(one), shown(one, 2), shown(other, 13)) == (event_id,) * 3
    with pytest.raises(Gone):
        shown(one, 3)
    listed = life.database.read(lambda session: preview_links.list_preview_links(session, event_id, now=NOW))
    assert [(link.id, link.label) for link in listed] == [(other, ""), (one, "SMP 6")]
    life.do(preview_links.revoke_preview_link, other)
    life.do(preview_links.revoke_preview_link, other)
    with pytest.raises(Gone):
        shown(other)
    assert life.facts(event_id) == ["EventDrafted", "PreviewLinkMade", "PreviewLinkMade", "PreviewLinkRevoked"]
    with pytest.raises(NotFound):
        shown(new_id())


def test_no_link_lives_for_ever(life: Life) -> None:
    event_id = life.webinar(Stage.DRAFT)
    for wrong in ({"days": 0}, {"days": 91}, {"label": "x" * 101}):
        with pytest.raises(Invalid):
            life.do(preview_links.make_preview_link, event_id, **wrong)
    with pytest.raises(NotFound):
        life.do(preview_links.revoke_preview_link, new_id())
    with pytest.raises(WrongStage):
        life.do(preview_links.make_preview_link, life.webinar(Stage.CANCELLED))

"""What pages show of posts."""

from __future__ import annotations

from notifications.models.moment import Moment
from notifications.posts import deciding
from notifications.posts.listing import posts_of_event
from tests.notifications.posts.posting import draft
from tests.support.life import NOW, Life
from tests.support.programme import LINKS, webinar


def test_the_list_tells_what_a_page_needs_without_a_query_a_post(life: Life) -> None:
    event_id = webinar(life)
    draft(life, event_id, Moment.ANNOUNCED)
    listed = life.database.read(lambda s: posts_of_event(s, event_id, links=LINKS))
    assert len(listed) == 6
    mastodon = next(each for each in listed if (each.channel, each.locale) == ("mastodon", "id"))
    assert (mastodon.state, mastodon.moment, mastodon.limit, mastodon.doubts) == ("draft", "announced", 500, ())
    assert mastodon.left == 500 - mastodon.length
    life.database.write(lambda s: deciding.edit(s, mastodon.id, text="Mulai 13 Desember!", now=NOW))
    listed = life.database.read(lambda s: posts_of_event(s, event_id, links=LINKS))
    edited = next(each for each in listed if each.id == mastodon.id)
    assert [doubt.said for doubt in edited.doubts] == ["13", "Desember"]

"""What lacks one of the two languages is found, and what nobody wrote is no gap."""

from __future__ import annotations

from datetime import timedelta

from events.drafts import programme, untranslated
from events.drafts.untranslated import Gap
from events.models import ProgrammeItem, Stage
from events.registrations import desk
from events.storage import LocalizedText
from tests.support.life import STARTS_AT, Life


def test_each_missing_language_is_named_with_what_is_there(life: Life) -> None:
    event_id = life.webinar(
        Stage.DRAFT,
        summary=LocalizedText("Belajar menulis"),
        audience=LocalizedText(en="Teachers"),
        description=LocalizedText(),
    )
    item = ProgrammeItem(
        starts_at=STARTS_AT,
        ends_at=STARTS_AT + timedelta(minutes=5),
        title=LocalizedText("Doa"),
        room=LocalizedText(),
    )
    life.do(programme.set_programme, event_id, [item])
    lines = life.database.read(lambda session: desk.list_programme(session, event_id))
    assert untranslated.find_gaps(life.event(event_id), lines) == [
        Gap("summary", "en", "Belajar menulis"),
        Gap("audience", "id", "Teachers"),
        Gap("programme", "en", "Doa"),
    ]

"""What staff decide about what came in, what that does to the board, and how it is taken back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from events.drafts import lifecycle
from events.errors import Conflict
from events.models import PartnerAnswer
from events.partnership import partners
from events.storage import Session
from notifications.inbox import deciding, listing
from notifications.models.inbound import InboundMessage, InboundState
from tests.notifications.inbox.test_receiving import INVITED, STAMP, Correspondent
from tests.notifications.post_office import PostOffice
from tests.support.life import STAFF


@pytest.fixture
def speaker(post_office: PostOffice) -> Correspondent:
    return Correspondent(post_office)


def letter(speaker: Correspondent, to: str | None = None) -> uuid.UUID:
    head = f"From: Siti <{INVITED}>\r\nTo: {to or speaker.organiser}\r\nSubject: Re\r\nMessage-ID: <l@x>\r\n"
    key = speaker.take_in(f"{head}\r\nYa.\r\n".encode())
    assert key is not None
    return key


def decide(speaker: Correspondent, decision: Callable[..., None], key: uuid.UUID, **given: Any) -> None:
    speaker.office.life.do(decision, key, now=speaker.office.life.now + timedelta(minutes=5), by=STAFF, **given)


def test_an_answer_from_another_address_counts_once_somebody_says_so(speaker: Correspondent) -> None:
    key = speaker.take_in(speaker.answer("DECLINED", sender="pribadi@gmail.example", extra={"comment": "Maaf."}))
    assert key is not None
    decide(speaker, deciding.apply, key)

    found = speaker.participation()
    assert (found.answer, found.answer_comment, found.answered_by) == (
        PartnerAnswer.DECLINED,
        "Maaf.",
        f"mail:{key}",
    )
    assert speaker.office.life.facts(speaker.event_id)[-2:] == ["PartnerAnswered", "InboundDecided"]


def test_taking_it_back_restores_what_the_board_said(speaker: Correspondent) -> None:
    speaker.take_in(speaker.answer("TENTATIVE"))
    key = speaker.take_in(speaker.answer("DECLINED", sender="x@gmail.example", stamp=STAMP + timedelta(minutes=9)))
    assert key is not None
    decide(speaker, deciding.apply, key)
    decide(speaker, deciding.reopen, key)

    assert speaker.participation().answer is PartnerAnswer.TENTATIVE
    assert speaker.message() == ("answer", "waiting", "other_sender")


def test_what_the_partner_said_since_is_not_taken_back(speaker: Correspondent) -> None:
    key = letter(speaker)
    decide(speaker, deciding.apply, key, answer=PartnerAnswer.ACCEPTED)
    speaker.take_in(speaker.answer("DECLINED", stamp=STAMP + timedelta(minutes=9)))

    with pytest.raises(Conflict):
        decide(speaker, deciding.reopen, key)
    assert speaker.participation().answer is PartnerAnswer.DECLINED


def test_a_letter_counts_as_what_somebody_read_in_it(speaker: Correspondent) -> None:
    key = letter(speaker)
    with pytest.raises(Conflict):
        decide(speaker, deciding.apply, key)
    decide(speaker, deciding.apply, key, answer=PartnerAnswer.ACCEPTED)

    assert speaker.participation().answer is PartnerAnswer.ACCEPTED


def test_a_letter_without_a_tag_is_linked_first(speaker: Correspondent) -> None:
    key = letter(speaker, to="rsvp@perpustakaan.example")
    with pytest.raises(Conflict):
        decide(speaker, deciding.apply, key, answer=PartnerAnswer.ACCEPTED)
    decide(speaker, deciding.link, key, participation_id=speaker.participation_id)
    decide(speaker, deciding.apply, key, answer=PartnerAnswer.ACCEPTED)

    rows = speaker.office.life.database.read(lambda s: listing.inbound_of(s, speaker.participation_id))
    assert [(row.message.id, row.message.state) for row in rows] == [(key, InboundState.APPLIED)]


@pytest.mark.parametrize("end", [lifecycle.cancel, "withdraw"])
def test_nobody_can_let_an_answer_count_for_what_is_called_off(speaker: Correspondent, end: Any) -> None:
    key = speaker.take_in(speaker.answer(sender="x@gmail.example"))
    assert key is not None
    life = speaker.office.life
    if end == "withdraw":
        life.do(partners.withdraw, speaker.participation_id, now=life.now, by=STAFF)
    else:
        life.do(end, speaker.event_id, now=life.now, by=STAFF)

    with pytest.raises(Conflict):
        decide(speaker, deciding.apply, key)


def test_of_two_who_decide_at_once_one_does(speaker: Correspondent) -> None:
    key = letter(speaker)
    decide(speaker, deciding.dismiss, key)
    with pytest.raises(Conflict):
        decide(speaker, deciding.dismiss, key)
    decide(speaker, deciding.reopen, key)
    decide(speaker, deciding.dismiss, key)

    assert speaker.message() == ("letter", "dismissed", "")


def test_what_counted_by_itself_is_not_taken_back_here(speaker: Correspondent) -> None:
    key = speaker.take_in(speaker.answer())
    assert key is not None
    with pytest.raises(Conflict):
        decide(speaker, deciding.reopen, key)


def test_what_people_wrote_is_forgotten_and_what_happened_stays(speaker: Correspondent) -> None:
    key = letter(speaker)
    now = speaker.office.life.now + timedelta(days=200)

    def forget(session: Session) -> int:
        return listing.forget(session, before=now - timedelta(days=180), now=now)

    assert [speaker.office.write(forget), speaker.office.write(forget)] == [1, 0]
    row = speaker.office.life.database.read(lambda s: s.scalars(sa.select(InboundMessage)).one())
    assert (row.id, row.sender, row.sender_name, row.subject, row.text, row.said, row.state) == (
        key,
        "",
        "",
        "",
        "",
        {},
        InboundState.DISMISSED,
    )
    assert row.participation_id == speaker.participation_id


def test_who_belongs_to_another_library_sees_nothing(speaker: Correspondent) -> None:
    letter(speaker)
    database = speaker.office.life.database

    def seen(owners: Any) -> tuple[int, int]:
        return database.read(
            lambda s: (listing.count_waiting(s, owners), len(listing.list_inbound(s, owners, waiting=True).rows))
        )

    assert (seen(None), seen({speaker.office.life.organiser_id}), seen({uuid.uuid4()})) == ((1, 1), (1, 1), (0, 0))

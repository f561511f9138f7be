"""Tags in our own mail addresses."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events.links import Target
from events.mail_tags import RETURN, RSVP, MailTags

KEY = "a-secret-key-of-more-than-32-characters"
ID = uuid.UUID("0192f7a0-5b1c-7c3e-9a10-3f2b6c7d8e90")


@given(target=st.uuids(), version=st.integers(0, 65535), upper=st.booleans())
def test_a_tag_comes_back_as_it_went_whatever_case_it_is_written_in(
    target: uuid.UUID, version: int, upper: bool
) -> None:
    address = MailTags(KEY).address("rsvp@library.example", RSVP, target, version)

    assert MailTags(KEY).read(RSVP, address.upper() if upper else address) == Target(target, version)


def test_a_local_part_stays_below_64_octets() -> None:
    local = MailTags(KEY).address("unsubscribe@library.example", RSVP, ID).partition("@")[0]

    assert len(local) <= 64


def test_a_tag_is_good_for_its_purpose_only() -> None:
    tags = MailTags(KEY)

    assert tags.read(RETURN, tags.address("rsvp@library.example", RSVP, ID)) is None


def test_another_installation_cannot_make_one() -> None:
    forged = MailTags(KEY[::-1]).address("rsvp@library.example", RSVP, ID)

    assert MailTags(KEY).read(RSVP, forged) is None


@pytest.mark.parametrize("place", range(5, 47))
def test_changing_any_letter_spoils_it(place: int) -> None:
    address = MailTags(KEY).address("rsvp@library.example", RSVP, ID)
    other = "a" if address[place] != "a" else "b"

    assert MailTags(KEY).read(RSVP, address[:place] + other + address[place + 1 :]) is None


@pytest.mark.parametrize(
    "address", ["", "rsvp@x", "rsvp+@x", "rsvp+é@x", "rsvp+" + "a" * 5000 + "@x", "+++@@@", "rsvp+0189@x"]
)
def test_what_is_no_tag_names_nothing(address: str) -> None:
    assert MailTags(KEY).read(RSVP, address) is None

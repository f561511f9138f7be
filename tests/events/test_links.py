"""Personal links: only what was signed here, for this purpose, opens a door."""

from __future__ import annotations

import string
import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from events import links
from events.errors import Gone, NotFound
from events.links import JOIN, MANAGE, PARTNER, PREVIEW, Links, Target, event_tag, read_door_code, spell_door_code

SECRET = "a secret of at least 32 characters, made up"
KEY = uuid.UUID("0190a000-0000-7000-8000-000000000001")
HERE = Links(SECRET, "https://acara.example/")


@given(target=st.uuids(), version=st.integers(1, 65_535), purpose=st.sampled_from([MANAGE, JOIN, PARTNER, PREVIEW]))
def test_what_was_signed_leads_back(target: uuid.UUID, version: int, purpose: str) -> None:
    token = HERE.token(purpose, target, version)
    assert HERE.read(purpose, token) == Target(target, version)
    assert set(token) <= set(string.ascii_letters + string.digits + "-_.")
    assert len(token) <= 80


@pytest.mark.parametrize("purpose", [MANAGE, JOIN, PARTNER, PREVIEW])
@pytest.mark.parametrize("other", [MANAGE, JOIN, PARTNER, PREVIEW])
def test_a_link_opens_only_its_own_door(purpose: str, other: str) -> None:
    token = HERE.token(purpose, KEY)
    if purpose == other:
        assert HERE.read(other, token).id == KEY
    else:
        with pytest.raises(NotFound):
            HERE.read(other, token)


def test_changing_any_letter_to_any_other_closes_the_door() -> None:
    """Also the last one: Base64 ignores two bits of it, so that four spellings would have led to one registration."""
    token = HERE.token(MANAGE, KEY, 3)
    alphabet = string.ascii_letters + string.digits + "-_=. "
    opened = [
        changed
        for place in range(len(token))
        for letter in alphabet
        if (changed := token[:place] + letter + token[place + 1 :]) != token and _opens(HERE, changed)
    ]
    assert opened == []


@pytest.mark.parametrize(
    "token",
    ["", ".", "..", "a", "\x00", "é", "𝕒" * 40, "%2e%2e%2f", "A" * 100_000, "." * 100_000, "[" * 100_000, "AAAA.BBBB"],
)
def test_rubbish_opens_nothing(token: str) -> None:
    assert not _opens(HERE, token)


@given(token=st.text(max_size=120))
def test_no_text_opens_anything(token: str) -> None:
    assert not _opens(HERE, token)


def test_more_or_less_of_a_token_opens_nothing() -> None:
    token = HERE.token(MANAGE, KEY)
    variants = [token[:end] for end in range(len(token))] + [token + more for more in ("=", "A", ".", " ", "\n")]
    assert [variant for variant in variants if _opens(HERE, variant)] == []


def test_another_installations_link_is_worth_nothing() -> None:
    assert not _opens(Links(SECRET[::-1], "https://acara.example"), HERE.token(MANAGE, KEY))


def _opens(house: Links, token: str) -> bool:
    try:
        house.read(MANAGE, token)
    except NotFound:
        return False
    return True


def test_a_revoked_link_is_gone_and_not_unknown() -> None:
    target = HERE.read(MANAGE, HERE.token(MANAGE, KEY, 1))
    links.check_version(target, 1)
    with pytest.raises(Gone):
        links.check_version(target, 2)


def test_addresses_are_of_the_configured_host() -> None:
    for address, start, purpose in (
        (HERE.manage_url(KEY, 2), "https://acara.example/r/", MANAGE),
        (HERE.join_url(KEY, 2), "https://acara.example/j/", JOIN),
        (HERE.partner_url(KEY, 2), "https://acara.example/p/", PARTNER),
    ):
        assert address.startswith(start)
        assert HERE.read(purpose, address.removeprefix(start)) == Target(KEY, 2)
    assert HERE.url("/acara/menulis") == "https://acara.example/acara/menulis"


def test_a_short_secret_is_refused_at_the_start() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        Links("x" * 31, "https://acara.example")


def test_a_door_code_is_short_versioned_and_read_however_it_is_typed() -> None:
    door = Links("k" * 40, "https://acara.example")
    event_id, registration_id = uuid.uuid4(), uuid.uuid4()
    code = door.door_code(event_id, registration_id, 1)
    assert read_door_code(spell_door_code(code).lower().replace("0", "o").replace("1", "l")) == code
    assert read_door_code(f"  {code[:6]} {code[6:]}\n") == code
    assert code not in {
        door.door_code(event_id, registration_id, 2),
        door.door_code(uuid.uuid4(), registration_id, 1),
        Links("j" * 40, "https://acara.example").door_code(event_id, registration_id, 1),
    }
    assert event_tag(code) == event_tag(door.door_code(event_id, uuid.uuid4(), 7))
    for wrong in ("", code[:-1], code + "0", "https://acara.example/r/abc", code[:-1] + "*", "١" * 12):
        assert read_door_code(wrong) is None

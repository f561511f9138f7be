"""The key that is worked out once makes the signatures that itsdangerous makes and reads."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from itsdangerous import BadSignature, Signer

from events.signing import PurposeSigner

SECRET = "a secret of an installation, long enough"


@given(st.binary(max_size=40), st.sampled_from(["manage", "join", "form"]))
def test_signatures_are_those_of_the_library(value: bytes, purpose: str) -> None:
    theirs = Signer(SECRET, salt=f"acara.{purpose}", digest_method=hashlib.sha256)
    ours = PurposeSigner(SECRET, purpose)
    assert ours.sign(value) == theirs.sign(value)
    assert theirs.unsign(ours.sign(value)) == ours.unsign(theirs.sign(value)) == value


def test_what_was_signed_for_something_else_is_refused() -> None:
    signed = PurposeSigner(SECRET, "manage").sign("somebody")
    for other in (PurposeSigner(SECRET, "join"), PurposeSigner(SECRET + "!", "manage")):
        with pytest.raises(BadSignature):
            other.unsign(signed)

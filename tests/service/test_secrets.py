from __future__ import annotations

import pytest

from service.secrets import SecretBox

OLD, NEW = "an old secret key of thirty-two characters", "a new secret key of thirty-two characters!"


def test_what_is_sealed_can_be_unsealed_and_tells_nothing() -> None:
    box = SecretBox(OLD)
    sealed = box.seal("1//token-é")
    assert "token" not in sealed
    assert box.unseal(sealed) == "1//token-é"
    assert box.seal("1//token-é") != sealed


def test_a_changed_key_still_reads_what_the_old_one_wrote() -> None:
    sealed = SecretBox(OLD).seal("token")
    assert SecretBox(NEW).unseal(sealed) is None
    assert SecretBox(NEW, [OLD]).unseal(sealed) == "token"
    renewed = SecretBox(NEW, [OLD]).reseal(sealed)
    assert renewed is not None
    assert SecretBox(NEW).unseal(renewed) == "token"


@pytest.mark.parametrize("tampered", ["", "x", "é", "gAAAAA", "A" * 200])
def test_what_was_not_sealed_here_is_not_read(tampered: str) -> None:
    assert SecretBox(OLD).unseal(tampered) is None
    assert SecretBox(OLD).reseal(tampered) is None


def test_one_changed_character_spoils_it() -> None:
    sealed = SecretBox(OLD).seal("token")
    middle = len(sealed) // 2
    other = "A" if sealed[middle] != "A" else "B"
    assert SecretBox(OLD).unseal(sealed[:middle] + other + sealed[middle + 1 :]) is None


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 characters"):
        SecretBox("short")

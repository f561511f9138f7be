"""Certificate settings: what staff may choose."""

from __future__ import annotations

from typing import Any

import pytest

from certificates.settings import CertificateSettings, read_settings
from events.errors import Invalid


def test_nothing_chosen_is_what_most_events_need() -> None:
    assert read_settings({}) == CertificateSettings()


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"design": "../../etc"}, ["design"]),
        ({"hours": 0}, ["hours"]),
        ({"hours": "many"}, ["certificate"]),
        ({"roles": []}, ["roles"]),
        ({"roles": ["king"]}, ["certificate"]),
        ({"number_pattern": "1"}, ["number_pattern"]),
        ({"design": "x", "hours": 1001, "number_pattern": ""}, ["design", "hours", "number_pattern"]),
        ({"title": "not by language"}, ["certificate"]),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(values: dict[str, Any], fields: list[str]) -> None:
    with pytest.raises(Invalid) as refusal:
        read_settings(values)
    assert [error.field for error in refusal.value.errors] == fields

"""An event's `certificate` column: whether certificates are issued, to whom, and what stands on them."""

from __future__ import annotations

from typing import Any

import msgspec

from certificates.content import DESIGNS
from certificates.models import CertificateRole
from certificates.numbering import check_pattern
from events.errors import N_, FieldError, Invalid
from events.models import Event

DEFAULT_PATTERN = "{seq:04}/SERT/{roman_month}/{year}"


class CertificateSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Defaults are what most events need; texts are by language (``id``, ``en``), and either may be missing."""

    enabled: bool = True
    design: str = DESIGNS[0]
    heading: dict[str, str] = {}
    """Instead of *Sertifikat* and *Certificate*."""
    title: dict[str, str] = {}
    """Instead of the event's title."""
    number_pattern: str = DEFAULT_PATTERN
    hours: int | None = None
    """Lesson hours (*jam pelajaran*, JP) that the event counts for."""
    signatory_name: str = ""
    """Instead of the organiser's, from its brand kit."""
    signatory_role: dict[str, str] = {}
    roles: tuple[CertificateRole, ...] = (CertificateRole.PARTICIPANT,)
    """Who gets one: participants who attended; speakers and moderators who were invited and did not decline."""


def settings_of(event: Event) -> CertificateSettings | None:
    """Return the event's settings, or None if it issues no certificates. Raises `Invalid` as `read_settings` does."""
    if not event.certificate:
        return None
    settings = read_settings(event.certificate)
    return settings if settings.enabled else None


def read_settings(values: dict[str, Any]) -> CertificateSettings:
    """Check what staff have chosen. Raises `Invalid` with an error for each field that cannot be."""
    try:
        settings = msgspec.convert(values, CertificateSettings)
    except msgspec.ValidationError as error:
        raise Invalid(
            [FieldError("certificate", "malformed", N_("These certificate settings cannot be read."))]
        ) from error
    errors: list[FieldError] = []
    if settings.design not in DESIGNS:
        errors.append(FieldError("design", "choice", N_("Choose one of the designs.")))
    if settings.hours is not None and not 1 <= settings.hours <= 1000:
        errors.append(FieldError("hours", "range", N_("Give a number of hours between 1 and 1000.")))
    if not settings.roles:
        errors.append(FieldError("roles", "missing", N_("Choose who gets a certificate.")))
    problem = check_pattern(settings.number_pattern)
    if problem is not None:
        errors.append(problem)
    if errors:
        raise Invalid(errors)
    return settings

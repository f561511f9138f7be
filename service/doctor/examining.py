"""Looking at every part of an installation, one check after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace

from service.concealing import concealer
from service.doctor import data, machine, mail, networks, work
from service.doctor.findings import Finding, Verdict
from service.wiring import Runtime

_CHECKS: tuple[Callable[[Runtime], Finding], ...] = (
    machine.check_pango,
    machine.check_font_subsetting,
    machine.check_pages,
    data.check_database,
    data.check_tables,
    data.check_writer,
    machine.check_disk,
    machine.check_files,
    machine.check_clock,
    machine.check_address,
    work.check_broker,
    work.check_readers,
    data.check_facts,
    data.check_seats,
    data.check_trail,
    mail.check_mail,
    mail.check_sender,
    mail.check_inbox,
    mail.check_mail_flow,
    networks.check_youtube,
    networks.check_mastodon,
)
"""In the order in which one thing needs the other."""


def examine(runtime: Runtime) -> Iterable[Finding]:
    """Yield a finding for each part of the installation; nothing is changed. A check that breaks is a bad finding."""
    conceal = concealer(runtime.settings)
    for check in _CHECKS:
        try:
            finding = check(runtime)
        except Exception as error:  # noqa: BLE001 - a doctor reports what breaks
            subject = check.__name__.removeprefix("check_").replace("_", " ")
            found = f"{type(error).__name__}: {str(error).splitlines()[0] if str(error) else ''}"
            mend = "Mend what stands above first; this may follow from it."
            finding = Finding(subject, Verdict.BAD, found, mend)
        # Libraries like to quote the address that they were given, password and all.
        yield replace(finding, found=conceal(finding.found), mend=conceal(finding.mend))

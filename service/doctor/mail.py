"""Does mail go out, is it believed, and are answers read?"""

from __future__ import annotations

import smtplib
from datetime import datetime, timedelta

from notifications.inbox import listing
from notifications.transport.smtp import SmtpMailer
from service.clock import real_now
from service.doctor.findings import Finding, Verdict, good
from service.mail import health as mail_health
from service.wiring import Runtime

_SAID_BEFORE = frozenset({"no_relay", "mailbox"})
"""What other checks tell already."""
_NOBODYS = frozenset({"localhost", "local", "example", "test", "invalid"})
"""Domains that are nobody's to ask (RFC 2606)."""
NOT_READ_AFTER = timedelta(minutes=10)
"""A mailbox that is read has been looked into within a minute or two."""


def check_mail(runtime: Runtime) -> Finding:
    """Does the mail relay answer, and let us in?"""
    settings = runtime.settings
    if not isinstance(runtime.mailer, SmtpMailer):
        mend = "Set ACARA_SMTP_URL to your mail relay."
        return Finding("mail", Verdict.NOTE, f"No relay is set: mails become files in {settings.mail_dir}.", mend)
    try:
        runtime.mailer.check()
    except (OSError, smtplib.SMTPException) as error:
        mend = "Check ACARA_SMTP_URL: host, port, user and password."
        return Finding("mail", Verdict.BAD, f"The mail relay does not let us in: {error}", mend)
    return good("mail", f"The mail relay answers; mails are sent as {settings.mail_from}.")


def check_sender(runtime: Runtime) -> Finding:
    """Does DNS say that mail from our domain is ours? A domain for examples (RFC 2606) is nobody's to ask."""
    # The module brings a DNS library, which only this check and one page need.
    from service.mail.sender_domain import Standing, look  # noqa: PLC0415

    settings = runtime.settings
    domain = settings.mail_from.rpartition("@")[2].lower()
    if settings.dns_server is None and domain.rpartition(".")[2] in _NOBODYS:
        return good("sender", f"{domain} is no domain that DNS knows; nothing is asked.")
    open_ = [each for each in look(settings) if each.standing is not Standing.GOOD]
    if not open_:
        return good("sender", f"SPF, DKIM, DMARC and MX of {domain} are in order.")
    found = " ".join(f"{each.subject}: {each.found % each.params if each.params else each.found}" for each in open_)
    missing = any(each.standing is Standing.MISSING for each in open_)
    mend = "What to put in DNS stands on the page /staff/sender."
    return Finding("sender", Verdict.BAD if missing else Verdict.NOTE, found, mend)


def check_inbox(runtime: Runtime) -> Finding:
    """Is the mailbox of answers read, and when was it looked into last?"""
    settings = runtime.settings
    if settings.inbox_url is None:
        mend = "Set ACARA_RSVP_ADDRESS and ACARA_INBOX_URL, or have your mail server pipe to: acara inbound"
        return Finding(
            "inbox", Verdict.NOTE, "No mailbox is read; partners' answers go to the library's address.", mend
        )
    reading = runtime.database.read(listing.mailbox_reading)
    if reading is None or reading.looked_at is None:
        return Finding("inbox", Verdict.NOTE, "The mailbox has not been looked into yet.", "Start a worker: acara work")
    age = real_now() - reading.looked_at
    if reading.failing_since is not None:
        mend = "Check ACARA_INBOX_URL: host, port, user and password; or free space in the mailbox."
        found = f"{reading.mailbox} cannot be read since {reading.failing_since:%Y-%m-%d %H:%M} UTC: {reading.error}"
        return Finding("inbox", Verdict.BAD, found, mend)
    if age > NOT_READ_AFTER:
        found = f"{reading.mailbox} was last looked into {round(age.total_seconds() / 60)} minutes ago."
        return Finding("inbox", Verdict.BAD, found, "Start a worker that works on e-mails: acara work")
    return good("inbox", f"{reading.mailbox} is read; last looked into {round(age.total_seconds())} s ago.")


def check_mail_flow(runtime: Runtime) -> Finding:
    """Do mails go out, and if not, what stands in the way?"""
    now, at = runtime.clock.now(), real_now()
    health = runtime.database.read(
        lambda session: mail_health.examine(session, runtime, owners=None, now=now, real_now=at)
    )
    flow = health.flow
    counts = f"{flow.due} due, {flow.planned} planned, {flow.held} held; {flow.sent_last_hour} sent in the last hour"
    if flow.used is not None:
        counts += f"; {flow.used.taken} of {flow.used.quota.limit} of the relay's day"
    found = next((each for each in health.advice if each.code not in _SAID_BEFORE), None)
    if found is None:
        return good("mail flow", f"Mails go out: {counts}.")
    values = {
        name: f"{value:%Y-%m-%d %H:%M} UTC" if isinstance(value, datetime) else value
        for name, value in found.values.items()
    }
    verdict = Verdict.BAD if found.trouble is mail_health.Trouble.BAD else Verdict.NOTE
    return Finding("mail flow", verdict, f"{found.found % values} ({counts})", found.step % values)

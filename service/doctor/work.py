"""Is there somebody who does the work?"""

from __future__ import annotations

from urllib.parse import urlsplit

from service import presence
from service.broker import QUEUES
from service.clock import real_now
from service.doctor.findings import Finding, Verdict, good, unreachable
from service.wiring import Runtime


def check_broker(runtime: Runtime) -> Finding:
    """Can the doorbell be rung?"""
    settings = runtime.settings
    if settings.broker_url is None:
        return good("broker", "None is set: `acara serve` works off the queues itself.")
    parts = urlsplit(settings.broker_url.get_secret_value())
    port = parts.port or (5672 if settings.broker_kind == "rabbitmq" else 6379)
    mend = "Check ACARA_BROKER_URL and that the broker runs. Work goes on meanwhile, a second late."
    found = unreachable(parts.hostname or "localhost", port)
    if found:
        return Finding("broker", Verdict.BAD, found, mend)
    return good("broker", f"{settings.broker_kind} answers at {parts.hostname}:{port}.")


def check_readers(runtime: Runtime) -> Finding:
    """Is there a living process for every queue?"""
    unread = runtime.database.read(lambda session: presence.unread_queues(session, QUEUES, real_now=real_now()))
    if unread:
        how = "acara serve" if runtime.settings.works_in_process else f"acara work --queues {','.join(unread)}"
        return Finding("workers", Verdict.BAD, f"Nobody works off: {', '.join(unread)}.", f"Start: {how}")
    return good("workers", "Every queue has somebody who works it off.")

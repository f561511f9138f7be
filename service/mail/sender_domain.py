"""What DNS says about the sender's domain: whether providers can tell that our mail is ours, and what to put there.

SPF (RFC 7208), DKIM (RFC 6376), DMARC (RFC 7489), MX. What could not be asked is said to be unknown, never to be wrong.
"""

from __future__ import annotations

import enum
import ipaddress
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import dns.exception
import dns.resolver

from events.errors import N_
from service.mail_signing import record_name, signer_of, signing_domain
from service.settings import Settings

MOST_LOOKUPS = 10
"""More, and every receiver gives up on the record (RFC 7208 §4.6.4)."""
PATIENCE = 3.0
"""Seconds for one question."""
FRESH = timedelta(minutes=10)
"""How long an answer is kept: longer than one looks at a page, shorter than one waits for DNS."""
_INCLUDES = {
    "gmail": "_spf.google.com",
    "workspace": "_spf.google.com",
    "brevo": "spf.brevo.com",
    "ses": "amazonses.com",
    "mailgun": "mailgun.org",
}


class Standing(enum.StrEnum):
    """How one thing stands."""

    GOOD = "good"
    WEAK = "weak"
    MISSING = "missing"
    UNKNOWN = "unknown"
    """It could not be asked."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was asked: `found` and `mend` are gettext ids with `params`; `record` is for DNS, at `name`."""

    subject: str
    standing: Standing
    found: str
    mend: str = ""
    name: str = ""
    record: str = ""
    params: dict[str, str | int] = field(default_factory=dict[str, str | int])


class CouldNotAsk(Exception):  # noqa: N818 - says what happened
    """No name server answered, or it failed."""


class Questions:
    """Asks one name server, or the system's; each question once."""

    def __init__(self, server: str | None = None) -> None:
        self._resolver = dns.resolver.Resolver(configure=server is None)
        self._resolver.lifetime = self._resolver.timeout = PATIENCE
        if server is not None:
            address, _, port = server.rpartition(":") if re.search(r"\d:\d+$|\]:\d+$", server) else (server, "", "53")
            self._resolver.nameservers = [address.strip("[]")]
            self._resolver.port = int(port)

    def ask(self, name: str, kind: str) -> list[str]:
        """Return what is there, empty where nothing is. Raises `CouldNotAsk`."""
        try:
            answer = self._resolver.resolve(name, kind, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError) as error:
            raise CouldNotAsk(name) from error
        if kind != "TXT":
            return [each.to_text() for each in answer]
        return [b"".join(each.strings).decode("utf-8", "replace") for each in answer]


def look(settings: Settings) -> Sequence[Check]:
    """Return how the sender's domain stands. Asks the network: some seconds at worst."""
    questions, domain = Questions(settings.dns_server), settings.mail_from.rpartition("@")[2].lower()
    checks: list[Check] = []
    for subject, check in (("SPF", _spf), ("DKIM", _dkim), ("DMARC", _dmarc), ("MX", _mx)):
        try:
            checks.append(check(questions, settings, domain))
        except CouldNotAsk as error:
            found = N_("%(name)s could not be asked; try again in some minutes.")
            checks.append(Check(subject, Standing.UNKNOWN, found, params={"name": str(error)}))
    return checks


@dataclass(frozen=True, slots=True)
class Looked:
    """What was found, and when it was asked (real time)."""

    checks: Sequence[Check]
    at: datetime


_looked: dict[tuple[str, ...], Looked] = {}
"""What this process has asked lately; several threads may ask at once, and then the last answer stays."""


def look_lately(settings: Settings, *, real_now: datetime, anew: bool = False) -> Looked:
    """Return what `look` found within `FRESH`, asking where that is over, `anew` is wanted or something was unknown."""
    key = (settings.mail_from, str(settings.dns_server), record_name(settings), settings.mail_provider)
    kept = _looked.get(key)
    if kept is not None and not anew and real_now - kept.at < FRESH:
        return kept
    found = Looked(look(settings), real_now)
    if all(each.standing is not Standing.UNKNOWN for each in found.checks):
        _looked[key] = found
    return found


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that Gmail and Yahoo ask of who sends much; `met` is None where only a person can tell."""

    met: bool | None
    text: str
    """A gettext id."""


def demands(settings: Settings, checks: Sequence[Check]) -> Sequence[Demand]:
    """Return what the big providers ask of senders, and what of it is done.

    Source: the senders' guidelines of Gmail and Yahoo, in force since February 2024 for 5,000 mails a day; they help
    who sends fewer.
    """
    standing = {each.subject: each.standing for each in checks}

    def met(*subjects: str) -> bool | None:
        told = {standing.get(each, Standing.UNKNOWN) for each in subjects}
        return None if Standing.UNKNOWN in told else told == {Standing.GOOD}

    relay = settings.smtp_url.get_secret_value() if settings.smtp_url else ""
    return (
        Demand(met("SPF"), N_("SPF names the servers that send our mail.")),
        # Without a key of our own the relay may sign, which only its mails show.
        Demand(
            met("DKIM") if signer_of(settings) else None,
            N_("Every mail is signed with DKIM, for the domain that it comes from."),
        ),
        Demand(met("DMARC"), N_("A DMARC record says what to do with mail that pretends to be ours.")),
        Demand(_encrypted(relay), N_("Mail is handed to the relay over an encrypted connection.")),
        Demand(
            True, N_("News can be ended with one press in the mail program, and on a page; confirmations are no news.")
        ),
        Demand(True, N_("Who calls our mail spam, or has no such address, gets no more.")),
        Demand(
            None,
            N_("Fewer than 3 mails in 1,000 are called spam: Google Postmaster Tools tells, free, for your domain."),
        ),
        Demand(None, N_("The relay's address has a name in DNS that leads back to it (PTR): its provider sees to it.")),
    )


def _encrypted(relay: str) -> bool | None:
    """Return whether the way to the relay is encrypted; None without one, and for one on this machine."""
    parts = urlsplit(relay)
    if not relay or parts.hostname in ("localhost", "127.0.0.1", "::1"):
        return None
    return parts.scheme == "smtps" or "starttls" in dict(parse_qsl(parts.query, keep_blank_values=True))


# ------------------------------------------------------------ SPF
def _spf(questions: Questions, settings: Settings, domain: str) -> Check:
    records = [each for each in questions.ask(domain, "TXT") if each.lower().split(" ")[0] == "v=spf1"]
    relay = _relay_term(questions, settings)
    wanted = f"v=spf1 mx {relay} ~all".replace("  ", " ")
    if not records:
        found, mend = N_("No record says which servers send for %(domain)s."), N_("Put this record there:")
        return Check("SPF", Standing.MISSING, found, mend, domain, wanted, {"domain": domain})
    if len(records) > 1:
        found = N_("%(domain)s has several SPF records; receivers then heed none.")
        return Check("SPF", Standing.MISSING, found, N_("Keep one of them only."), params={"domain": domain})
    [record] = records
    lookups = _lookups(questions, record, {domain})
    if lookups > MOST_LOOKUPS:
        found = N_("The record needs %(count)s look-ups in DNS; more than 10 make it void.")
        mend = N_("Take out what is no longer used.")
        return Check("SPF", Standing.MISSING, found, mend, params={"count": lookups})
    if re.search(r"(?:^|\s)\+?all(?:\s|$)", record.lower()):
        found = N_("The record allows everybody to send for %(domain)s.")
        return Check("SPF", Standing.WEAK, found, N_("End it with ~all."), params={"domain": domain})
    if relay and relay.lower() not in record.lower().split():
        found = N_("A record is there, but our mail relay does not stand in it by name.")
        mend = N_("Unless another part of the record covers it, add:")
        return Check("SPF", Standing.WEAK, found, mend, domain, relay)
    return Check("SPF", Standing.GOOD, N_("The record is there and names our mail relay."))


def _relay_term(questions: Questions, settings: Settings) -> str:
    """Return the part of a record that allows our relay; empty where none is set or its address is not public."""
    if settings.mail_provider in _INCLUDES:
        return f"include:{_INCLUDES[settings.mail_provider]}"
    host = urlsplit(settings.smtp_url.get_secret_value()).hostname if settings.smtp_url else None
    if not host:
        return ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return f"a:{host}" if questions.ask(host, "A") or questions.ask(host, "AAAA") else ""
    return f"ip{address.version}:{address}" if address.is_global else ""


def _lookups(questions: Questions, record: str, seen: set[str]) -> int:
    """Return how many questions a receiver asks to evaluate the record; stops once they are too many."""
    count = 0
    for term in record.lower().split()[1:]:
        kind, _, target = re.sub(r"^[+?~-]", "", term).replace("redirect=", "redirect:", 1).partition(":")
        if kind.partition("/")[0] not in ("include", "a", "mx", "ptr", "exists", "redirect"):
            continue
        count += 1
        if kind in ("include", "redirect") and target and target not in seen and len(seen) <= MOST_LOOKUPS:
            seen.add(target)
            inner = [each for each in questions.ask(target, "TXT") if each.lower().startswith("v=spf1")]
            count += _lookups(questions, inner[0], seen) if inner else 0
    return count


# ------------------------------------------------------------ DKIM, DMARC, MX
def _dkim(questions: Questions, settings: Settings, domain: str) -> Check:
    signer = signer_of(settings)
    name = record_name(settings)
    if signer is None:
        found = N_("Acara does not sign mail; your relay may do so.")
        mend = N_("If it does not: run acara dkim-key, which says what to do next.")
        return Check("DKIM", Standing.WEAK, found, mend)
    from notifications.transport.dkim import record_of  # noqa: PLC0415 - cryptography, where there is a key only

    wanted = record_of(signer.key)
    told = [_tags(each) for each in questions.ask(name, "TXT")]
    if not told:
        found, mend = N_("Mail is signed, but nobody can check it: DNS has no key."), N_("Put this record there:")
        return Check("DKIM", Standing.MISSING, found, mend, name, wanted)
    if all(each.get("p", "").replace(" ", "") != _tags(wanted)["p"] for each in told):
        found = N_("DNS has another key than the one that signs: every signature is wrong.")
        return Check("DKIM", Standing.MISSING, found, N_("Put this record there:"), name, wanted)
    own = signing_domain(settings)
    if own != domain and not domain.endswith("." + own) and not own.endswith("." + domain):
        found = N_("Mail is signed for %(own)s, but comes from %(domain)s: that does not count for DMARC.")
        return Check("DKIM", Standing.WEAK, found, params={"own": own, "domain": domain})
    return Check("DKIM", Standing.GOOD, N_("Mail is signed, and DNS has the key."))


def _dmarc(questions: Questions, settings: Settings, domain: str) -> Check:
    del settings
    name = f"_dmarc.{domain}"
    asked = [name]
    # Where the domain itself says nothing, the one that it belongs to is asked (RFC 7489 §6.6.3), found here by
    # leaving out one label after the other: it needs no list of the world's suffixes.
    labels = domain.split(".")
    asked += [f"_dmarc.{'.'.join(labels[at:])}" for at in range(1, len(labels) - 1)]
    found = next((tags for each in asked for tags in _dmarc_of(questions, each)), None)
    if found is None:
        said, mend = N_("No record says what to do with mail that pretends to be yours."), N_("Put this record there:")
        return Check("DMARC", Standing.MISSING, said, mend, name, "v=DMARC1; p=none")
    policy = found.get("p", "").lower()
    if policy not in ("none", "quarantine", "reject"):
        said, mend = N_("The record has no policy that receivers understand."), N_("Put this record there:")
        return Check("DMARC", Standing.MISSING, said, mend, name, "v=DMARC1; p=none")
    if policy == "none":
        said = N_("The record is there; it asks receivers to let false mail through.")
        mend = N_("Once SPF and DKIM are good here for some weeks:")
        return Check("DMARC", Standing.GOOD, said, mend, name, "v=DMARC1; p=quarantine")
    return Check("DMARC", Standing.GOOD, N_("The record is there and keeps false mail away."))


def _dmarc_of(questions: Questions, name: str) -> list[dict[str, str]]:
    return [_tags(each) for each in questions.ask(name, "TXT") if each.replace(" ", "").upper().startswith("V=DMARC1")]


def _mx(questions: Questions, settings: Settings, domain: str) -> Check:
    del settings
    told = questions.ask(domain, "MX")
    if not told or all(each.split()[-1] == "." for each in told):
        found = N_("%(domain)s receives no mail: answers and bounces are lost.")
        mend = N_("Have your mail server entered as MX.")
        return Check("MX", Standing.MISSING, found, mend, params={"domain": domain})
    return Check("MX", Standing.GOOD, N_("%(domain)s receives mail."), params={"domain": domain})


def _tags(record: str) -> dict[str, str]:
    """Return the tags of a DKIM or DMARC record (RFC 6376 §3.2)."""
    pairs = (each.partition("=") for each in record.split(";"))
    return {name.strip(): value.strip() for name, _, value in pairs if name.strip()}

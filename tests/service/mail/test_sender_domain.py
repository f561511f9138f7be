"""What is found about a sender's domain, asked of a real (small) name server on loopback."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest

from notifications.transport.dkim import make_key, pem_of, record_of
from service.doctor.findings import Verdict
from service.doctor.mail import check_sender
from service.mail.sender_domain import FRESH, Standing, demands, look, look_lately
from service.settings import Settings
from tests.support.life import NOW
from tests.support.running import make_runtime

DOMAIN = "perpus.example"
KEY = make_key("ed25519")
GOOD = {
    (DOMAIN, "TXT"): ['"v=spf1 mx include:_spf.google.com ~all"', '"another=thing"'],
    ("_spf.google.com", "TXT"): ['"v=spf1 ip4:192.0.2.0/24 -all"'],
    (f"acara._domainkey.{DOMAIN}", "TXT"): [f'"{record_of(KEY)}"'],
    (f"_dmarc.{DOMAIN}", "TXT"): ['"v=DMARC1; p=quarantine"'],
    (DOMAIN, "MX"): [f"10 mail.{DOMAIN}."],
}


class NameServer:
    """Answers from a table; a name in `failing` gets SERVFAIL."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, str], list[str]] = dict(GOOD)
        self.failing: set[str] = set()
        self.asked = 0
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                data, sock = self.request
                sock.sendto(outer.answer(data), self.client_address)

        self.server = socketserver.ThreadingUDPServer(("127.0.0.1", 0), Handler)

    def answer(self, data: bytes) -> bytes:
        self.asked += 1
        query = dns.message.from_wire(data)
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        [asked] = query.question
        name, kind = asked.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(asked.rdtype)
        if name in self.failing:
            reply.set_rcode(dns.rcode.SERVFAIL)
        elif found := self.records.get((name, kind)):
            reply.answer.append(dns.rrset.from_text(asked.name, 60, "IN", kind, *found))
        elif all(known != name for known, _ in self.records):
            reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply.to_wire()


@pytest.fixture
def dns_server() -> Iterator[NameServer]:
    """A name server on a port that the system chooses."""
    made = NameServer()
    thread = threading.Thread(target=made.server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield made
    made.server.shutdown()
    made.server.server_close()
    thread.join()


def settings_of(dns_server: NameServer, tmp_path: Path, **changes: Any) -> Settings:
    host, port = dns_server.server.server_address[:2]
    values: dict[str, Any] = {
        "data_dir": tmp_path,
        "mail_from": f"acara@{DOMAIN}",
        "mail_provider": "workspace",
        "dkim_key": pem_of(KEY).decode(),
        "dns_server": f"{host!s}:{port}",
        **changes,
    }
    return Settings(**values)


def standings(dns_server: NameServer, tmp_path: Path, **changes: Any) -> dict[str, str]:
    return {each.subject: each.standing.value for each in look(settings_of(dns_server, tmp_path, **changes))}


ALL_GOOD = {"SPF": "good", "DKIM": "good", "DMARC": "good", "MX": "good"}


def test_domain_in_order_is_found_good(dns_server: NameServer, tmp_path: Path) -> None:
    assert standings(dns_server, tmp_path) == ALL_GOOD


def test_empty_domain_misses_everything_and_is_told_the_records(dns_server: NameServer, tmp_path: Path) -> None:
    dns_server.records.clear()
    assert standings(dns_server, tmp_path) == dict.fromkeys(ALL_GOOD, Standing.MISSING.value)


def test_server_that_fails_says_nothing_about_the_domain(dns_server: NameServer, tmp_path: Path) -> None:
    dns_server.failing = {f"_dmarc.{DOMAIN}"}
    assert standings(dns_server, tmp_path) == {**ALL_GOOD, "DMARC": "unknown"}


@pytest.mark.parametrize(
    ("record", "standing"),
    [
        ("v=spf1 +all", "weak"),
        ("v=spf1 all", "weak"),
        ("v=spf1 mx ~all", "weak"),
        ("v=spf1 " + "a " * 11 + "~all", "missing"),
        ("v=spf1 include:loop.example include:_spf.google.com ~all", "good"),
        ("v=spf10 mx ~all", "missing"),
    ],
)
def test_senders_record_is_read_as_receivers_do(
    dns_server: NameServer, tmp_path: Path, record: str, standing: str
) -> None:
    dns_server.records[(DOMAIN, "TXT")] = [f'"{record}"']
    dns_server.records[("loop.example", "TXT")] = ['"v=spf1 include:loop.example ~all"']
    assert standings(dns_server, tmp_path)["SPF"] == standing


def test_two_senders_records_are_none(dns_server: NameServer, tmp_path: Path) -> None:
    dns_server.records[(DOMAIN, "TXT")] = ['"v=spf1 mx ~all"', '"v=spf1 a ~all"']
    assert standings(dns_server, tmp_path)["SPF"] == "missing"


def test_another_key_in_dns_is_worse_than_it_looks(dns_server: NameServer, tmp_path: Path) -> None:
    dns_server.records[(f"acara._domainkey.{DOMAIN}", "TXT")] = [f'"{record_of(make_key("ed25519"))}"']
    assert standings(dns_server, tmp_path)["DKIM"] == "missing"


def test_policy_of_the_domain_above_counts(dns_server: NameServer, tmp_path: Path) -> None:
    del dns_server.records[(f"_dmarc.{DOMAIN}", "TXT")]
    dns_server.records[("_dmarc.batam.example", "TXT")] = ['"v=DMARC1;p=reject"']
    found = standings(dns_server, tmp_path, mail_from="acara@perpus.batam.example")
    assert found["DMARC"] == "good"


def test_domain_that_receives_no_mail_is_told(dns_server: NameServer, tmp_path: Path) -> None:
    dns_server.records[(DOMAIN, "MX")] = ["0 ."]
    assert standings(dns_server, tmp_path)["MX"] == "missing"


def test_what_was_asked_lately_is_not_asked_again_unless_it_was_unknown(dns_server: NameServer, tmp_path: Path) -> None:
    settings = settings_of(dns_server, tmp_path)
    first = look_lately(settings, real_now=NOW)
    asked = dns_server.asked
    assert asked > 0
    assert look_lately(settings, real_now=NOW + FRESH - timedelta(seconds=1)) == first
    assert dns_server.asked == asked
    assert look_lately(settings, real_now=NOW + FRESH).at == NOW + FRESH
    assert dns_server.asked == 2 * asked
    dns_server.failing = {DOMAIN}
    later = NOW + FRESH + timedelta(seconds=1)
    assert look_lately(settings, real_now=later, anew=True).at == later
    dns_server.failing = set()
    assert look_lately(settings, real_now=later).at == NOW + FRESH, "what could not be asked is not kept"


def test_what_big_providers_ask_is_told_from_what_was_found(dns_server: NameServer, tmp_path: Path) -> None:
    del dns_server.records[(f"_dmarc.{DOMAIN}", "TXT")]
    dns_server.failing = {f"acara._domainkey.{DOMAIN}"}
    relays = ("smtp://mail.example:587?starttls", "smtp://mail.example", "smtps://mail.example", "smtp://localhost:25")
    settings = [settings_of(dns_server, tmp_path, smtp_url=relay, mail_provider="gmail") for relay in relays]
    found = [[each.met for each in demands(each, look(each))][:4] for each in settings]
    assert found == [[True, None, False, way] for way in (True, False, True, None)]


def test_without_a_key_of_ours_nobody_says_that_mail_is_not_signed(dns_server: NameServer, tmp_path: Path) -> None:
    settings = settings_of(dns_server, tmp_path, dkim_key=None)
    assert [each.met for each in demands(settings, look(settings))][1] is None


@pytest.mark.parametrize(("missing", "verdict"), [(False, Verdict.GOOD), (True, Verdict.BAD)])
def test_doctor_tells_it_as_well(dns_server: NameServer, tmp_path: Path, missing: bool, verdict: Verdict) -> None:
    if missing:
        del dns_server.records[(DOMAIN, "MX")]
    values = settings_of(dns_server, tmp_path).model_dump(include={"mail_from", "mail_provider", "dns_server"})
    runtime = make_runtime(
        f"sqlite:///{tmp_path / 'unused.sqlite3'}", tmp_path, dkim_key=pem_of(KEY).decode(), **values
    )
    finding = check_sender(runtime)
    runtime.close()
    assert finding.verdict is verdict
    assert ("receives no mail" in finding.found) is missing


def test_doctor_asks_nothing_about_a_domain_of_examples(tmp_path: Path) -> None:
    runtime = make_runtime(f"sqlite:///{tmp_path / 'unused.sqlite3'}", tmp_path, mail_from="acara@perpus.example")
    finding = check_sender(runtime)
    runtime.close()
    assert (finding.verdict, "nothing is asked" in finding.found) == (Verdict.GOOD, True)

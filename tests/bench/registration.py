"""Registering over HTTP for one hot event with a real form, against the same rows straight through the driver.

What people send is in `tests.bench.application`: questions of several kinds, one to four people, a waitlist behind it.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import uuid
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from service.clock import real_now
from service.limits.stamps import Stamps
from service.settings import Settings, secret_key_of
from tests.bench import house, peers
from tests.bench.application import FORM, SIZES, bodies_for_programs, bodies_for_the_form
from tests.bench.house import Hall
from tests.bench.load import register_many
from tests.bench.processes import ROOT, Served, serving
from tests.bench.results import Effort, Result, compared
from tests.support.running import UNLIMITED

HOT = 32
"""Callers at which the bar holds."""
WAYS = ("form", "API")
"""As a browser sends it, and as a program does."""


def measure(effort: Effort) -> list[Result]:
    """Measure on both databases on a disk, and on SQLite where `fsync` costs nothing: there, only work counts.

    That one has no bar: without a flush there is nothing that committing together could save, and what stands against
    each other is three statements and a whole request.
    """
    return [
        *_measure(effort, "SQLite", in_memory=False),
        *_measure(effort, "SQLite", in_memory=True),
        *_measure(effort, "PostgreSQL", in_memory=False),
    ]


@contextlib.contextmanager
def databases(kind: str, *, in_memory: bool) -> Generator[tuple[Path, str, str]]:
    """A folder and the addresses of two new databases."""
    with house.folder(in_memory=in_memory) as folder:
        if kind == "SQLite":
            yield folder, f"sqlite:///{folder}/acara.sqlite3", f"sqlite:///{folder}/raw.sqlite3"
            return
        with house.durable_postgres(in_memory=in_memory) as server:
            yield folder, server.url(server.create()), server.url(server.create())


def _measure(effort: Effort, kind: str, *, in_memory: bool) -> list[Result]:
    place = "database in memory" if in_memory else "on disk"
    with databases(kind, in_memory=in_memory) as (folder, address, raw_address):
        with house.hall(raw_address) as raw_hall:
            raw_event = raw_hall.webinar(capacity=None, form=FORM, max_party_size=max(SIZES))
        with house.hall(address) as hall:
            event = hall.webinar(capacity=None, form=FORM, max_party_size=max(SIZES))
            # With the limits of a new installation, which is why every person comes from an address of their own.
            usual: dict[str, Any] = {name: Settings.model_fields[name].default for name in UNLIMITED}
            settings: dict[str, Any] = {"database_url": address, "in_process_workers": False, **usual}
            with serving(folder, **settings) as server:
                desks = _desks(server, hall, event, ripe=_ripe_stamp(event, Settings(data_dir=folder, **usual)))
                measured = [
                    _at(effort, callers, desks, (raw_address, raw_event), where=f"{kind}, {place}", in_memory=in_memory)
                    for callers in (8, HOT)
                ]
            _agrees(hall, event)
    return [each for way in zip(*measured, strict=True) for each in way]


def _ripe_stamp(event: uuid.UUID, settings: Settings) -> str:
    """Return the stamp of a form that has been open for as long as a person takes, signed by the installation's key."""
    stamps = Stamps(secret_key_of(settings), at_least=settings.public_form_seconds)
    return stamps.make_ripe(f"register:{event}", real_now=real_now())


@dataclass(frozen=True, slots=True)
class _Desk:
    """Where applications are sent, and what is sent there."""

    url: str
    kind: str
    bodies: Sequence[str]


def _desks(server: Served, hall: Hall, event: uuid.UUID, *, ripe: str) -> Mapping[str, _Desk]:
    form = f"{server.url}{hall.path(event)}/register"
    programs = f"{server.url}/api/v1/events/{event}/registrations"
    return {
        "form": _Desk(form, "application/x-www-form-urlencoded", bodies_for_the_form(form, stamp=ripe)),
        "API": _Desk(programs, "application/json", bodies_for_programs()),
    }


def _at(
    effort: Effort,
    callers: int,
    desks: Mapping[str, _Desk],
    raw: tuple[str, uuid.UUID],
    *,
    where: str,
    in_memory: bool,
) -> list[Result]:
    """Measure every way in turn, round by round; the raw statements of a round are what all ways are held against."""
    rounds: Mapping[str, list[tuple[float, float]]] = {way: [] for way in WAYS}
    for _ in range(effort.rounds):
        ours = {way: _ours(desks[way], callers, effort) for way in WAYS}
        baseline = _raw(*raw, callers, effort)
        for way in WAYS:
            rounds[way].append((ours[way], baseline))
    bar = 0.5 if callers == HOT and not in_memory else None
    return [_result(f"registration by {way}, {callers} callers, {where}", rounds[way], bar=bar) for way in WAYS]


def _result(name: str, rounds: Sequence[tuple[float, float]], *, bar: float | None) -> Result:
    return compared(
        name,
        rounds,
        unit="registrations/s",
        bar=bar,
        peers=peers.multiple(sorted(ours for ours, _ in rounds)[len(rounds) // 2], peers.REGISTRATIONS),
        conditions="HTTP from wrk to one serving process (its workers elsewhere), every one another person behind a "
        "trusted proxy, the usual limits, parties of "
        "1 to 4, seven questions (one of each person), unlimited seats with a waitlist; baseline: the same INSERT with "
        "the answers, INSERT of the party, counter UPDATE and INSERT of the fact by as many threads of one process, a "
        "transaction each, synchronous=FULL / default fsync; form, API and baseline by turns",
    )


def _ours(desk: _Desk, callers: int, effort: Effort) -> float:
    load = register_many(
        desk.url, desk.bodies, kind=desk.kind, callers=callers, seconds=effort.seconds, run=uuid.uuid4().hex[:8]
    )
    assert load.failed == 0, f"{load.failed} registrations failed"
    return load.per_second


def _raw(address: str, event: uuid.UUID, callers: int, effort: Effort) -> float:
    command = [sys.executable, "-m", "tests.bench.raw", address, str(event), str(callers), str(effort.seconds)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return float(done.stdout)


def _agrees(hall: Hall, event: uuid.UUID) -> None:
    """Prove that speed cost nothing: as many people are registered as seats are counted."""
    people, (rows, taken) = hall.people(event), hall.counted(event)
    assert people == taken > rows > 0, f"{rows} registrations of {people} people, {taken} seats taken"

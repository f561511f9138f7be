"""A library of many years costs what a new one does: counted in both databases, work by work.

Found this way: the person's own page went through every certificate that was ever issued, and the attendance page
through every registration, because SQLite preferred an index of states, of which nearly all rows have the same.
"""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from notifications.models.email import Email
from tests.bench import growth
from tests.support.postgres import Postgres
from tests.support.sizes import size

SMALL = 1_000
LARGE = size(20_000, full=1_000_000)


def _addresses(engine: str, folder: Path, request: pytest.FixtureRequest) -> list[str]:
    if engine == "sqlite":
        return [f"sqlite:///{folder}/{name}.db" for name in ("few", "many")]
    server: Postgres = request.getfixturevalue("postgres")
    return [server.url(server.create()) for _ in range(2)]


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_no_work_costs_more_because_there_is_more_besides_it(
    engine: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    few, many = (
        growth.counted(address, _made(tmp_path / str(count)), count)
        for address, count in zip(_addresses(engine, tmp_path, request), (SMALL, LARGE), strict=True)
    )
    grown = {
        work: (few[work].units, many[work].units) for work in few if many[work].units > growth.FLAT * few[work].units
    }
    assert grown == {}


def test_what_does_grow_is_seen(tmp_path: Path) -> None:
    """The control: looking at every mail that was ever sent."""

    def cost(count: int) -> int:
        folder = _made(tmp_path / str(count))
        with growth.town(f"sqlite:///{folder}/acara.db", folder, count) as place:
            everything = sa.select(sa.func.count()).where(Email.attempts > 0)
            return growth.cost_of(place, lambda: place.database.read(lambda session: session.scalar(everything))).units

    assert cost(10 * SMALL) > 5 * cost(SMALL)


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder

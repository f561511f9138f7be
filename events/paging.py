"""One page of a longer list, as staff leaf through it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

PER_PAGE = 50
PAGES_AHEAD = 10
"""How far a list is counted beyond the page that is looked at: a page costs the same after ten years."""

_Row = TypeVar("_Row")


@dataclass(frozen=True, slots=True)
class Paged(Generic[_Row]):
    """One page of a longer list; `total` counts all of it, `number` begins at 1.

    With `at_least` the list goes on beyond `total`: counting ends `PAGES_AHEAD` pages after this one.
    """

    rows: Sequence[_Row]
    total: int
    number: int = 1
    size: int = PER_PAGE
    at_least: bool = False

    @property
    def last(self) -> int:
        """Return the number of the last page."""
        return max(1, -(-self.total // self.size))

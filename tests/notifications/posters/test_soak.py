"""The memory of a process that draws: flat, however many pictures it has drawn."""

from __future__ import annotations

from events.media.processes import ChildProcesses
from tests.notifications.posters import soaking
from tests.support.running import TYPEFACES
from tests.support.sizes import FULL

IMAGES = 1_000 if FULL else 100
MOST_GROWTH = 24 * 1024 * 1024


def test_memory_stays_flat_over_many_pictures() -> None:
    """What is kept (typefaces, grounds, widths of words) is kept by the middle of the run."""
    TYPEFACES.mkdir(exist_ok=True)
    children = ChildProcesses(1)
    try:
        held = children.run(soaking.draw_many, IMAGES, str(TYPEFACES), timeout=1.5 * IMAGES + 120)
    finally:
        children.close()
    assert len(held) == IMAGES
    early, late = max(held[IMAGES // 4 : IMAGES // 2]), max(held[-IMAGES // 4 :])
    assert late - early < MOST_GROWTH, [each >> 20 for each in held[:: IMAGES // 20]]

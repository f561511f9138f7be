"""How column types are written into revisions: as the databases know them, free of our own classes.

A revision must still run when the class it was made from is gone, so none is named in it. An enumeration is text of a
fixed length; its members are the code's business.
"""

from __future__ import annotations

from typing import Any, Literal

import sqlalchemy as sa
from alembic.autogenerate.api import AutogenContext
from alembic.runtime.migration import MigrationContext

from events.storage import LocalizedTextType, UtcDateTime


def render_item(kind: str, item: Any, _context: AutogenContext) -> str | Literal[False]:
    """Return the Python source of a type, or False for what Alembic writes well by itself."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, LocalizedTextType | sa.JSON):
        return "JSON"  # defined in script.py.mako
    if isinstance(item, sa.Enum):
        return f"sa.String(length={item.length})"
    return False


def compare_type(_context: MigrationContext, _seen: Any, _column: Any, found: Any, wanted: Any) -> bool | None:
    """Tell whether a column's type changed; None leaves it to Alembic. An enumeration is compared as the text it is."""
    if isinstance(wanted, sa.Enum):
        return not isinstance(found, sa.String) or found.length != wanted.length
    return None


OPTIONS: dict[str, Any] = {
    "compare_type": compare_type,
    "render_item": render_item,
    "transactional_ddl": True,  # on SQLite too: `service.migrations` says BEGIN itself
}

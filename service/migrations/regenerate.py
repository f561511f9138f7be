"""``python -m service.migrations.regenerate`` writes the initial revision anew from the tables of the code.

Only until the first release. The same tables give the same file, so when two branches both changed tables, take
either side of the conflict and run this again. The file serves both databases: what only one of them understands
(a partial index's condition) is written with that one's name and skipped by the other.
"""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import sqlalchemy as sa
from alembic import autogenerate
from alembic.operations import ops
from alembic.runtime.migration import MigrationContext
from mako.template import Template

from service.migrations import FOLDER
from service.migrations.rendering import OPTIONS, render_item
from service.tables import metadata

FILE = FOLDER / "versions" / "0001_initial.py"


def render() -> str:
    """Return the source of the initial revision, formatted as the house formats."""
    with sa.create_engine("sqlite://").connect() as connection:
        context = MigrationContext.configure(connection, opts={**OPTIONS, "target_metadata": metadata})
        script = autogenerate.produce_migrations(context, metadata)
    template: Any = Template((FOLDER / "script.py.mako").read_text())  # noqa: S702 - this is Python, not HTML
    source: str = template.render(
        message="The initial tables",
        up_revision="0001",
        down_revision=None,
        upgrades=_body(script.upgrade_ops),
        downgrades=_body(script.downgrade_ops),
    )
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(FILE), "-"]
    return subprocess.run(command, input=source, text=True, check=True, capture_output=True).stdout  # noqa: S603 - the formatter


def _body(operations: ops.UpgradeOps | ops.DowngradeOps | None) -> str:
    if operations is None:
        return ""
    body = autogenerate.render_python_code(operations, render_item=render_item)
    return "\n".join(line for line in body.splitlines() if not line.strip().startswith("# ###")).strip()


if __name__ == "__main__":
    FILE.write_text(render())

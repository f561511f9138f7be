"""Run by Alembic for every command, with the connection that `service.migrations` opened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import context

from service.migrations.rendering import OPTIONS
from service.tables import metadata

connection = context.config.attributes["connection"]
assert isinstance(connection, sa.Connection)  # noqa: S101 - Alembic runs this file; there is nobody to answer to
context.configure(connection, target_metadata=metadata, **OPTIONS)
context.run_migrations()

"""${message}."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
% if "JSON" in upgrades + downgrades:
from sqlalchemy.dialects import postgresql
% endif

% if "JSON" in upgrades + downgrades:
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

% endif
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
branch_labels = None
depends_on = None


def upgrade() -> None:
    ${upgrades if upgrades else "pass"}


def downgrade() -> None:
    ${downgrades if downgrades else "pass"}

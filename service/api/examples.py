"""Examples of what is sent and answered, by the name of the type; a test checks each against its schema."""

from __future__ import annotations

from typing import Any

EXAMPLES: dict[str, Any] = {}

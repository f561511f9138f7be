"""What a post costs where networks charge for posting, in US dollars as they bill."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from notifications.channels.counting import links_on_x
from notifications.channels.limits import X


@dataclass(frozen=True, slots=True)
class Price:
    """What one post costs, in US dollars."""

    plain: Decimal
    with_link: Decimal


@dataclass(frozen=True, slots=True)
class Cost:
    """What this very post costs, and what it would without its link."""

    amount: Decimal
    without_link: Decimal
    currency: str = "USD"

    @property
    def saved_without_link(self) -> Decimal:
        """What leaving the link out would save; 0 where there is none."""
        return self.amount - self.without_link


PRICES: Mapping[str, Price] = {X: Price(Decimal("0.015"), Decimal("0.200"))}
"""Pay per use, as of August 2026 (https://docs.x.com/x-api/getting-started/pricing)."""


def cost_of(channel: str, text: str) -> Cost | None:
    """Return what publishing `text` costs, or None where posting is free of charge."""
    price = PRICES.get(channel)
    if price is None:
        return None
    return Cost(amount=price.with_link if links_on_x(text) else price.plain, without_link=price.plain)

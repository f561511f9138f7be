"""What staff say of a rule by which e-mails go out, checked once for pages and API alike."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Literal, TypeAlias

from pydantic import Field

from events.models import Anchor, Audience, EventMode
from notifications.models.email import EmailKind
from notifications.planning.rule_editing import RuleText
from service.inputs.checking import Input
from service.inputs.types import LineInput, StoryInput

Unit: TypeAlias = Literal["minutes", "hours", "days"]
Direction: TypeAlias = Literal["before", "after"]
MINUTES: Mapping[Unit, int] = {"minutes": 1, "hours": 60, "days": 24 * 60}


class RuleInput(Input):
    """When an e-mail goes out, to whom, and what it says."""

    amount: int = Field(ge=0, le=600_000, description="How many of `unit` before or after `anchor`.")
    unit: Unit = "days"
    when: Direction = "before"
    anchor: Anchor = Field(Anchor.START, description="What the time is counted from.")
    audience: Audience = Audience.CONFIRMED
    modes: list[EventMode] = Field(
        default_factory=list[EventMode], max_length=len(EventMode), description="Only for events held so; empty: all."
    )
    sends: EmailKind = Field(EmailKind.RULE, description="`rule`: the words below; else one of our reminders.")
    subject: LineInput = Field(default_factory=LineInput)
    body: StoryInput = Field(default_factory=StoryInput)

    def text(self) -> RuleText:
        """Return it as the core takes it."""
        minutes = self.amount * MINUTES[self.unit]
        own = self.sends is EmailKind.RULE
        return RuleText(
            anchor=self.anchor,
            offset=timedelta(minutes=-minutes if self.when == "before" else minutes),
            audience=self.audience,
            modes=self.modes,
            sends=self.sends,
            subject=self.subject.stored() if own else LineInput().stored(),
            body=self.body.stored() if own else StoryInput().stored(),
        )


class RuleChangeInput(RuleInput):
    """A rule's new words, and the version that they were written over."""

    version: int = Field(ge=0, le=1_000_000, description="What was seen, 0 of one that comes with Acara; else a 409.")


class RuleSwitchInput(Input):
    """Whether a rule counts."""

    enabled: bool


def parts_of(offset: timedelta) -> tuple[int, Unit, Direction]:
    """Return amount, unit and direction of an offset, in the largest unit that says it whole."""
    minutes = int(offset.total_seconds() // 60)
    unit: Unit = "days" if minutes % MINUTES["days"] == 0 else "hours" if minutes % MINUTES["hours"] == 0 else "minutes"
    return abs(minutes) // MINUTES[unit], unit, "before" if minutes < 0 else "after"

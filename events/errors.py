"""Refusals: the "no" that the domain gives on purpose. The web layer decides their status and language.

Every refusal carries a `code` for machines and an English `message` whose ``%(name)s`` places are filled from
`params`; the message doubles as the gettext id, which is why it is marked with `N_`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


def N_(text: str) -> str:  # noqa: N802 - gettext's own name for "extract this, translate it later"
    """Mark `text` for translation and return it unchanged."""
    return text


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not an error
    """The root of every refusal. Raising one rolls back what the use-case did, and nothing else."""

    code: ClassVar[str] = "refused"
    default: ClassVar[str] = N_("That is not possible.")

    def __init__(self, message: str | None = None, *, field: str | None = None, **params: Any) -> None:
        self.message = message or self.default
        self.field = field
        self.params = params
        super().__init__(self.message % params if params else self.message)


class TryLater(Refused):
    """Nothing is wrong with what was asked: it cannot be done at the moment, and nobody's attempt may count for it."""


class NotFound(Refused):
    """What was asked for does not exist, or must look as if it did not."""

    code = "not_found"
    default = N_("We could not find that.")


class Gone(Refused):
    """The link was right once and is dead now."""

    code = "gone"
    default = N_("This link is no longer valid.")


class NotAllowed(Refused):
    """The person may not do this."""

    code = "not_allowed"
    default = N_("You are not allowed to do that.")


class Conflict(Refused):
    """The state of things does not permit it (any more)."""

    code = "conflict"
    default = N_("Something changed in the meantime. Please look again.")


class Outdated(Conflict):
    """Somebody else changed the thing since the caller saw it."""

    code = "outdated"
    default = N_("Somebody else changed this event meanwhile. Your text is still here: compare and save again.")


class FormReplaced(Conflict):
    """The event asks other questions than those that were answered."""

    code = "form_replaced"
    default = N_("The questions were changed while you answered. Your answers are still here: please look again.")


class WrongStage(Conflict):
    """The event's stage has no such transition."""

    code = "wrong_stage"
    default = N_("That is not possible while the event is “%(stage)s”.")


class ApprovalNeeded(Conflict):
    """The library wants somebody else to look at an event before it is published."""

    code = "approval_needed"
    default = N_("Somebody else must approve this event before it is published. Ask for approval.")


class Full(Conflict):
    """No seat is left, and nobody may wait for one."""

    code = "full"
    default = N_("All seats are taken.")


class ChoiceFull(Full):
    """A choice with places has too few left, and nobody may wait for one; `pool` in `params` is the choice's."""

    code = "choice_full"
    default = N_("What you chose has no places left. Please choose something else.")


class Closed(Conflict):
    """Registration is not open (yet, or any more)."""

    code = "closed"
    default = N_("Registration is closed.")


class AlreadyRegistered(Conflict):
    """The same person already holds a place here."""

    code = "already_registered"
    default = N_("This contact is already registered. Check your e-mail for your link.")


class KeyReused(Refused):
    """The same Idempotency-Key came with another payload."""

    code = "idempotency_key_reused"
    default = N_("This form was already sent with other answers. Please reload the page.")


@dataclass(frozen=True, slots=True)
class FieldError:
    """What is wrong with one field: its name, a stable code, an English message and what fills it."""

    field: str
    code: str
    message: str
    params: dict[str, Any] = dataclasses.field(default_factory=dict[str, Any])


class Invalid(Refused):
    """Input that cannot be accepted, with one error or more per field."""

    code = "invalid"
    default = N_("Some answers need your attention.")

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__()
        self.errors = tuple(errors)

"""Who may do what: one table for pages and API alike."""

from __future__ import annotations

import enum
import uuid
from dataclasses import dataclass

from events.errors import NotAllowed, NotFound
from service.accounts.models import Role


class Action(enum.StrEnum):
    """What staff do. The values are also the scopes of API tokens."""

    OWN_ACCOUNT = "account.own"
    VIEW_EVENTS = "events.view"
    EDIT_EVENTS = "events.edit"
    PUBLISH_EVENTS = "events.publish"
    APPROVE_EVENTS = "events.approve"
    COMMENT_EVENTS = "events.comment"
    MOVE_EVENTS = "events.move"
    VIEW_REGISTRATIONS = "registrations.view"
    EDIT_REGISTRATIONS = "registrations.edit"
    EXPORT_REGISTRATIONS = "registrations.export"
    ERASE_PEOPLE = "people.erase"
    MARK_ATTENDANCE = "attendance.mark"
    EDIT_RECORDING = "recording.edit"
    VIEW_CERTIFICATES = "certificates.view"
    EDIT_CERTIFICATES = "certificates.edit"
    VIEW_POSTS = "posts.view"
    EDIT_POSTS = "posts.edit"
    APPROVE_POSTS = "posts.approve"
    VIEW_QUEUE = "queue.view"
    RETRY_WORK = "queue.retry"
    VIEW_MAILBOX = "mailbox.view"
    EDIT_NEWS = "news.edit"
    EDIT_BRAND = "brand.edit"
    MANAGE_STAFF = "staff.manage"
    MANAGE_TOKENS = "tokens.manage"
    VIEW_AUDIT = "audit.view"


_OWNER = frozenset({Role.OWNER})
_MAKERS = frozenset({Role.OWNER, Role.EDITOR})
_DECIDERS = frozenset({Role.OWNER, Role.APPROVER})
_DESK = frozenset({Role.OWNER, Role.EDITOR, Role.APPROVER})
_READERS = frozenset({*_DESK, Role.VIEWER})
_EVERYBODY = frozenset(Role)

ROLES_OF: dict[Action, frozenset[Role]] = {
    Action.OWN_ACCOUNT: _EVERYBODY,
    Action.VIEW_EVENTS: _EVERYBODY,
    Action.EDIT_EVENTS: _MAKERS,
    Action.PUBLISH_EVENTS: _DESK,
    Action.APPROVE_EVENTS: _DECIDERS,
    Action.COMMENT_EVENTS: _DESK,
    Action.MOVE_EVENTS: _DESK,
    # People's names and contacts are for those who need them: a viewer sees the counts.
    Action.VIEW_REGISTRATIONS: _DESK,
    Action.EDIT_REGISTRATIONS: _MAKERS,
    Action.EXPORT_REGISTRATIONS: _DESK,
    Action.ERASE_PEOPLE: _OWNER,
    Action.MARK_ATTENDANCE: frozenset({*_MAKERS, Role.DOOR}),
    Action.EDIT_RECORDING: _MAKERS,
    Action.VIEW_CERTIFICATES: _DESK,
    Action.EDIT_CERTIFICATES: _DESK,
    Action.VIEW_POSTS: _READERS,
    Action.EDIT_POSTS: _DESK,
    Action.APPROVE_POSTS: _DECIDERS,
    Action.VIEW_QUEUE: _DESK,
    Action.RETRY_WORK: _MAKERS,
    Action.VIEW_MAILBOX: _DESK,
    Action.EDIT_NEWS: _MAKERS,
    Action.EDIT_BRAND: _OWNER,
    Action.MANAGE_STAFF: _OWNER,
    Action.MANAGE_TOKENS: _OWNER,
    Action.VIEW_AUDIT: _OWNER,
}


@dataclass(frozen=True, slots=True)
class StaffIdentity:
    """Who acts: read from a session or a token at every request, so that a change of role counts at once."""

    staff_id: uuid.UUID
    organiser_id: uuid.UUID | None
    """Where they work; None: the owner of the installation, who sees every organiser."""
    role: Role
    name: str
    email: str
    locale: str = "id"
    scopes: frozenset[str] | None = None
    """What a token is limited to; None for a person at a page."""
    branch_ids: frozenset[uuid.UUID] = frozenset()
    """The branches of `organiser_id`, whose things are theirs as well."""
    must_enrol: bool = False
    """Whether the house asks for a second factor that the person does not have yet: until then they may do nothing."""
    token_id: uuid.UUID | None = None
    """The token that stands for the person, if one does."""

    @property
    def by(self) -> str:
        """Return how facts name this person."""
        return f"staff:{self.staff_id}"

    def may(self, action: Action) -> bool:
        """Tell whether role and scopes allow `action`, whosever things it is about."""
        if self.must_enrol and action is not Action.OWN_ACCOUNT:
            return False
        return self.role in ROLES_OF[action] and (self.scopes is None or action.value in self.scopes)

    def sees(self, organiser_id: uuid.UUID) -> bool:
        """Tell whether that organiser's things exist for this person."""
        return self.organiser_id is None or self.organiser_id == organiser_id or organiser_id in self.branch_ids

    @property
    def organiser_ids(self) -> frozenset[uuid.UUID] | None:
        """Return whose things lists show (`events.ownership.Owners`): their own and the branches', or everybody's."""
        return None if self.organiser_id is None else self.branch_ids | {self.organiser_id}


def require_founder(identity: StaffIdentity, parent_id: uuid.UUID | None) -> None:
    """Return if `identity` may set up a branch of `parent_id`, or a library of its own (None).

    Raises `NotFound` for a parent that is not theirs, `NotAllowed` for anything but a branch of their own library.
    """
    if parent_id is not None:
        require(identity, Action.EDIT_BRAND, parent_id)
    elif identity.organiser_id is not None or not identity.may(Action.EDIT_BRAND):
        raise NotAllowed


def require(identity: StaffIdentity, action: Action, organiser_id: uuid.UUID | None = None) -> None:
    """Return if `identity` may do `action` to a thing of `organiser_id` (None: a thing of no organiser in particular).

    Raises `NotFound` for another organiser's things, whatever the role: that they exist is nobody's business.
    Raises `NotAllowed` where only the role or the token's scopes are in the way.
    """
    if organiser_id is not None and not identity.sees(organiser_id):
        raise NotFound
    if not identity.may(action):
        raise NotAllowed

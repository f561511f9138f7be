"""What is said in public: the reactions that draft, plan and rewrite posts.

They write rows only, like every reaction (`service.reactions.story`, which says what follows from what).
"""

from __future__ import annotations

from events import deliveries, facts
from events.facts import Fact
from events.models import RegistrationState
from notifications.models.moment import Moment
from notifications.posts import drafting, following, planning
from service.reactions.reacting import Context, Cursor, Reaction, event_of


def draft_posts(moment: Moment) -> Reaction:
    """Return the reaction that drafts what is said in public at `moment`, for every channel and language."""

    def reaction(context: Context, fact: Fact, _cursor: Cursor | None) -> None:
        drafting.draft_for(context.session, event_of(fact), moment, now=context.now, links=context.links)
        deliveries.ring(context.session, "posts")

    return reaction


def plan_posts(context: Context, fact: Fact, _cursor: Cursor | None) -> None:
    """Plan the posts that hang on the event's time."""
    planning.plan(context.session, event_of(fact), now=context.now)


def draft_waitlist_post(context: Context, fact: facts.AttendeeRegistered, _cursor: Cursor | None) -> None:
    """Say that people can still queue up, when the first one does."""
    if fact.state != RegistrationState.WAITLISTED or drafting.is_drafted(
        context.session, event_of(fact), Moment.WAITLIST
    ):
        return
    draft_posts(Moment.WAITLIST)(context, fact, None)


def rewrite_posts(context: Context, fact: Fact, _cursor: Cursor | None) -> None:
    """Bring posts that are not out in line with the event as it is now, or withdraw them."""
    following.on_event_changed(context.session, event_of(fact), now=context.now, links=context.links)
    deliveries.ring(context.session, "posts")

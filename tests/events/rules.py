"""Every rule that staff can make, for property tests."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from events.days.recurrence import MOST, ORDINALS, Frequency, Rule, make_rule


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    """Draw a rule of any frequency and end."""
    frequency = draw(st.sampled_from(Frequency))
    weekdays = draw(st.sets(st.integers(0, 6), min_size=1))
    by_day = frequency is Frequency.MONTHLY and draw(st.booleans())
    until = draw(st.none() | st.dates(date(2026, 1, 1), date(2099, 12, 31)))
    return make_rule(
        Rule(
            frequency=frequency,
            interval=draw(st.integers(1, 52)),
            weekdays=tuple(weekdays) if frequency is Frequency.WEEKLY or by_day else (),
            ordinals=tuple(draw(st.sets(st.sampled_from(ORDINALS), min_size=1))) if by_day else (),
            month_days=tuple(draw(st.sets(st.integers(1, 31) | st.just(-1), min_size=1)))
            if frequency is Frequency.MONTHLY and not by_day
            else (),
            until=until,
            count=draw(st.none() | st.integers(1, MOST)) if until is None else None,
        )
    )

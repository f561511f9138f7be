"""The age of a form: a stamp that the page carries and the answer brings back, signed, bound to what the form is for.

A stamp is no ticket: it may come back any number of times within a day, so that who is asked again, or sends twice,
loses nothing. What it keeps out is what never looked at the form. Times are real time.
"""

from __future__ import annotations

import enum
import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta

from events.errors import N_, Refused
from events.signing import PurposeSigner

OPEN_FOR = timedelta(hours=24)
_LONGEST = 80
_CLOCKS_DIFFER = timedelta(minutes=1)
"""By how much another web server's clock may be ahead of ours."""


class Age(enum.Enum):
    """What a stamp says of the form that it came with."""

    FINE = "fine"
    TOO_YOUNG = "too_young"
    TOO_OLD = "too_old"
    UNKNOWN = "unknown"
    """Missing, forged, of another form, or of the future."""


class HeldBack(Refused):
    """A form that does not look as if a person had sent it; it is shown again."""

    code = "held_back"


class TooQuick(HeldBack):
    """It came back sooner than anybody types."""

    code = "too_quick"
    default = N_("That was very quick. Please look through your answers and press the button once more.")


class NoStamp(HeldBack):
    """It has been open for more than a day, or came from elsewhere."""

    code = "stale_form"
    default = N_(
        "This page has been open for a long time, or did not arrive whole. Everything that you typed is still here: "
        "please press the button once more."
    )


class Stamps:
    """Makes stamps with the installation's secret key and reads them with that and former ones.

    So a form that was open while the key was changed still counts.
    """

    def __init__(self, secret_key: str, old_secret_keys: Sequence[str] = (), *, at_least: float) -> None:
        """`at_least` is how many seconds a person takes for a form."""
        self._signers = [PurposeSigner(key, "form") for key in (secret_key, *old_secret_keys)]
        self._at_least = timedelta(seconds=at_least)

    def make(self, about: str, *, real_now: datetime) -> str:
        """Return a stamp for the form `about` something: ASCII, about 55 characters."""
        issued = f"{int(real_now.timestamp() * 1000):x}"
        return f"{issued}.{_signature(self._signers[0], about, issued)}"

    def make_ripe(self, about: str, *, real_now: datetime) -> str:
        """Return a stamp that counts as old enough at once, for who has shown their patience."""
        return self.make(about, real_now=real_now - self._at_least)

    def judge(self, stamp: str, about: str, *, real_now: datetime) -> Age:
        """Return what `stamp` says of a form `about` something that comes in now."""
        issued, _, signature = stamp.partition(".")
        if len(stamp) > _LONGEST or not stamp.isascii():
            return Age.UNKNOWN
        if not any(hmac.compare_digest(_signature(each, about, issued), signature) for each in self._signers):
            return Age.UNKNOWN
        age = timedelta(seconds=real_now.timestamp() - int(issued, 16) / 1000)
        if age > OPEN_FOR:
            return Age.TOO_OLD
        if age < self._at_least:
            return Age.TOO_YOUNG if age > -_CLOCKS_DIFFER else Age.UNKNOWN
        return Age.FINE


def _signature(signer: PurposeSigner, about: str, issued: str) -> str:
    return signer.get_signature(f"{about}|{issued}").decode("ascii")

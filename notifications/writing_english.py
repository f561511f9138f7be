"""What is said in English: the same three tones, written beside the Indonesian and not translated from it."""

from __future__ import annotations

from notifications.models.moment import Moment

Variants = tuple[tuple[str, ...], tuple[str, ...]]
"""Opening sentences, and what stands before the link."""

ENGLISH: dict[Moment, dict[str, Variants]] = {
    Moment.ANNOUNCED: {
        "formal": (
            (
                "{organiser} has the pleasure of inviting you to the following {kind}.",
                "{organiser} announces a {kind} that is open to the public.",
            ),
            ("Information and registration:", "Registration, free of charge:"),
        ),
        "warm": (
            (
                "Something new at the library: save the date and bring a friend.",
                "We have prepared this {kind} with you in mind.",
                "Come and learn with us. This {kind} is free and everyone is welcome.",
            ),
            ("Sign up here, it is free:", "Details and registration:"),
        ),
        "young": (
            (
                "Mark your calendar: this {kind} is one you will want to catch!",
                "New on our calendar, and you are invited!",
            ),
            ("Save your spot:", "Free, just sign up:"),
        ),
    },
    Moment.REGISTRATION_OPEN: {
        "formal": (
            ("Registration for the following {kind} is now open.", "You are invited to register for this {kind}."),
            ("Registration:", "Registration form:"),
        ),
        "warm": (
            ("Registration is open! Places are limited, so sign up early.", "You can now register for this {kind}."),
            ("Register now:", "It takes less than two minutes:"),
        ),
        "young": (
            ("Doors to registration are open. First come, first served!", "You asked when: now!"),
            ("Sign up:", "Grab your place, then tell your friends:"),
        ),
    },
    Moment.SPEAKER: {
        "formal": (
            ("We are pleased to introduce our speaker, {speaker}.", "{speaker} will speak at the following {kind}."),
            ("Information and registration:",),
        ),
        "warm": (
            ("Meet our speaker: {speaker}.", "There is a lot to learn from {speaker}. Join us and listen in."),
            ("Bring your questions and sign up here:", "Join the session:"),
        ),
        "young": (
            ("Guess who is joining us? {speaker}!", "Talk with {speaker}, live. When else?"),
            ("Save your spot:",),
        ),
    },
    Moment.FEW_SEATS: {
        "formal": (
            ("Fewer than {seats} places remain for the following {kind}.",),
            ("Registration while places last:",),
        ),
        "warm": (
            ("Nearly full: fewer than {seats} places are left.", "Fewer than {seats} places to go. One may be yours."),
            ("Take your place:", "Register before it fills up:"),
        ),
        "young": (("Going fast! Fewer than {seats} spots left.",), ("Grab yours:",)),
    },
    Moment.WAITLIST: {
        "formal": (("All places are taken. New registrations join the waiting list.",), ("Waiting list:",)),
        "warm": (
            (
                "Thank you for all the interest! Every place is taken, but the waiting list is open.",
                "Full! As soon as somebody cancels, their place is offered to those who wait.",
            ),
            ("Join the waiting list:",),
        ),
        "young": (("Full house! The waiting list is still open, so try your luck.",), ("Get in line:",)),
    },
    Moment.H7: {
        "formal": (("The following {kind} takes place in seven days.",), ("Information and registration:",)),
        "warm": (
            ("One week to go! Have you registered?", "Only seven days left. Bring the first friend you think of."),
            ("Not registered yet? There is still time:", "Register here:"),
        ),
        "young": (("One week to go! Is it in your calendar?",), ("Not signed up yet? Here:",)),
    },
    Moment.H1: {
        "formal": (("A reminder that the following {kind} takes place tomorrow.",), ("Further information:",)),
        "warm": (
            ("See you tomorrow! Have your questions ready.", "It is tomorrow. If you registered, check our reminder."),
            ("All the details:", "There is still time to register:"),
        ),
        "young": (("Tomorrow! Set an alarm now.",), ("Check the details:",)),
    },
    Moment.TODAY: {
        "formal": (("Today: a {kind} by {organiser}.",), ("Further information:",)),
        "warm": (("It is today! We are ready for you.", "The day is here. See you soon."), ("All the details:",)),
        "young": (("Today is the day!",), ("Everything you need is here:",)),
    },
    Moment.LIVE: {
        "formal": (("The following {kind} is now in progress.",), ("Further information:",)),
        "warm": (("We are live! Come and join us.", "We have started, and there is time to join."), ("Join here:",)),
        "young": (("We are on! Come in.",), ("Jump in:",)),
    },
    Moment.EXHIBITION_OPENING: {
        "formal": (("{organiser} opens the following exhibition to the public.",), ("Choose a time to visit:",)),
        "warm": (
            ("The exhibition opens today. Bring the family.", "The doors are open. Come, look, and stay a while."),
            ("Choose your visiting time:", "Plan your visit, free of charge:"),
        ),
        "young": (("The exhibition is open! Come, see, snap.",), ("Pick your time:",)),
    },
    Moment.EXHIBITION_LAST_DAYS: {
        "formal": (("The following exhibition closes soon. There is still time to visit.",), ("Choose a time:",)),
        "warm": (
            ("The last days! After that, the doors close.", "Not been yet? This exhibition will not be here for long."),
            ("Choose your visiting time:",),
        ),
        "young": (("Last days! Do not wait until it is gone.",), ("Pick your time:",)),
    },
    Moment.THANKS: {
        "formal": (("{organiser} thanks all participants and speakers.",), ("About this event:",)),
        "warm": (
            ("Thank you for coming, asking and sharing.", "Thank you! It was your presence that made it."),
            ("More on the event page:",),
        ),
        "young": (("Thank you! That was fun because of you.",), ("What comes next:",)),
    },
    Moment.RECORDING: {
        "formal": (("The recording of the following {kind} is now available.",), ("Event page:",)),
        "warm": (
            ("Could not make it? The recording is here.", "The recording is ready. Watch it whenever you like."),
            ("Event page:",),
        ),
        "young": (("Missed it? No worries, the recording is up.",), ("Event page:",)),
    },
    Moment.CERTIFICATES: {
        "formal": (
            ("Certificates for participants of the following {kind} have been issued and sent by e-mail.",),
            ("Further information:",),
        ),
        "warm": (
            ("The certificates are out! Check your e-mail, and the spam folder too.",),
            ("Event page:",),
        ),
        "young": (("Your certificate is in your inbox. Check spam as well!",), ("Event page:",)),
    },
    Moment.SURVEY: {
        "formal": (("Please take a moment for a short survey about the following {kind}.",), ("Survey:",)),
        "warm": (("How was it for you? Tell us in a short survey.",), ("Take the survey on the event page:",)),
        "young": (("How was it? Tell us, it is a short one.",), ("Survey here:",)),
    },
    Moment.RESCHEDULED: {
        "formal": (
            ("The following {kind} has been moved to a new time. We apologise for the inconvenience.",),
            ("Latest information:",),
        ),
        "warm": (
            ("The time has changed, please take note. Your registration stays valid.",),
            ("Latest information:",),
        ),
        "young": (("New time! If you signed up, you are still in.",), ("Latest info:",)),
    },
    Moment.POSTPONED: {
        "formal": (
            ("The following {kind} has been postponed. A new date will be announced. We apologise.",),
            ("Latest information:",),
        ),
        "warm": (
            ("We are sorry: this {kind} is postponed. We keep your registration and will tell you the new date.",),
            ("News will be here:",),
        ),
        "young": (("Sorry! This {kind} is postponed. New date soon.",), ("Stay tuned:",)),
    },
    Moment.CANCELLED: {
        "formal": (
            ("We regret to announce that the following {kind} has been cancelled. Please accept our apologies.",),
            ("Further information:",),
        ),
        "warm": (
            ("We are very sorry: this {kind} is cancelled. Thank you for understanding.",),
            ("More about it:",),
        ),
        "young": (("Sad news: this {kind} is cancelled. We are so sorry.",), ("More about it:",)),
    },
}

ENGLISH_LABELS = {
    "webinar": "webinar",
    "exhibition": "exhibition",
    "when": "When",
    "was": "Before",
    "now": "Now",
    "where": "Where",
    "online": "Online, the link follows your registration",
    "or_online": "and online",
    "speaker": "Speaker",
    "speakers": "Speakers",
    "topic": "Topic",
    "with": "With",
    "reason": "Reason",
    "certificate": "E-certificate for those who attend",
    "free": "Free and open to all",
    "attended": "{attended} people took part",
    "watch": "Watch",
    "bio": "Copy this link or open it from our profile",
    "poster": "Poster",
    "and": "and",
    "cancelled": "cancelled",
    "postponed": "postponed",
    "moved": "new time",
}
"""The small words around the event's facts."""

"""Mail that comes in: answers to invitations, bounces, complaints, and what a person has to read.

The octets of one message become one value that says what it is (`classing.understand`), which touches no database and
trusts nothing: a message may be forged, broken, or made to be expensive. `receiving` keeps it, `applying` does what
follows from it at once, and what needs a person is seen by `listing` and settled by `deciding`.
"""

"""Mail that comes in: answers to invitations, bounces, complaints, and what a person has to read.

Everything here turns the octets of one message into one value that says what it is (`classing.understand`). Nothing
here touches a database or trusts what it reads: a message may be forged, broken, or made to be expensive.
"""

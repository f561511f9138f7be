"""A mail server that keeps what it is given, and misbehaves when told to: the demonstration's, for tests."""

from service.demo.standins.mail import Delivered, SmtpSink

__all__ = ["Delivered", "SmtpSink"]

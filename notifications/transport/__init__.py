"""From a message to a mail server: MIME, signatures, SMTP, and how much may be sent."""

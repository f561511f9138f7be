"""Columns and constraints of e-mails, invitations and posts."""

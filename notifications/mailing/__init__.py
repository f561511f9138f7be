"""E-mails on their way: sent, held, sent again, and how they fare."""

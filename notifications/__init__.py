"""What we say to people: e-mails, calendar invitations, public posts. Knows events; nobody else."""

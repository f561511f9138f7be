"""Who is to be told what, and when: rules, announcements, invitations."""

"""What this installation knows of its mail: mailboxes and chats that are read, its health, the sender's domain."""

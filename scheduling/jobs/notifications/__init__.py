"""E-mails: their texts, the outbox, and the delivery through the mail server."""

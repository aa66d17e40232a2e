"""E-mails: what is said to whom, the outbox, and the mail server that delivers it."""

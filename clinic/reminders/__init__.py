"""The outbox: what is due, sent once, seen by the desk."""

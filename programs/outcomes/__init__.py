"""Outcome measures: when each is asked, what was answered, and how much of a change counts."""

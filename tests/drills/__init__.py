"""Drills: the real parts, killed and starved on purpose, and a report that says what came of it."""

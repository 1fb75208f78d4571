"""Photos and short videos of a movement: for people to look at, never for the rules (pyproject.toml holds that)."""

"""A signed screen with its result on paper: what stands on it, and how it is set."""

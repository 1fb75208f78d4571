"""Pages and posts of the prescribing door."""

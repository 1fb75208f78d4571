"""A program on paper: what stands on it, and how it is set. Pages for clinicians and for patients hand it out."""

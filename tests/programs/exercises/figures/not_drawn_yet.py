"""The exercises nobody has drawn yet. A new exercise of the library stands here until it has its drawing."""

NOT_DRAWN_YET: set[str] = set()

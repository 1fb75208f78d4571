"""What the clinic promises about every page, walked from the URLconf, so that a new page cannot escape."""

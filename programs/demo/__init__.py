"""The demo clinic: staff, some sixty runners, and each worked case as a patient. Never in production."""

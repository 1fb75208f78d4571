"""The demo clinic: staff, forty runners, and each worked case as a patient. Never in production."""

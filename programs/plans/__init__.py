"""Programs, their versions, what the patient did and how it went."""

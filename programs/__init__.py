"""What the patient does: exercises, programs, and how it went."""

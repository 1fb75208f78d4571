"""The patient's sessions in the patient's own calendar, at a secret address they can take away."""

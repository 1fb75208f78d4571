"""Working hours, appointment types and appointments."""

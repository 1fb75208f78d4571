"""What the clinician finds: movement screens, and the triage they lead to."""

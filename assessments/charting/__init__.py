"""The clinician's pages: today, a patient's chart, the screen, the triage result."""

"""The patient's pages: today's session, the program, the log, appointments."""

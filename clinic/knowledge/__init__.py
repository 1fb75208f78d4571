"""Clinical knowledge as data: versioned TOML files, their fingerprints and the conditions written in them.

Plain Python, no Django: what is read here decides about people, so it must be readable and testable on its own.
"""

"""Accounts and their roles, patients, clinicians, and what each patient agreed to."""

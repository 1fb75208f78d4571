"""People's whole paths in a real browser, told as Given, When, Then."""

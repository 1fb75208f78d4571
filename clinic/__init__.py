"""People, calendar and messages: what the clinic needs before anyone is examined."""

"""Settings, root URLs, Celery and WSGI. Nothing imports this package; it names the others as strings."""

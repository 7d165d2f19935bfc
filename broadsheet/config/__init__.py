"""The configuration: options, secrets, settings, URLs, and the WSGI application with what stands before Django."""

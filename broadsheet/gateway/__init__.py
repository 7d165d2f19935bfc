"""The gateway between granian's event loop and WSGI: complete requests with limits, and no thread held by a client."""

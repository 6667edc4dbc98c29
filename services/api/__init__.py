"""The API: for now its health page, for containers and people."""

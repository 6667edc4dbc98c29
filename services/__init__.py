"""Long-running processes with a loop of their own, and the command that starts them."""

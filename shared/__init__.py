"""What every process shares; no process lives here."""

"""The steps of the flow as pure functions: (input, known facts, now) → frozen value. No socket, clock, Redis or SQL."""

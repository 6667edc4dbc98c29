"""The store: the only package that speaks SQL. It decides; the queue only delivers."""

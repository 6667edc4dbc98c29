"""The fetcher: polls the feeds that are due and releases the links that are due."""

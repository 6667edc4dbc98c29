"""A few fictional news sites to try Storyfold with; see README.md beside this file."""

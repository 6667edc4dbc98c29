"""The commands of `storyfold`, a module for each group."""

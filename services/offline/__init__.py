"""The stages over files: the same code as the pipeline's, without feeds, queue or database."""

"""RQ job functions, one queue each."""

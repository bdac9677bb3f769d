"""The pages about staff: the way in, one's own account, colleagues, and the log."""

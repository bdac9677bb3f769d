"""The staff pages about results: the dashboard, comments, exports."""

"""What respondents meet under ``/a/<token>/``: opening the link, answering, sending, leaving."""

"""One answer from a list."""

from surveys.question_types.closed import OneOf


class Single(OneOf):
    """One answer from a list; stored as a list of one code."""

    key = "single"
    label = "One answer"

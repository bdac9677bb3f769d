"""One answer from a list."""

from surveys.question_types.closed import OneOf
from surveys.question_types.saying import Specifying


class Single(Specifying, OneOf):
    """One answer from a list; stored as a list of one code."""

    key = "single"
    label = "One answer"

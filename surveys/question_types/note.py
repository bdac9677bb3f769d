"""Words between questions."""

from surveys.question_types.base import QuestionType


class Note(QuestionType):
    """Words that lead up to the next question; asks nothing and makes no variable."""

    key = "note"
    label = "Note"

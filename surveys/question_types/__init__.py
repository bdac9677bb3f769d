"""The question types. A new one is a file beside this one, a line here, and a template ``questions/<key>.html``."""

from surveys.question_types.base import QuestionType
from surveys.question_types.grid import Grid
from surveys.question_types.multiple import Multiple
from surveys.question_types.note import Note
from surveys.question_types.number import Number
from surveys.question_types.ranking import Ranking
from surveys.question_types.scale import Scale
from surveys.question_types.single import Single
from surveys.question_types.text import Text

REGISTRY: dict[str, QuestionType] = {
    each.key: each for each in (Single(), Multiple(), Grid(), Scale(), Number(), Ranking(), Text(), Note())
}

__all__ = ["REGISTRY", "QuestionType"]

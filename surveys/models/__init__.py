"""The tables of what is asked."""

from surveys.models.bank import Question, QuestionVersion
from surveys.models.wave import Instrument, Item, Section, Survey, Wave, WaveEvent

__all__ = ["Instrument", "Item", "Question", "QuestionVersion", "Section", "Survey", "Wave", "WaveEvent"]

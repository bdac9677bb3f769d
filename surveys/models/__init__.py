"""The tables of what is asked."""

from surveys.models.bank import Question, QuestionVersion, SavedScale, Topic
from surveys.models.wave import DraftStep, Instrument, Item, Section, Survey, Wave, WaveEvent

__all__ = [
    "DraftStep",
    "Instrument",
    "Item",
    "Question",
    "QuestionVersion",
    "SavedScale",
    "Section",
    "Survey",
    "Topic",
    "Wave",
    "WaveEvent",
]

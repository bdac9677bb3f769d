"""The tables of what is asked."""

from surveys.models.bank import Question, QuestionVersion, SavedScale, Topic
from surveys.models.decision import Correction, Proposal
from surveys.models.upload import Upload
from surveys.models.wave import DraftStep, Instrument, Item, ItemComment, Section, Survey, Wave, WaveEvent

__all__ = [
    "Correction",
    "DraftStep",
    "Instrument",
    "Item",
    "ItemComment",
    "Proposal",
    "Question",
    "QuestionVersion",
    "SavedScale",
    "Section",
    "Survey",
    "Topic",
    "Upload",
    "Wave",
    "WaveEvent",
]

"""How long a questionnaire takes, reckoned from what it asks. Pure.

Until waves are timed this is a rule of thumb: seconds of reading and answering, with the slow reader in mind.
"""

from __future__ import annotations

import math

from surveys.codebook import Variable
from surveys.instrument.questionnaire import Question, Questionnaire

SECONDS_TO_BEGIN_AND_SEND = 60
SECONDS_A_STATEMENT = 7
SECONDS = {"one": 12, "many": 18, "order": 30, "number": 15, "text": 40}


def minutes_for(questionnaire: Questionnaire) -> int:
    """Whole minutes, rounded up, for somebody who answers everything; questions routed past count half.

    A battery of seven statements, three single choices, a scale, a comment half of the time: 60 + 49 + 4 × 12 + 20
    seconds are three minutes.
    """
    seconds = SECONDS_TO_BEGIN_AND_SEND + sum(_seconds(question) for question in questionnaire.questions)
    return math.ceil(seconds / 60)


def _seconds(question: Question) -> float:
    whole = sum(_seconds_of(variable) for variable in question.variables)
    return whole / 2 if question.show_if is not None else whole


def _seconds_of(variable: Variable) -> int:
    return SECONDS_A_STATEMENT if variable.row else SECONDS[variable.holds]

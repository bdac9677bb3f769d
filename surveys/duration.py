"""How long a questionnaire takes: the time to read it, and to settle each answer. Pure.

Reading speed is measured; the seconds to settle an answer are this project's settings, chosen so that an ordinary
question comes to about ten seconds, as Pew Research Center finds online ("How we keep our online surveys from running
too long", Decoded, 8 December 2022). Once waves have been timed, the measured median is the better figure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from surveys.compiling import compile_document
from surveys.instrument.questionnaire import Instrument, Question, Questionnaire
from surveys.wording import word_count

WORDS_A_MINUTE = 238
"""Adults reading English non-fiction silently (Brysbaert, Journal of Memory and Language 109, 2019: meta-analysis)."""

SECONDS_TO_BEGIN_AND_SEND = 60
"""The start page with its promise, confirming who one is, checking the answers, sending."""

SETTLING = {"one": 4.0, "many": 3.0, "order": 3.0, "number": 12.0, "text": 15.0}
"""Seconds beyond reading, by what the variable holds; for several and for orders, beside `SECONDS_AN_OPTION`."""

SECONDS_AN_OPTION = {"many": 1.0, "order": 4.0}
SECONDS_A_STATEMENT = 3.0
SECONDS_A_LONG_COMMENT = 60.0
SHARE_ROUTED = 0.5
"""A question behind a condition counts half, as long as nobody knows how many it will reach."""


def seconds_for(question: Question) -> float:
    """Seconds to read a question and answer it, by somebody to whom it is put.

    Ten words, two answers of one word each: 12/238 of a minute to read, 4 s to settle: 7.0 s.
    """
    read = word_count(" ".join(_words(question)))
    return read / WORDS_A_MINUTE * 60 + sum(_settling(question, place) for place in range(len(question.variables)))


def seconds_on(path: Iterable[Question]) -> float:
    """Seconds for a path through a questionnaire, beginning and sending included."""
    return SECONDS_TO_BEGIN_AND_SEND + sum(map(seconds_for, path))


@lru_cache(maxsize=256)
def minutes_for(questionnaire: Questionnaire) -> float:
    """Expected minutes for one role, what stands behind a condition counted by half."""
    seconds = (
        seconds_for(question) * (SHARE_ROUTED if question.show_if is not None else 1)
        for question in questionnaire.questions
    )
    return (SECONDS_TO_BEGIN_AND_SEND + sum(seconds)) / 60


def minutes_by_role(document: Mapping[str, Any]) -> dict[str, float]:
    """Expected minutes for each role of a sound wave document."""
    instrument = Instrument.from_document(compile_document(document))
    return {role["code"]: minutes_for(instrument.for_role(role["code"])) for role in instrument.roles}


def _words(question: Question) -> Iterable[str]:
    """All that is read: a scale that a battery shares is read once."""
    yield from (question.text, question.hint)
    yield from (variable.row for variable in question.variables)
    for variable in question.variables[:1]:
        yield from (code.label for code in variable.codes)


def _settling(question: Question, place: int) -> float:
    variable = question.variables[place]
    if variable.row:
        return SECONDS_A_STATEMENT
    if variable.asked_if is not None:
        return SHARE_ROUTED * SETTLING[variable.holds]
    if question.settings.get("long"):
        return SECONDS_A_LONG_COMMENT
    return SETTLING[variable.holds] + SECONDS_AN_OPTION.get(variable.holds, 0.0) * len(variable.codes)

"""What may be put right as a misspelling while people answer, and what never: a word, a number, a negation, a sign."""

from __future__ import annotations

from random import Random

import pytest

from surveys.comparing import BREAKS, TRIVIAL, difference_of, verdict
from surveys.spelling import NEVER_TOUCHED, distance, is_spelling, respelled, spelling_faults


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("How likly is it that you recieve support?", "How likely is it that you receive support?"),
        ("Comissioning organistion?", "Commissioning organisation?"),
        ("Teh programe and its behavour", "The programme and its behaviour"),
        ("The accomodation was definately seperate", "The accommodation was definitely separate"),
        ("Does your CCG keep to it's budget?", "Does your CCG keep to its budget?"),
        ("How well organised", "How well organized"),
        ("**Hosptial** trusts", "**Hospital** trusts"),
    ],
)
def test_a_misspelt_word_is_put_right(old: str, new: str) -> None:
    assert list(spelling_faults(old, new)) == []
    assert is_spelling(old, new)


@pytest.mark.parametrize(
    ("old", "new", "because"),
    [
        ("likely", "unlikely", "not near enough"),
        ("ulikely", "likely", "not near enough"),
        ("Is the form right?", "Is the from right?", "a word of its own"),
        ("united", "untied", "a word of its own"),
        ("trial", "trail", "a word of its own"),
        ("increase", "decrease", "not near enough"),
        ("hospitals", "hospital", "not near enough"),
        ("hospital", "hosptial", "a word of its own"),
        ("moer care", "more care", "carries the meaning"),
        ("nto", "not", "carries the meaning"),
        ("fuor", "four", "carries the meaning"),
        ("thre were", "there were", "could be read as"),
        ("patint", "patient", "as “paint”"),
        ("patint", "paint", "as “patient”"),
        ("wich", "which", "as “with”"),
        ("helples", "helpless", "the opposite"),
        ("dsiagree", "disagree", "the opposite"),
        ("in 2013", "in 2014", "not two spellings"),
        ("£5m", "£6m", "not two spellings"),
        ("NHSE", "NHSI", "not two spellings"),
        ("relatonship", "relatonshipp", "not in the dictionary"),
        ("Lansly", "Lansley", "not in the dictionary"),
        ("teh the", "the", "added, left out"),
        ("ofthe", "of the", "added, left out"),
        ("likly 🙂", "likely 🙁", "added, left out"),
    ],
)
def test_anything_else_is_not_and_says_why(old: str, new: str, because: str) -> None:
    assert because in next(spelling_faults(old, new))
    assert difference_of(old, new) == BREAKS


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("🙂", "🙁"),
        ("Care ↑", "Care ↓"),
        ("Health & care", "Health care"),
        ("1/2", "12"),
        ("कि", "की"),
        ("agree or not", "agree \N{RIGHT-TO-LEFT OVERRIDE}or not"),
    ],
)
def test_a_sign_is_no_punctuation(old: str, new: str) -> None:
    assert difference_of(old, new) == BREAKS
    assert not is_spelling(old, new)


def test_one_meaning_is_never_exchanged_for_another() -> None:
    """Whatever letters are meddled with, no word that carries the meaning comes in or goes."""
    chance, words = Random(80), sorted(NEVER_TOUCHED)
    for _ in range(3000):
        word = chance.choice(words)
        place = chance.randrange(len(word))
        other = chance.choice(
            [word[:place] + word[place + 1 :], word[:place] + chance.choice("aeinrst") + word[place:]]
        )
        if other != word:
            assert not is_spelling(f"the {word} care", f"the {other} care")
            assert not is_spelling(f"the {other} care", f"the {word} care")


def test_the_verdict_names_the_words_and_goes_on_with_the_line() -> None:
    old = {"name": "GRIP", "type": "text", "text": "Is the relationsip good?"}
    found = verdict(old, {**old, "text": "Is the relationship good?"})
    assert found.kind == TRIVIAL
    assert [reason.words for reason in found.reasons] == [
        "The question is spelled differently: “relationsip” is now “relationship”."
    ]
    assert respelled(old["text"], "Is the relationship good?") == [("relationsip", "relationship")]
    assert verdict({**old, "text": "Is the relationship good?"}, old).kind == BREAKS


def test_a_hint_cannot_be_turned_round_as_spelling() -> None:
    old = {"name": "GRIP", "type": "text", "text": "Is it?", "hint": "Count what is likely."}
    assert verdict(old, {**old, "hint": "Count what is unlikely."}).kind == BREAKS


@pytest.mark.parametrize(("old", "new", "slips"), [("", "abc", 3), ("abc", "acb", 1), ("abcd", "badc", 2)])
def test_slips_are_counted(old: str, new: str, slips: int) -> None:
    assert distance(old, new) == slips

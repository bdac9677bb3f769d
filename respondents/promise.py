"""The promise to the people who answer, made from the wave's settings; each sentence names the tests that prove it.

A sentence whose test does not exist or fails breaks the build (tests/respondents/test_promise.py).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from surveys.models import Wave

FEWEST = 10
"""Figures about fewer people are not published; `results.analysis.suppression` holds to it."""


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the promise, how it is kept, and the tests that fail when it is not."""

    text: str
    how: str
    tests: tuple[str, ...]


def promise_of(wave: Wave | None) -> list[Sentence]:
    """What is promised to the people asked in this wave."""
    return [_whose(wave), _whether(wave), _connected(), _destroyed(wave), _comments(), _contact(), _published()]


def _whose(wave: Wave | None) -> Sentence:
    partner = ((wave and wave.partner) or {}).get("name")
    named = _("Nobody at HSJ or %(partner)s can see which answers are yours.") % {"partner": partner}
    return Sentence(
        _("Confidential.") + " " + (named if partner else _("Nobody at HSJ can see which answers are yours.")),
        _("Names and answers are kept in separate tables that no key connects, and no screen shows both."),
        (
            "tests/respondents/test_promise.py::test_no_column_leads_from_an_answer_to_a_person",
            "tests/torture/test_two_sides.py::test_no_request_of_the_staff_touches_both_sides",
        ),
    )


def _whether(wave: Wave | None) -> Sentence:
    if wave and wave.sealed:
        return Sentence(
            _("The team cannot see whether you have answered: it sees only how many of each group of ten or more."),
            _("Rates of smaller groups are left out, and enough beside them that they cannot be worked out."),
            (
                "tests/respondents/test_promise.py::test_a_sealed_wave_shows_no_rate_of_a_group_below_ten",
                "tests/respondents/test_promise.py::test_a_sealed_wave_shows_no_rate_of_organisations_with_few_people",
            ),
        )
    return Sentence(
        _("The team can see whether you have answered, so that they stop reminding you."),
        _("Your invitation is marked as answered when you send. The mark does not say when, or what."),
        ("tests/respondents/test_promise.py::test_who_has_answered_gets_no_more_letters",),
    )


def _connected() -> Sentence:
    return Sentence(
        _(
            "While the survey is open our system connects your link to your answers so that you can save, change or "
            "withdraw them."
        ),
        _("Your answers lie under a name computed from your link. The link itself is only in your mail."),
        ("tests/respondents/test_promise.py::test_answers_can_be_saved_changed_and_withdrawn_by_the_link_alone",),
    )


def _destroyed(wave: Wave | None) -> Sentence:
    if wave is not None and wave.linkage:
        return _linked()
    return Sentence(
        _("When it closes that connection is destroyed and cannot be restored."),
        _("The sent answers are copied in random order under new random names, the originals and the key are erased."),
        (
            "tests/respondents/test_promise.py::test_after_the_close_no_link_leads_to_an_answer",
            "tests/respondents/test_remains.py::test_the_key_stays_until_the_remains_are_gone",
            "tests/torture/test_linkage.py::test_the_attack_finds_everybody_before_the_close_and_nobody_after",
        ),
    )


def _linked() -> Sentence:
    return Sentence(
        _(
            "When it closes that connection is destroyed. To count how many people change their minds, a copy of your "
            "answers stays sealed until the next survey of this series closes, for two years at most; a computer "
            "compares the two, keeps only counts and destroys the copy."
        ),
        _("The copy is encrypted; its key lies outside the database, and only the next survey’s closing uses it."),
        (
            "tests/results/test_panel.py::test_nothing_is_left_of_the_link_but_results",
            "tests/results/test_panel.py::test_a_small_group_that_only_the_panel_would_show_is_hidden",
        ),
    )


def _comments() -> Sentence:
    # The fuller promise, a description that fits at least ten people, comes with the quote desk and its test.
    return Sentence(
        _("What you write in your own words is in no table and no file that leaves the system."),
        _("Every format of export leaves comments out; figures are made from the other answers alone."),
        ("tests/results/test_exporters.py::test_no_format_carries_what_respondents_wrote",),
    )


def _contact() -> Sentence:
    return Sentence(
        _("If you ask us to contact you about a comment, we learn that you wrote one, never which."),
        _(
            "Your wish is noted beside your name and left out of your answers. Where fewer than ten comments could be "
            "meant, it is forgotten when the survey closes."
        ),
        (
            "tests/respondents/test_consent.py::test_among_the_answers_a_wish_for_contact_is_background_only",
            "tests/respondents/test_consent.py::test_who_asked_for_contact_is_forgotten_where_fewer_could_be_meant",
        ),
    )


def _published() -> Sentence:
    return Sentence(
        _("Figures about fewer than ten people are never published."),
        _("A column with fewer than ten people is withheld, and enough beside it that it cannot be worked out."),
        (
            "tests/respondents/test_promise.py::test_figures_about_fewer_than_ten_people_are_withheld",
            "tests/results/test_own.py::test_a_group_that_staff_alone_may_see_is_withheld_here",
        ),
    )

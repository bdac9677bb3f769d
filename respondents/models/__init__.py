"""The tables of fieldwork, in two sides that no key connects: who is asked, and what was said."""

from respondents.models.answers import Erasure, Frozen, Response, Sealed
from respondents.models.counting import CodeAttempt, Timing
from respondents.models.identity import Invitation, InvitedOrganisation, Letter, Mailing, Person
from respondents.models.register import Organisation, Place, Succession

__all__ = [
    "CodeAttempt",
    "Erasure",
    "Frozen",
    "Invitation",
    "InvitedOrganisation",
    "Letter",
    "Mailing",
    "Organisation",
    "Person",
    "Place",
    "Response",
    "Sealed",
    "Succession",
    "Timing",
]

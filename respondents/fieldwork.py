"""Response rates by person and organisation, role and region: counted on the identity side alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _

from respondents.models import Invitation, InvitedOrganisation, Letter, Organisation
from respondents.models.register import Grouping
from respondents.organisations import frame, places_on
from respondents.promise import FEWEST
from surveys.models import Wave


@dataclass(frozen=True, slots=True)
class Rate:
    """So many of so many. `total` None: the whole is not known, and there is no share."""

    label: str
    count: int
    total: int | None

    @property
    def percent(self) -> int | None:
        """Whole per cent, half up on the exact fraction; None where it cannot be said."""
        if not self.total:
            return None
        return int(Fraction(200 * self.count + self.total, 2 * self.total))


@dataclass(frozen=True, slots=True)
class Fieldwork:
    """How far a wave has come: people and organisations, in all and by group; answers collected elsewhere apart.

    `withheld`: the wave is sealed, and there were groups too small to be shown.
    """

    people: Rate
    organisations: Rate | None
    elsewhere: int
    by_role: tuple[Rate, ...]
    by_region: tuple[Rate, ...]
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """One wave in the list of waves."""

    wave: Wave
    people: Rate
    organisations: Rate | None


def fieldwork_of(wave: Wave) -> Fieldwork:
    """Both response rates of a wave. Bounced addresses stay in the denominator, revoked links do not."""
    organisations = frame(wave)
    answered = _organisations_that_answered(wave)
    personal = wave.invitations.personal().filter(revoked=False)
    found = Fieldwork(
        people=Rate(_("People"), personal.responded().count(), personal.count()),
        organisations=_organisations_rate(len(answered), len(organisations)) if wave.frame_kind else None,
        elsewhere=wave.invitations.filter(person=None).responded().count(),
        by_role=tuple(_by_role(wave)),
        by_region=tuple(_by_region(wave, organisations, answered)),
    )
    return _sealed(found, invited=_invited_by_region(wave)) if wave.sealed else found


def standings(waves: Iterable[Wave]) -> list[Standing]:
    """Each wave with its rates, in as many queries for sixty waves as for one."""
    waves = list(waves)
    keep = Q(person__isnull=False, revoked=False)
    counted = Invitation.objects.filter(wave__in=waves).values("wave")
    people = {
        row["wave"]: row
        for row in counted.annotate(
            invited=Count("pk", filter=keep),
            personal=Count("pk", filter=keep & Q(responded=True)),
            answered=Count("pk", filter=Q(responded=True)),
        )
    }
    reached = InvitedOrganisation.objects.filter(invitation__wave__in=waves, invitation__responded=True)
    organisations = dict(
        reached.values_list("invitation__wave")
        .annotate(Count("organisation", distinct=True))
        .values_list("invitation__wave", "organisation__count")
    )
    sizes = _frame_sizes(waves)
    return [_standing(wave, people.get(wave.pk), organisations.get(wave.pk, 0), sizes) for wave in waves]


def letters_of(wave: Wave) -> dict[str, int]:
    """How many invitation letters are in which state, and how many people still wait for theirs (``waiting``).

    Those whose letter the mail server put off wait as well.
    """
    states: dict[str, int] = dict(
        Letter.objects.filter(invitation__wave=wave).values_list("state").annotate(Count("pk")).order_by()
    )
    to_get_one = wave.invitations.personal().filter(revoked=False, stopped=False, responded=False)
    waiting = to_get_one.filter(Q(letters=None) | Q(letters__state=Letter.State.DEFERRED))
    return {**states, "waiting": waiting.count()}


def large_enough(rates: Iterable[Rate], *, invited: Mapping[str, int] | None = None) -> tuple[Rate, ...]:
    """The rates of groups of at least `FEWEST`, without so many of the smallest that those left out cannot be worked
    out from the whole: together they are at least as many.

    `invited` are the people behind each rate where it counts something else: a dozen organisations of which two people
    were asked are a group of two.

    >>> [rate.label for rate in large_enough([Rate("a", 1, 50), Rate("b", 1, 12), Rate("c", 1, 3)])]
    ['a']
    >>> large_enough([Rate("a", 1, 12)], invited={"a": 2})
    ()
    """
    rates = tuple(rates)
    sizes = {rate.label: rate.total or 0 for rate in rates}
    if invited is not None:
        sizes = {label: min(size, invited.get(label, 0)) for label, size in sizes.items()}
    left_out = 0
    hidden: set[str] = set()
    for label in sorted(sizes, key=sizes.__getitem__):
        if 0 < left_out < FEWEST or sizes[label] < FEWEST:
            hidden.add(label)
            left_out += sizes[label]
    return tuple(rate for rate in rates if rate.label not in hidden)


def _sealed(found: Fieldwork, *, invited: Mapping[str, int]) -> Fieldwork:
    """What the team of a sealed wave may see."""
    is_small = (found.people.total or 0) < FEWEST
    shown = replace(
        found,
        people=Rate(found.people.label, 0, 0) if is_small else found.people,
        organisations=None if is_small else found.organisations,
        by_role=large_enough(found.by_role),
        by_region=large_enough(found.by_region, invited=invited),
    )
    return replace(shown, withheld=shown != found)


def _standing(
    wave: Wave, people: Mapping[str, Any] | None, reached: int, sizes: Mapping[tuple[object, object], int]
) -> Standing:
    row = people or {"invited": 0, "personal": 0, "answered": 0}
    rate = Rate("", row["personal"], row["invited"]) if row["invited"] else Rate("", row["answered"], None)
    if wave.sealed and row["invited"] < FEWEST:
        return Standing(wave, Rate("", 0, 0), None)
    size = sizes.get((wave.frame_kind, wave.frame_date), 0)
    return Standing(wave, rate, _organisations_rate(reached, size) if wave.frame_kind else None)


def _frame_sizes(waves: Iterable[Wave]) -> Mapping[tuple[object, object], int]:
    """How many organisations are in each frame: one query, counted here, for the register is small."""
    register = list(Organisation.objects.values_list("kind", "opened", "closed"))
    frames = {(wave.frame_kind, wave.frame_date) for wave in waves if wave.frame_kind and wave.frame_date}
    return {
        (kind, on): sum(its == kind and opened <= on <= (closed or on) for its, opened, closed in register)
        for kind, on in frames
    }


def _organisations_rate(answered: int, size: int) -> Rate:
    return Rate(_("Organisations"), answered, size)


def _organisations_that_answered(wave: Wave) -> set[int]:
    held = InvitedOrganisation.objects.filter(invitation__wave=wave, invitation__responded=True)
    return set(held.values_list("organisation", flat=True))


def _by_role(wave: Wave) -> Iterable[Rate]:
    """People of each role of the wave."""
    rows = wave.invitations.personal().filter(revoked=False).values_list("role").order_by("role")
    counts = {
        role: (responded, invited)
        for role, responded, invited in rows.annotate(
            responses=Count("pk", filter=Q(responded=True)), invitations=Count("pk")
        )
    }
    for code, label in wave.role_labels.items():
        responded, invited = counts.get(code, (0, 0))
        if invited:
            yield Rate(label, responded, invited)


def _by_region(wave: Wave, organisations: Mapping[str, Organisation], answered: set[int]) -> Iterable[Rate]:
    """Organisations of each region of the wave's frame, as at its frame date."""
    ids = [organisation.pk for organisation in organisations.values()]
    regions = _regions_of(wave, ids)
    sizes = Counter(regions[pk] for pk in ids if pk in regions)
    reached = Counter(regions[pk] for pk in answered if pk in regions)
    return (Rate(name, reached[name], size) for name, size in sorted(sizes.items()))


def _invited_by_region(wave: Wave) -> Mapping[str, int]:
    """How many people were invited in each region, each where their first organisation is."""
    first = InvitedOrganisation.objects.filter(invitation__in=wave.invitations.personal(), position=0)
    held = list(first.filter(invitation__revoked=False).values_list("organisation", flat=True))
    regions = _regions_of(wave, set(held))
    return Counter(regions[pk] for pk in held if pk in regions)


def _regions_of(wave: Wave, organisations: Iterable[int]) -> dict[int, str]:
    """The name of each organisation's region, where it has one, as at the wave's frame date."""
    places = places_on(wave.frame_date, organisations)
    return {pk: held[Grouping.REGION][1] for pk, held in places.items() if Grouping.REGION in held}

"""Which columns of a table may not be shown, so that no small group can be read off or worked out."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

TOTAL = "total"
REMAINDER = ""


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The least a column must rest on: `people`, from `organisations`, none holding more than `largest_share`."""

    people: int
    organisations: int | None = None
    largest_share: float | None = None

    def is_small(self, people: int) -> bool:
        """Whether a group of this many is too small to show. Nobody at all is not a group."""
        return 0 < people < self.people


STAFF = Thresholds(people=5)
PUBLIC = Thresholds(people=10, organisations=3, largest_share=0.5)


@dataclass(frozen=True, slots=True)
class Group:
    """One column as suppression sees it: its base, whether its organisations suffice, and what filters leave out.

    `left_out` has one count for each filter beside this table's: the people whom this one takes out of the column that
    a weaker filter's table (no filter, or one variable fewer) would show, and those whom a narrower filter (one code
    fewer, or one alone) would take out of this one.
    """

    base: int
    publishable: bool = True
    left_out: Sequence[int] = ()


def hidden_columns(
    groups: Mapping[str, Group],
    *,
    thresholds: Thresholds,
    remainder: Group | None = None,
    overlapping: Collection[str] = (),
    lines: Sequence[tuple[Collection[str], Group]] = (),
) -> set[str]:
    """The ids of the columns to hide; `groups` maps column ids to groups, with the total under "total".

    First every small column; then, since the columns of a break add up to the total, as many more as it takes until
    those hidden (with `remainder`: answered, but in no column) are two groups at least and together no small group.
    `overlapping` names the columns that can share people (multiple response); there what a column leaves of the total
    must not be small either. `lines` are columns of a crossed break that, with a remainder of their own, add up to a
    column of a simpler one; each is protected like a break. A small total, or a filter that leaves out a small group,
    hides everything.
    """
    total = groups[TOTAL]
    if _is_unfit(total, thresholds):
        return set(groups)
    breaks = {name: group for name, group in groups.items() if name != TOTAL}
    hidden = {name for name, group in breaks.items() if _is_unfit(group, thresholds)}
    hidden |= {name for name in overlapping if _leaves_few(name, breaks, total, remainder, overlapping, thresholds)}
    if overlapping:
        return hidden | _apart_complement(breaks, hidden, total, overlapping, thresholds)
    hidden |= _complement(breaks, hidden, remainder, thresholds)
    return hidden | _lines_complement(breaks, hidden, lines, thresholds)


def _is_unfit(group: Group, thresholds: Thresholds) -> bool:
    if not group.base:
        return any(thresholds.is_small(people) for people in group.left_out)
    return (
        thresholds.is_small(group.base)
        or not group.publishable
        or any(thresholds.is_small(people) for people in group.left_out)
    )


def _leaves_few(
    name: str,
    breaks: Mapping[str, Group],
    total: Group,
    remainder: Group | None,
    overlapping: Collection[str],
    thresholds: Thresholds,
) -> bool:
    """Whether those outside an overlapping column are few: of all, of all in the break, or of the overlapping part."""
    apart = sum(group.base for other, group in breaks.items() if other not in overlapping)
    unknown = remainder.base if remainder else 0
    wholes = {total.base - out for out in (0, unknown, apart, apart + unknown)}
    return any(thresholds.is_small(whole - breaks[name].base) for whole in wholes)


def _complement(
    breaks: Mapping[str, Group],
    hidden: set[str],
    remainder: Group | None,
    thresholds: Thresholds,
) -> set[str]:
    """What must be hidden besides `hidden`, among columns that exclude each other, smallest first."""
    more: set[str] = set()
    visible = sorted((group.base, name) for name, group in breaks.items() if group.base and name not in hidden)
    while visible and not _is_safe([breaks[name] for name in hidden | more], remainder, thresholds):
        more.add(visible.pop(0)[1])
    return more


def _apart_complement(
    breaks: Mapping[str, Group], hidden: set[str], total: Group, overlapping: Collection[str], thresholds: Thresholds
) -> set[str]:
    """Of the columns apart from overlapping ones, what must be hidden so that total minus them is no small group."""
    shown = sorted((group.base, name) for name, group in breaks.items() if name not in hidden | set(overlapping))
    more: set[str] = set()
    while shown and thresholds.is_small(total.base - sum(base for base, _ in shown)):
        more.add(shown.pop(0)[1])
    return more


def _lines_complement(
    breaks: Mapping[str, Group],
    hidden: set[str],
    lines: Sequence[tuple[Collection[str], Group]],
    thresholds: Thresholds,
) -> set[str]:
    """What must be hidden so that every line is safe; hiding in one line can call for more in another."""
    more: set[str] = set()
    while True:
        found = set[str]()
        for line, rest in lines:
            inside = {name: breaks[name] for name in line}
            found |= _complement(inside, (hidden | more | found) & inside.keys(), rest, thresholds)
        if not found:
            return more
        more |= found


def _is_safe(hidden: list[Group], remainder: Group | None, thresholds: Thresholds) -> bool:
    """Whether total minus the visible columns gives away no small group and no single column."""
    members = [group for group in [*hidden, *([remainder] if remainder else [])] if group.base or any(group.left_out)]
    if not members or (not hidden and remainder and not _is_unfit(remainder, thresholds)):
        return True
    layers = [sum(layer) for layer in zip(*(group.left_out for group in members), strict=True)]
    people = sum(group.base for group in members)
    return len(members) > 1 and people >= thresholds.people and not any(map(thresholds.is_small, layers))

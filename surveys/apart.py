"""Many waves, each apart: what goes wrong with one keeps nothing from the others."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable

from surveys.models import Wave

log = logging.getLogger(__name__)


def each_apart(waves: Iterable[Wave], act: Callable[[Wave], int]) -> int:
    """Do this for every wave and return the sum of what it returns.

    Raises RuntimeError naming the waves for which it failed, once every wave has had its turn; the log says why.
    """
    done, failed = 0, []
    for wave in waves:
        try:
            done += act(wave)
        except Exception:
            log.exception("It went wrong for wave %s.", wave.slug)
            failed.append(wave.slug)
    if failed:
        raise RuntimeError(f"went wrong for {', '.join(failed)}")
    return done

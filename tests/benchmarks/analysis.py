"""`make bench-analysis`: waves of 300 to a million respondents, 100 questions by 10 breaks, beside what others take.

Each way of counting runs in a process of its own on the same made-up wave: Barometer's packed bits (counts alone,
whole tables, and whole weighted tables with their tests), NumPy's `bincount`, pandas and PostgreSQL. Printed: seconds,
seconds of CPU, and the process's peak memory with the wave in it. All must count the same. Of a million respondents
pandas and PostgreSQL count the tables of some questions only, as is printed beside them; their counts of those are
compared, and `--whole` lets them count all.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import multiprocessing
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import numpy as np
import psycopg2

from results.analysis import bits
from results.analysis.banner import break_of
from results.analysis.counting import count_tables
from results.analysis.frame import Frame, build_frame
from results.analysis.tabulate import tabulate_all
from surveys.codebook import Code, Codebook, Variable
from tests import servers

SIZES = (300, 10_000, 100_000, 1_000_000)
QUESTIONS, CODES = 100, 5
BREAKS = (2, 3, 4, 5, 6, 7, 8, 9, 10, 12)
BUILT = 20_000
SEED = 2013
TICKS = os.sysconf("SC_CLK_TCK")
BARS = {
    (300, "counts"): 0.1,
    (1_000_000, "counts"): 2.5,
    (1_000_000, "tables"): 2.5,
    (1_000_000, "weighted tables"): 10.0,
}
MOST_MEMORY = 1024
BUILD_BAR = 1.5

LARGE = 1_000_000
SHARES = {"pandas": 20, "PostgreSQL": 5}
"""Of how many questions the slow ways count the tables of a large wave."""

NAMES = [f"Q{number}" for number in range(QUESTIONS)]
BREAK_NAMES = [f"b{number}" for number in range(len(BREAKS))]


@dataclass(frozen=True)
class Wave:
    """A wave as columns of codes from 0; a question's code 5 is no answer."""

    questions: np.ndarray[Any, Any]
    breaks: np.ndarray[Any, Any]

    @classmethod
    def made(cls, size: int) -> Wave:
        """The same wave for the same size, wherever it is made."""
        chance = np.random.default_rng(SEED)
        questions = np.minimum(chance.integers(0, 6 * CODES, (QUESTIONS, size), dtype=np.uint8) % 6, CODES)
        breaks = np.stack([chance.integers(0, codes, size, dtype=np.uint8) for codes in BREAKS])
        return cls(questions, breaks)

    def frame(self, *, weighted: bool = False) -> Frame:
        """The wave as the engine holds it."""
        columns = dict(zip([*BREAK_NAMES, *NAMES], [*self.breaks, *self.questions], strict=True))
        book = codebook()
        size = self.breaks.shape[1]
        everybody = bits.everybody(size)
        codes = {
            variable.name: np.stack([bits.pack(columns[variable.name] == code.code) for code in variable.codes])
            for variable in book
        }
        answered = {name: bits.union(masks) for name, masks in codes.items()}
        frame = Frame(book, size, codes, dict.fromkeys(codes, everybody), answered)
        return frame.with_weights(np.random.default_rng(SEED).uniform(0.3, 3, size)) if weighted else frame


def codebook() -> Codebook:
    """100 questions with scores and 10 attributes."""
    attributes = [
        Variable(name, name, "one", codes=_codes(count), attribute=True)
        for name, count in zip(BREAK_NAMES, BREAKS, strict=True)
    ]
    return Codebook((*attributes, *(Variable(name, name, "one", codes=_codes(CODES)) for name in NAMES)))


def _codes(count: int) -> tuple[Code, ...]:
    return tuple(Code(code, str(code), float(code)) for code in range(count))


@dataclass(frozen=True)
class Measured:
    """What one way took: seconds, seconds of CPU, peak megabytes, and a digest of its counts, question by question."""

    seconds: float
    cpu: float
    peak: float
    digests: tuple[str, ...] = ()


def main() -> int:
    """Run everything and print the table; 1 if counts differ."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="respondents of each round")
    parser.add_argument("--postgres-up-to", type=int, default=SIZES[-1], help="leave PostgreSQL out of larger rounds")
    parser.add_argument("--whole", action="store_true", help="let the slow ways count every table of a million")
    options = parser.parse_args()
    built = _built()
    print(f"building a frame from stored responses: {built:.2f} µs of CPU per response and variable", end="  ")
    print(f"{'within' if built <= BUILD_BAR else 'MISSES'} {BUILD_BAR:g} µs\n")
    print(f"{'respondents':>11}  {'way':<16} {'seconds':>8} {'CPU s':>8} {'peak MB':>8}  bar")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="barometer-bench-")))
        folder.chmod(0o711)
        url = stack.enter_context(servers.postgres(folder)).url
        same = [
            _round(size, url if size <= options.postgres_up_to else None, shares={} if options.whole else SHARES)
            for size in options.sizes
        ]
    return 0 if all(same) else 1


def _round(size: int, url: str | None, *, shares: Mapping[str, int]) -> bool:
    """One size by every way; whether all counted the same."""
    ways: dict[str, tuple[Callable[..., Measured], tuple[Any, ...]]] = {
        name: (way, (size,)) for name, way in WAYS.items()
    }
    asked = {name: shares.get(name, QUESTIONS) if size >= LARGE else QUESTIONS for name in ("pandas", "PostgreSQL")}
    ways["pandas"] = (pandas, (size, asked["pandas"]))
    if url is not None:
        ways["PostgreSQL"] = (postgres, (size, asked["PostgreSQL"], url))
    found: list[tuple[str, ...]] = []
    for name, (way, arguments) in ways.items():
        made = _alone(way, *arguments)
        found += [made.digests] if made.digests else []
        note = _judged(size, name, made)
        if asked.get(name, QUESTIONS) < QUESTIONS:
            note = f"{asked[name]} of the {QUESTIONS} questions; all would take {QUESTIONS / asked[name]:g} times this"
        print(f"{size:>11,}  {name:<16} {made.seconds:>8.3f} {made.cpu:>8.3f} {made.peak:>8.0f}  {note}", flush=True)
    same = all(digests == found[0][: len(digests)] for digests in found)
    print(f"{'':>11}  {'all counts are the same' if same else 'THE COUNTS DIFFER'}\n", flush=True)
    return same


def _judged(size: int, name: str, made: Measured) -> str:
    """Whether the bars are held by the clock; with other work on the machine the seconds of CPU say more."""
    bar = BARS.get((size, name))
    if bar is None:
        return ""
    memory = "" if made.peak <= MOST_MEMORY else f", MISSES {MOST_MEMORY} MB"
    return f"{'within' if made.seconds <= bar else 'MISSES'} {bar:g} s{memory}"


def _alone(way: Callable[..., Measured], *arguments: Any) -> Measured:
    """Run in a fresh process, so that memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(way, arguments)


def _timed(work: Callable[[], Any], digests: Callable[[Any], tuple[str, ...]] = lambda _: ()) -> Measured:
    start, cpu = time.perf_counter(), time.process_time()
    made = work()
    seconds, spent = time.perf_counter() - start, time.process_time() - cpu
    return Measured(seconds, spent, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, digests(made))


def counts(size: int) -> Measured:
    """Barometer's counts of every table."""
    frame = Wave.made(size).frame()

    def work() -> Any:
        return count_tables(frame, NAMES, [break_of(frame, by=name) for name in BREAK_NAMES])

    def digests(made: Any) -> tuple[str, ...]:
        return _digests([table.cells[1:, 1:-1] for row in made for table in row])

    return _timed(work, digests)


def tables(size: int) -> Measured:
    """Barometer's whole tables, with intervals, letters and tests."""
    frame = Wave.made(size).frame()
    return _timed(lambda: tabulate_all([frame], NAMES, bys=BREAK_NAMES))


def weighted_tables(size: int) -> Measured:
    """The same weighted: effective bases, Rao–Scott tests."""
    frame = Wave.made(size).frame(weighted=True)
    return _timed(lambda: tabulate_all([frame], NAMES, bys=BREAK_NAMES))


def bincount(size: int) -> Measured:
    """NumPy: one `bincount` of question and break together for each table."""
    wave = Wave.made(size)

    def work() -> list[Any]:
        return [_bincount(question, column, codes) for question in wave.questions for column, codes in _breaks(wave)]

    return _timed(work, _digests)


def _bincount(question: Any, column: Any, codes: int) -> Any:
    both = question.astype(np.intp) * codes + column
    return np.bincount(both, minlength=(CODES + 1) * codes).reshape(-1, codes)[:CODES]


def pandas(size: int, questions: int) -> Measured:
    """pandas: one `groupby` for each table of so many questions."""
    import pandas as pd

    wave = Wave.made(size)
    data = pd.DataFrame(dict(zip([*NAMES, *BREAK_NAMES], [*wave.questions, *wave.breaks], strict=True)))

    def work() -> list[Any]:
        return [
            data.groupby([name, by])
            .size()
            .unstack(fill_value=0)
            .reindex(range(CODES), fill_value=0)
            .reindex(columns=range(codes), fill_value=0)
            .to_numpy()
            for name in NAMES[:questions]
            for by, codes in zip(BREAK_NAMES, BREAKS, strict=True)
        ]

    return _timed(work, _digests)


def postgres(size: int, questions: int, url: str) -> Measured:
    """PostgreSQL: one GROUP BY for each table of so many questions, the wave in one table, analysed."""
    wave = Wave.made(size)
    with psycopg2.connect(url) as connection, connection.cursor() as cursor:
        _load(cursor, wave)
        connection.commit()
        start, spent = time.perf_counter(), _cpu(connection)
        made = [
            _grouped(cursor, name, by, codes)
            for name in NAMES[:questions]
            for by, codes in zip(BREAK_NAMES, BREAKS, strict=True)
        ]
        seconds = time.perf_counter() - start
        return Measured(seconds, _cpu(connection) - spent, _peak(connection), _digests(made))


def _load(cursor: Any, wave: Wave) -> None:
    names = [*NAMES, *BREAK_NAMES]
    cursor.execute("DROP TABLE IF EXISTS wave")
    cursor.execute(f"CREATE UNLOGGED TABLE wave ({', '.join(f'{name} smallint' for name in names)})")
    everything = np.concatenate([wave.questions, wave.breaks]).T
    for start in range(0, len(everything), 50_000):
        text = StringIO()
        np.savetxt(text, everything[start : start + 50_000], fmt="%d", delimiter="\t")
        text.seek(0)
        cursor.copy_expert("COPY wave FROM STDIN", text)
    cursor.execute("ANALYZE wave")


def _grouped(cursor: Any, name: str, by: str, codes: int) -> Any:
    cursor.execute(f"SELECT {name}, {by}, count(*) FROM wave WHERE {name} < {CODES} GROUP BY 1, 2")
    made = np.zeros((CODES, codes), dtype=np.int64)
    for code, column, people in cursor.fetchall():
        made[code, column] = people
    return made


def _cpu(connection: Any) -> float:
    """Seconds of CPU of the server's processes, those that have ended included."""
    master = _stat(connection.info.backend_pid)[1]
    ended = sum(_stat(master)[13:15]) if master else 0
    return (ended + sum(sum(fields[11:13]) for fields in _children(master))) / TICKS


def _peak(connection: Any) -> float:
    """The most memory that the backend held, in megabytes, shared buffers it touched included."""
    status = Path(f"/proc/{connection.info.backend_pid}/status").read_text()
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))


def _children(master: int) -> Iterator[list[int]]:
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            with suppress(OSError):
                fields = _stat(int(folder.name))
                if fields[1] == master:
                    yield fields


def _stat(process: int) -> list[int]:
    """The numbers of /proc/…/stat after the name; the letter of the state as 0."""
    words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return [0, *map(int, words[1:])]


def _breaks(wave: Wave) -> list[tuple[Any, int]]:
    return list(zip(wave.breaks, BREAKS, strict=True))


def _digests(tables: Sequence[Any]) -> tuple[str, ...]:
    """A digest for each question's tables."""
    return tuple(
        hashlib.sha256(b"".join(np.ascontiguousarray(each, dtype=np.int64).tobytes() for each in some)).hexdigest()
        for some in (tables[start : start + len(BREAKS)] for start in range(0, len(tables), len(BREAKS)))
    )


def _built() -> float:
    """Microseconds of CPU to read a stored response (JSON) and put it into a frame, per response and variable."""
    wave = Wave.made(BUILT)
    stored = [_stored(*row) for row in zip(wave.breaks.T.tolist(), wave.questions.T.tolist(), strict=True)]
    book = codebook()
    rows = ((json.loads(attributes), json.loads(answers), None) for attributes, answers in stored)
    start = time.process_time()
    build_frame(book, rows)
    return (time.process_time() - start) / BUILT / len(book) * 1e6


def _stored(breaks: Sequence[int], questions: Sequence[int]) -> tuple[str, str]:
    answers = {name: [code] if code < CODES else [] for name, code in zip(NAMES, questions, strict=True)}
    return json.dumps(dict(zip(BREAK_NAMES, breaks, strict=True))), json.dumps(answers)


WAYS: dict[str, Callable[[int], Measured]] = {
    "counts": counts,
    "tables": tables,
    "weighted tables": weighted_tables,
    "NumPy bincount": bincount,
}

if __name__ == "__main__":
    sys.exit(main())

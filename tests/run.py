"""`make test`: the whole suite on SQLite and on PostgreSQL at once, with a real Redis and a real browser.

One pytest, two workers: the first has SQLite as its database, the second PostgreSQL, and each runs every test that
touches a database; the tests that touch none are dealt out between them. pytest's own summary comes last, and its
status is the status of the run.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, suppress
from pathlib import Path
from types import FrameType

from tests import servers

ROOT = Path(__file__).resolve().parent.parent

FAREWELL_SECONDS = 30

# What a developer's own installation is set to must not colour the tests.
NOT_FOR_TESTS = (
    "ALLOWED_HOSTS",
    "DATABASE_URL",
    "DATABASE_URL_FILE",
    "DEBUG",
    "EMAIL_URL",
    "EMAIL_URL_FILE",
    "KEY_DIR",
    "LOG_JSON",
    "LOG_LEVEL",
    "MAIL_FROM",
    "OIDC_CLIENT_ID",
    "OIDC_CLIENT_SECRET",
    "OIDC_ISSUER",
    "OIDC_NAME",
    "OIDC_SECOND_FACTOR",
    "OIDC_TRUST_EMAIL",
    "REDIS_URL",
    "REDIS_URL_FILE",
    "SECOND_FACTOR",
    "SECRET_KEY",
    "SECRET_KEY_FILE",
    "SITE_URL",
    "STATIC_ROOT",
    "SWEEPS",
    "TRUST_PROXY",
    "WEB_CONCURRENCY",
)


def main(arguments: list[str]) -> int:
    """Find or start what is needed, run pytest, stop what was started.

    Returns pytest's status, or 2 when something needed is missing.
    """
    signal.signal(signal.SIGTERM, _leave)
    # In the background a shell lets it be ignored, and pytest would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    began = time.monotonic()
    with ExitStack() as stack:
        folder = Path(
            stack.enter_context(tempfile.TemporaryDirectory(prefix="barometer-test-", ignore_cleanup_errors=True))
        )
        # The account that runs PostgreSQL must be able to pass through.
        folder.chmod(0o711)
        try:
            environment = _environment(stack, folder)
        except servers.Missing as missing:
            print(missing, file=sys.stderr)
            return 2
        print(f"Ready after {time.monotonic() - began:.1f} s.", flush=True)
        return _pytest(arguments, folder, environment)


def _environment(stack: ExitStack, folder: Path) -> dict[str, str]:
    """The environment of pytest: where the servers and the browser are, and nothing of the developer's own."""
    postgres = stack.enter_context(servers.postgres(folder))
    print(f"PostgreSQL: {postgres.source}", flush=True)
    redis = stack.enter_context(servers.redis_server(folder))
    print(f"Redis:      {redis.source}", flush=True)
    browser = servers.browser() or servers.install_browser()
    print(f"Browser:    {browser}", flush=True)
    ours = {
        "BAROMETER_BROWSER": str(browser),
        "BAROMETER_TEST_POSTGRES": postgres.url,
        "BAROMETER_TEST_REDIS": redis.url,
        "VAR_DIR": str(folder / "var"),
    }
    return {key: value for key, value in os.environ.items() if key not in NOT_FOR_TESTS} | ours


def _pytest(arguments: list[str], folder: Path, environment: dict[str, str]) -> int:
    # A worker is described in one word in which "//" separates, so the address goes by a file.
    address = folder / "postgres-url"
    address.write_text(environment["BAROMETER_TEST_POSTGRES"], encoding="utf-8")
    workers = (
        "popen//env:BAROMETER_SHARE=0/2",
        f"popen//env:BAROMETER_SHARE=1/2//env:DATABASE_URL_FILE={address}",
    )
    command = [sys.executable, "-m", "pytest", "--dist=each", f"--output={folder / 'browser'}"]
    # pytest reckons its percentages from the tests of one worker.
    command += ["--override-ini=console_output_style=classic"]
    command += [word for worker in workers for word in ("--tx", worker)]
    process = subprocess.Popen([*command, *arguments], cwd=ROOT, env=environment)
    try:
        return process.wait()
    except BaseException:
        # Ctrl-C has reached it already, a signal to this process has not: let it put away what its tests started.
        process.send_signal(signal.SIGINT)
        with suppress(subprocess.TimeoutExpired):
            process.wait(FAREWELL_SECONDS)
        process.kill()
        raise


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(128 + number)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)

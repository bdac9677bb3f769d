"""A wave's key: 32 random bytes in a file of its own outside the database, destroyed when the wave closes.

token = HMAC(key, "link" ‖ invitation id) goes into the mail; the database holds its SHA-256.
pseudonym = HMAC(token, "answers") names the response. Only who sends mail, loads answers or closes needs the key.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from pathlib import Path
from uuid import UUID

from django.conf import settings

from surveys.models import Wave

KEY_BYTES = 32


class KeyGone(Exception):
    """The wave's key does not exist (any more)."""


def key_path(wave: Wave) -> Path:
    """Where the wave's key lies while there is one."""
    return Path(settings.KEY_DIR) / f"{wave.slug}.key"


def create_key(wave: Wave) -> bytes:
    """The wave's key, made now if there is none. Refuses with KeyGone for a wave that has closed."""
    if wave.is_closed:
        raise KeyGone(f"{wave.slug} has closed; its key is destroyed")
    path = key_path(wave)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        _write_whole(path, secrets.token_bytes(KEY_BYTES))
    return read_key(wave)


def read_key(wave: Wave) -> bytes:
    """The wave's key. Raises KeyGone when there is none or it is damaged."""
    return _read(key_path(wave), wave)


def has_key(wave: Wave) -> bool:
    """Whether the wave's key still exists."""
    return key_path(wave).exists()


def destroy_key(wave: Wave) -> bool:
    """Overwrite and remove the wave's key; False when it was gone already."""
    return _destroy(key_path(wave))


def panel_key_path(wave: Wave) -> Path:
    """Where the key lies that opens a linked wave's sealed answers, from its close to the next wave's."""
    return Path(settings.KEY_DIR) / f"{wave.slug}.panel"


def create_panel_key(wave: Wave) -> bytes:
    """The key of a linked wave's sealed answers, made now if there is none."""
    path = panel_key_path(wave)
    if not path.exists():
        _write_whole(path, secrets.token_bytes(KEY_BYTES))
    return read_panel_key(wave)


def read_panel_key(wave: Wave) -> bytes:
    """The key of a linked wave's sealed answers. Raises KeyGone when there is none or it is damaged."""
    return _read(panel_key_path(wave), wave)


def destroy_panel_key(wave: Wave) -> bool:
    """Overwrite and remove the key of the sealed answers; False when it was gone already."""
    return _destroy(panel_key_path(wave))


def token_for(key: bytes, invitation_id: UUID) -> str:
    """The secret part of a link: 43 characters that go into the mail and nowhere else."""
    mac = hmac.digest(key, b"link" + invitation_id.bytes, hashlib.sha256)
    return base64.urlsafe_b64encode(mac).rstrip(b"=").decode()


def token_hash(token: str) -> str:
    """What the database keeps of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


def pseudonym_of(token: str) -> str:
    """The name of the response behind a link."""
    return hmac.new(token.encode(), b"answers", hashlib.sha256).hexdigest()


def _read(path: Path, wave: Wave) -> bytes:
    try:
        key = path.read_bytes()
    except FileNotFoundError:
        raise KeyGone(f"no key for {wave.slug}") from None
    if len(key) != KEY_BYTES:
        raise KeyGone(f"the key of {wave.slug} is damaged")
    return key


def _destroy(path: Path) -> bool:
    try:
        with path.open("r+b") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        path.unlink()
    except FileNotFoundError:
        return False
    _sync_folder(path.parent)
    return True


def _write_whole(path: Path, key: bytes) -> None:
    """Put the key where nobody ever sees half of it; the key that another process has put there meanwhile stays."""
    fresh = path.with_name(f".{secrets.token_hex(8)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    try:
        path.hardlink_to(fresh)
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)

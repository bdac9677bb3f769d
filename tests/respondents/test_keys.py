"""A wave's key: a file of its own that nobody else may read, and that is gone once the wave has closed."""

from __future__ import annotations

import stat
import threading
import uuid
from pathlib import Path

import pytest

from respondents import keys
from respondents.freezing import destroy_spent_keys
from respondents.invitations import issue_links, link_of
from respondents.keys import KeyGone
from respondents.models import Invitation, Person
from respondents.tasks import issue_due_links
from results.closing import close_wave
from surveys.models import Wave
from tests.building import CLOSES, NOW, draft, opened, sent

pytestmark = pytest.mark.django_db

KNOWN = bytes(range(32))
KNOWN_ID = uuid.UUID("00112233-4455-6677-8899-aabbccddeeff")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_key_is_thirty_two_bytes_that_only_their_owner_may_read(key_folder: Path) -> None:
    wave = draft()
    key = keys.create_key(wave)
    assert len(key) == 32
    assert keys.key_path(wave) == key_folder / "spring.key"
    assert mode(keys.key_path(wave)) == 0o600
    assert mode(key_folder) == 0o700


def test_a_key_is_made_once(key_folder: Path) -> None:
    wave = draft()
    assert keys.create_key(wave) == keys.create_key(wave) == keys.read_key(wave)
    assert [path.name for path in key_folder.iterdir()] == ["spring.key"]


def test_every_wave_has_a_key_of_its_own() -> None:
    assert keys.create_key(draft()) != keys.create_key(draft(slug="autumn"))


def test_a_key_that_is_gone_or_damaged_is_said_to_be() -> None:
    wave = draft()
    with pytest.raises(KeyGone, match="no key for spring"):
        keys.read_key(wave)
    keys.create_key(wave)
    keys.key_path(wave).write_bytes(b"short")
    with pytest.raises(KeyGone, match="the key of spring is damaged"):
        keys.read_key(wave)


def test_no_key_is_made_for_a_wave_that_has_closed(key_folder: Path) -> None:
    wave = opened()
    close_wave(wave, now=CLOSES)
    with pytest.raises(KeyGone, match="spring has closed"):
        keys.create_key(wave)
    assert not list(key_folder.glob("*"))


@pytest.mark.parametrize("state", ["closed", "published", "archived"])
def test_keys_of_closed_waves_are_destroyed_and_others_kept(state: str) -> None:
    kept, spent = draft(), opened(slug="past")
    for wave in (kept, spent):
        keys.create_key(wave)
    Wave.objects.filter(pk=spent.pk).update(state=state)
    assert destroy_spent_keys() == 1
    assert (keys.has_key(kept), keys.has_key(spent)) == (True, False)
    assert destroy_spent_keys() == 0


def test_a_key_is_overwritten_before_its_file_is_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    wave = draft()
    key = keys.create_key(wave)
    seen = []
    monkeypatch.setattr(Path, "unlink", lambda self: seen.append(self.read_bytes()))
    assert keys.destroy_key(wave)
    assert len(seen[0]) == 32
    assert seen[0] != key


def test_tokens_and_pseudonyms_are_made_as_written_down() -> None:
    """Worked out once with another program (openssl dgst -mac hmac), so that links outlive a rewrite."""
    token = keys.token_for(KNOWN, KNOWN_ID)
    assert token == "ucK1rlfYSxFR30oDr0MzwhyT_vkpmtjZN1_Stt4FFZg"
    assert keys.token_hash(token) == "8db5847e03915355f0ccf5a8daff9b3cbaa26e68ff97222bf28fabf0f4dc3e23"
    assert keys.pseudonym_of(token) == "30ddfc51c7956aeb655142cd1eecd6953fc98f27f1fafc42ada77d88ba6c8a11"


def test_a_token_is_forty_three_characters_of_an_address() -> None:
    for _ in range(50):
        token = keys.token_for(KNOWN, uuid.uuid4())
        assert len(token) == 43
        assert token.replace("-", "").replace("_", "").isalnum()


def test_links_are_issued_once_and_stay() -> None:
    wave = opened()
    person = Person.objects.create(name="Ann", email="ann@example.org")
    one = Invitation.objects.create(wave=wave, person=person, role="chair")
    assert issue_links(wave) == 1
    assert issue_links(wave) == 0
    mark = Invitation.objects.get().token_hash
    link = link_of(one, key=keys.read_key(wave))
    assert link.startswith("http")
    assert keys.token_hash(link.rstrip("/").rpartition("/")[2]) == mark


def test_the_sweep_issues_links_of_scheduled_and_open_waves_alone() -> None:
    waves = {state: draft(slug=state) for state in ("draft", "scheduled", "open", "closing", "closed")}
    for state, wave in waves.items():
        person = Person.objects.create(name="Ann", email=f"{state}@example.org")
        Invitation.objects.create(wave=wave, person=person, role="chair")
        Wave.objects.filter(pk=wave.pk).update(state=state)
    assert issue_due_links(NOW) == 2
    assert issue_due_links(NOW) == 0
    issued = Invitation.objects.exclude(token_hash=None).values_list("wave__slug", flat=True)
    assert set(issued) == {"scheduled", "open"}


def test_answers_do_not_need_the_key_while_people_bring_their_links(key_folder: Path) -> None:
    wave = opened()
    one = sent(wave, {"GRIP": [2]})
    keys.destroy_key(wave)
    from respondents.responses import save_page

    assert save_page(one.token, {"GRIP": [9]}, revision=1, now=NOW).revision == 2


def test_of_many_processes_that_make_the_key_at_once_all_have_the_same(key_folder: Path) -> None:
    """A key that is there is whole: who comes second never reads one that the first is still writing."""
    for number in range(20):
        wave = Wave(slug=f"wave-{number}")
        found: list[bytes] = []
        start = threading.Barrier(8)

        def make(wave: Wave = wave, found: list[bytes] = found, start: threading.Barrier = start) -> None:
            start.wait(20)
            found.append(keys.create_key(wave))

        threads = [threading.Thread(target=make) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
        assert len(found) == 8
        assert len(set(found)) == 1
    assert len(list(key_folder.iterdir())) == 20

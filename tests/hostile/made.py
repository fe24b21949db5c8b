"""What the hostile corpus is made of, and seeded damage to a good file."""

from __future__ import annotations

import dataclasses
import io
import random
import zipfile
import zlib
from collections.abc import Iterator

SPECIAL = b'",;\n\r\t |9-\xff\x00=\xef{}[]<'


@dataclasses.dataclass(frozen=True, slots=True)
class Hostile:
    """One file that a door must survive.

    Attributes
    ----------
    group : str
        Kind of file: ``"csv"``, ``"parquet"``, ``"record"``, ``"image"``...
    like : str
        System whose good example it was made from; empty for files of nobody's.
    name : str
        What is wrong with it.
    content : bytes
        The file.
    """

    group: str
    like: str
    name: str
    content: bytes

    @property
    def id(self) -> str:
        """Name that is unique in the corpus."""
        return "-".join(part for part in (self.group, self.like, self.name) if part)


def damaged(name: str, good: bytes, times: int) -> Iterator[tuple[str, bytes]]:
    """Yield copies with bytes flipped, replaced, removed, put in, doubled, or an end cut off."""
    ways = (_flipped, _replaced, _removed, _inserted, _doubled, _cut)
    for index in range(times):
        rng = random.Random(zlib.crc32(f"{name} {index}".encode()))
        way = ways[index % len(ways)]
        yield f"{way.__name__.strip('_')}-{index // len(ways)}", way(good, rng)


def _place(good: bytes, rng: random.Random) -> int:
    # Headers are where the trouble is.
    return rng.randrange(len(good) if rng.random() < 0.5 else min(len(good), 300))


def _flipped(good: bytes, rng: random.Random) -> bytes:
    made = bytearray(good)
    for _ in range(rng.choice((1, 2, 8))):
        made[_place(good, rng)] ^= 1 << rng.randrange(8)
    return bytes(made)


def _replaced(good: bytes, rng: random.Random) -> bytes:
    made = bytearray(good)
    for _ in range(rng.choice((1, 3, 20))):
        made[_place(good, rng)] = rng.choice(SPECIAL)
    return bytes(made)


def _removed(good: bytes, rng: random.Random) -> bytes:
    at = _place(good, rng)
    return good[:at] + good[at + rng.choice((1, 2, 16)) :]


def _inserted(good: bytes, rng: random.Random) -> bytes:
    at = _place(good, rng)
    return good[:at] + bytes(rng.choices(SPECIAL, k=rng.choice((1, 4, 32)))) + good[at:]


def _doubled(good: bytes, rng: random.Random) -> bytes:
    at = _place(good, rng)
    part = good[at : at + rng.choice((1, 20, 200))]
    return good[:at] + part * rng.choice((2, 30)) + good[at:]


def _cut(good: bytes, rng: random.Random) -> bytes:
    return good[: rng.randrange(1, len(good))]


def zipped(entries: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive: the same bytes every day, and names as they are, however odd."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in entries.items():
            info = zipfile.ZipInfo("entry")
            info.filename, info.compress_type = name, method
            archive.writestr(info, content)
    return out.getvalue()

"""Catalogues that several measures use: made once per run of bench.py, on the disk that is measured."""

import contextlib

from common.gateway import program

SMALL = 100_000


def sizes(context):
    """Listings of the small and the large catalogue."""
    if context.short:
        return 1_000, 5_000
    return SMALL, 4_000_000 if context.long else 1_000_000


@contextlib.contextmanager
def filled(context, *counts):
    """Databases with so many listings: {count: path}."""
    out = {}
    for count in counts:
        out[count] = context.folder / f"catalogue-{count}.db"
        program(context, "gerbang-bench-store", "fill", "sqlite", out[count], count, timeout=7200)
    try:
        yield out
    finally:
        for path in out.values():
            for end in ("", "-wal", "-shm", ".lock"):
                with contextlib.suppress(FileNotFoundError):
                    path.with_name(path.name + end).unlink()

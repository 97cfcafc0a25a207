"""The reference of everything durable."""

import os
import time

PREALLOCATED = 16 << 20
BLOCK = 4096


class Disk:
    """4 KiB written over a file that already has its blocks, then fdatasync, over and over."""

    def __init__(self, folder):
        self.file = os.open(folder / "reference", os.O_RDWR | os.O_CREAT, 0o600)
        # Really written: blocks that are only reserved cost a journal commit at their first sync.
        for at in range(0, PREALLOCATED, 1 << 20):
            os.pwrite(self.file, os.urandom(1 << 20), at)
        os.fsync(self.file)
        self.at = 0

    def measure(self, seconds):
        block, took = os.urandom(BLOCK), []
        began = last = time.perf_counter()
        while last - began < seconds:
            os.pwrite(self.file, block, self.at)
            os.fdatasync(self.file)
            now = time.perf_counter()
            took.append((now - last) * 1000)
            last = now
            self.at = (self.at + BLOCK) % PREALLOCATED
        took.sort()
        return {"rate": len(took) / (last - began), "p50_ms": took[len(took) // 2],
                "p99_ms": took[int(len(took) * 0.99)]}

"""What a machine's processes use: CPU and memory of process trees, what others use meanwhile."""

import os
import pathlib
import time

TICK = os.sysconf("SC_CLK_TCK")


def stat_of(pid):
    """Fields of /proc/PID/stat from the state on (field 3 is [0]); None when the process is gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None


def tree(roots):
    """The processes given and all that descend from them."""
    children = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit() and (fields := stat_of(entry)):
            children.setdefault(int(fields[1]), []).append(int(entry))
    out, todo = [], list(roots)
    while todo:
        pid = todo.pop()
        out.append(pid)
        todo += children.get(pid, [])
    return out


def cpu_of(roots):
    """Seconds of all threads of the trees, with those of children that have ended."""
    ticks = 0
    for pid in tree(roots):
        if fields := stat_of(pid):
            ticks += sum(int(fields[i]) for i in (11, 12, 13, 14))
    return ticks / TICK


def memory_of(roots):
    """MiB of the trees: {"rss": pages shared between processes count in each, "pss": once}."""
    sums = {"Rss": 0, "Pss": 0}
    for pid in tree(roots):
        try:
            text = pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text()
        except (FileNotFoundError, ProcessLookupError):
            continue
        for line in text.splitlines():
            name, _, value = line.partition(":")
            if name in sums:
                sums[name] += int(value.split()[0])
    return {"rss": sums["Rss"] / 1024, "pss": sums["Pss"] / 1024}


def cpu_of_machine():
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(
        int, pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICK


class Foreign:
    """Cores' worth of CPU that others used: the machine's less that of the trees and of this process with
    the children that it has waited for. The kernel's own threads (journal, disk) are others."""

    def __init__(self, roots):
        self.roots = list(roots)
        self.began, self.before = time.monotonic(), self._others()

    def _others(self):
        return cpu_of_machine() - cpu_of(self.roots) - sum(os.times()[:4])

    def cores(self):
        return max(0.0, (self._others() - self.before) / (time.monotonic() - self.began))


def file_system(folder):
    """Type of the file system that holds the folder."""
    best = ("", "unknown")
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split(" ")
        if pathlib.Path(place) in [folder, *folder.parents] and len(place) >= len(best[0]):
            best = (place, kind)
    return best[1]

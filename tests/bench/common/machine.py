"""What the machine and its processes used."""

import os
import pathlib
import time

TICK = os.sysconf("SC_CLK_TCK")


def cpu_of(pid):
    """User and system seconds of a process, all threads."""
    fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def processes():
    """Of all that live: parent, and CPU seconds with those of the children that ended."""
    out = {}
    for entry in os.scandir("/proc"):
        if not entry.name.isdigit():
            continue
        try:
            fields = pathlib.Path(f"/proc/{entry.name}/stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        out[int(entry.name)] = (int(fields[1]), sum(map(int, fields[11:15])) / TICK)
    return out


def cpu_of_tree(root):
    """CPU seconds of a process and of everything below it, ended ones included."""
    all_of = processes()
    sum_of, waiting = 0.0, [root]
    while waiting:
        pid = waiting.pop()
        if pid in all_of:
            sum_of += all_of[pid][1]
            waiting += [child for child, (parent, _) in all_of.items() if parent == pid]
    return sum_of


def cpu_of_machine():
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(
        int, pathlib.Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9])
    return (user + nice + system + irq + softirq + steal) / TICK


def resident_kib(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


def written_bytes(pid):
    """What a process caused to be written to disk."""
    for line in pathlib.Path(f"/proc/{pid}/io").read_text().splitlines():
        if line.startswith("write_bytes:"):
            return int(line.split()[1])
    raise AssertionError("no write_bytes")


def file_system(folder):
    """Type of the file system that holds the folder."""
    best = ("", "unknown")
    for line in pathlib.Path("/proc/mounts").read_text().splitlines():
        _, place, kind, *_ = line.split(" ")
        if pathlib.Path(place) in [folder, *folder.parents] and len(place) >= len(best[0]):
            best = (place, kind)
    return best[1]


class Foreign:
    """Cores' worth of CPU that others used: the machine's less ours and our descendants'. The kernel's own
    threads (journal, disk) are in it."""

    def __init__(self):
        self.began, self.before = time.monotonic(), self._others()

    def _others(self):
        return cpu_of_machine() - cpu_of_tree(os.getpid())

    def cores(self):
        return max(0.0, (self._others() - self.before) / (time.monotonic() - self.began))


def until_idle(server, seconds=5):
    """What a server still does after a phase (checkpoints) belongs to that phase, not to the next."""
    end = time.monotonic() + seconds
    before = cpu_of(server)
    while time.monotonic() < end:
        time.sleep(0.2)
        now = cpu_of(server)
        if now - before <= 0.01:
            return
        before = now

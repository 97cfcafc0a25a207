"""YAML for tests that run under any Python: read by one that has the module (Debian package python3-yaml)."""

import json
import subprocess
import sys

READ = "import json,sys,yaml; json.dump(list(yaml.safe_load_all(sys.stdin)), sys.stdout, default=str)"


def reader():
    """The Python that reads YAML, or None."""
    for python in (sys.executable, "/usr/bin/python3"):
        try:
            if subprocess.run([python, "-c", "import yaml"], capture_output=True).returncode == 0:
                return python
        except OSError:
            pass
    return None


def documents(text):
    """All documents of the text; those that are empty left out."""
    done = subprocess.run([reader(), "-c", READ], input=text, capture_output=True, text=True)
    assert done.returncode == 0, f"no YAML: {done.stderr[-500:]}"
    return [d for d in json.loads(done.stdout) if d is not None]


def seconds(text):
    """30s, 2m, 1m30s."""
    import re
    found = re.fullmatch(r"(?:(\d+)m)?(?:(\d+)s)?", str(text))
    assert found and text, text
    return int(found[1] or 0) * 60 + int(found[2] or 0)

"""P1 to P18, a module each, and what no number was given to."""

import importlib

NAMES = ("p01_single", "p02_batch", "p03_group_commit", "p04_instructions", "p05_http", "p06_peer_cpu",
         "p07_peer_rate", "p08_window", "p09_window_under_bulk", "p10_urgent_age", "p11_other_age",
         "p12_idle_tls", "p13_outbound", "p14_scale", "p15_due_scan", "p16_postgres", "p17_killed", "p18_bytes",
         "rest")


def all_of():
    return [importlib.import_module("measures." + name) for name in NAMES]

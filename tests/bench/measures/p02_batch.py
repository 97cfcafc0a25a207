"""Durable items in posts of 100, under P1's rules."""

from common.frame import Line
from common.gateway import BATCH, batch
from measures import p01_single

ID = "P2"
TITLE = f"POST /v1/stock:batch of {BATCH}, 16 connections, beside fdatasync of 4 KiB"
CONNECTIONS = 16
LINES = [Line("per_sync", "items/s / fdatasync/s", ">=", 20, 150),
         Line("of_sqlite", "items/s / SQLite's own group commit of the same rows", ">=", 0.6)]
SHOWN = {**p01_single.SHOWN, "rate": ("items/s", ",.0f"), "sqlite": ("SQLite's own items/s", ",.0f"),
         "group": ("posts that share a commit", ".1f"), "cpu_us_per_item": ("server CPU µs per item", ".1f")}


def opened(context):
    return p01_single.grouped(context, lambda village, stock: batch(context, village, stock, CONNECTIONS), BATCH)

"""An event to three targets, per CPU-second, beside the most usual way to do it (tests/bench/peers)."""

from common.frame import Line
from common.peers import rounds_of

ID = "P6"
TITLE = "delivered events per CPU-s, beside Fastify + PostgreSQL + BullMQ"
LINES = [Line("ratio", "gerbang / peer, delivered events per CPU-s", ">=", 8, 20)]
SHOWN = {}
IN_SHORT = False


def opened(context):
    return rounds_of(context, ID)

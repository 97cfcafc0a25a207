"""An event to three targets, per second, beside the best ordinary way to do it (tests/bench/peers)."""

from common.frame import Line
from common.peers import rounds_of

ID = "P7"
TITLE = "delivered events/s, beside a Fastify + PostgreSQL outbox poller"
LINES = [Line("ratio", "gerbang / peer, delivered events/s", ">=", 3, 8)]
SHOWN = {}
IN_SHORT = False


def opened(context):
    return rounds_of(context, ID)

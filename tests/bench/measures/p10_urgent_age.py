"""Age of an order-driven push when it leaves, a shop at 4 × its limit for 15 simulated minutes."""

from common.frame import Line
from common.scheduler import value_of

ID = "P10"
TITLE = "order-driven push age p99 on the virtual clock, beside a job for each event, first in first out, same trace"
ROUNDS = 1
LINES = [Line("ratio", "FIFO's p99 / gerbang's", ">=", 100, 1000, deterministic=True)]
SHOWN = {}
IN_SHORT = False  # a ctest of its own


def opened(context):
    return value_of(context, ID)

"""What P10 costs the pushes that no order caused."""

from common.frame import Line
from common.scheduler import value_of

ID = "P11"
TITLE = "age p99 of the other pushes in P10, beside coalescing without priority"
ROUNDS = 1
LINES = [Line("ratio", "gerbang's p99 / without priority", "<=", 2, 1.3, deterministic=True)]
SHOWN = {}
IN_SHORT = False  # a ctest of its own


def opened(context):
    return value_of(context, ID)

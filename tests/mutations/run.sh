#!/bin/sh
# Plants one bug after the other in a copy of the tree and shows which proof finds it.
#
#   tests/mutations/run.sh                 all of them
#   tests/mutations/run.sh 5.1 7.2         some
#   tests/mutations/run.sh --list          what there is
#   tests/mutations/run.sh --check         whether every line is still where it was; plants nothing
#
# The copy lies below $TMPDIR (default /tmp) and is removed afterwards; MUTATIONS_KEEP=dir keeps and
# reuses one, and what was seen is kept in dir.progress or in the file MUTATIONS_PROGRESS. Fails when a
# mutation no longer applies, does not build, is not noticed, or meets an error.
exec python3 "$(dirname "$0")/mutations.py" "$@"

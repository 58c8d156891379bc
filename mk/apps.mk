# SPDX-License-Identifier: MIT
#
# Real programs from Debian's source packages; not part of `make check`.

# Those that the first target names take a quarter of an hour; the others are
# tried by `make check-more-apps`, or some by APPS="mawk figlet".
APPS ?= dc bzip2 picosat lua
.PHONY: check-apps check-more-apps
check-apps: all
	@B=$(B) tests/ckpt/apps/run $(APPS)
check-more-apps: all
	@B=$(B) tests/ckpt/apps/run

# Random programs: `make check-csmith N=200 FIRST=1`.
N ?= 200
FIRST ?= 1
.PHONY: check-csmith
check-csmith: deps all
	@B=$(B) tests/ckpt/csmith/run $(N) $(FIRST)

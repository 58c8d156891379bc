# SPDX-License-Identifier: MIT
#
# Real programs from Debian's source packages; not part of `make check`.

.PHONY: check-apps
check-apps: deps-src all
	@B=$(B) tests/ckpt/picosat/run

# Random programs: `make check-csmith N=200 FIRST=1`.
N ?= 200
FIRST ?= 1
.PHONY: check-csmith
check-csmith: deps all
	@B=$(B) tests/ckpt/csmith/run $(N) $(FIRST)

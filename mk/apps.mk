# SPDX-License-Identifier: MIT
#
# Real programs from Debian's source packages; not part of `make check`.

.PHONY: check-apps
check-apps: deps-src all
	@B=$(B) tests/ckpt/picosat/run

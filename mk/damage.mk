# SPDX-License-Identifier: MIT

# Every byte of some images altered, every length, and many hostile ones.
.PHONY: check-damage
check-damage: all
	@B=$(B) tests/ckpt/run-damage --full

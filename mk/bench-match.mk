# SPDX-License-Identifier: MIT
#
# The matchmaker alone: `make bench-match` prints a table.

.PHONY: bench-match

$(B)/test/bench/match: $(B)/obj/tests/bench/match.o $(call archives,scheduler)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(CFLAGS_ALL) -o $@ $< $(call linkwith,scheduler) $(LDFLAGS_ALL)

bench-match: $(B)/test/bench/match
	@$<

# SPDX-License-Identifier: MIT
#
# Throughput and scale of a pool, beside Slurm and task-spooler: `make
# bench-pool`; QUICK=1 is a small form. `make deps-bench` installs the peers.

POOL_PARTS := send hosts stamp
POOL_BIN := $(POOL_PARTS:%=$(B)/test/bench/pool/%)

$(POOL_BIN): $(B)/test/bench/pool/%: $(B)/obj/tests/bench/pool/%.o $(call archives,svc)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $< $(call linkwith,svc)

.PHONY: bench-pool bench-pool-built deps-bench
deps-bench:
	@tests/bench/pool/deps

bench-pool:
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory deps-bench
	@$(MAKE) --no-print-directory bench-pool-built

bench-pool-built: all $(POOL_BIN)
	@B=$(B) QUICK=$(QUICK) tests/bench/pool/run

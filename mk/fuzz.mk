# SPDX-License-Identifier: MIT
#
# Fuzzers of the parsers: linked as unit tests are, run by `make check` with a
# fixed row of inputs.
#
#   make fuzz             that row
#   make fuzz SECONDS=60  new inputs for a minute, shared among the fuzzers
#   make fuzz SAN=1 SECONDS=60  the same under the sanitizers

FUZZ_SRC := $(filter-out tests/fuzz/fuzz_main.c,$(wildcard tests/fuzz/fuzz_*.c))
FUZZ := $(FUZZ_SRC:tests/fuzz/%.c=$(B)/test/fuzz/%)
FUZZ_USES := $(if $(FUZZ_SRC),$(shell awk -f mk/unit-uses.awk $(FUZZ_SRC)))
FUZZ_MAIN := $(B)/obj/tests/fuzz/fuzz_main.o
fuzz_uses = $(sort base $(patsubst $(1):%,%,$(filter $(1):%,$(FUZZ_USES))))

define fuzz_rule
$(B)/test/fuzz/$(1): $(B)/obj/tests/fuzz/$(1).o $(FUZZ_MAIN) $(call archives,$(2))
	@mkdir -p $$(@D)
	$$(call say,LINK)
	$$(Q)$(CC) $(LDFLAGS_ALL) -o $$@ $(B)/obj/tests/fuzz/$(1).o $(FUZZ_MAIN) \
		$(call linkwith,$(2)) -lm
endef
$(foreach f,$(FUZZ_SRC:tests/fuzz/%.c=%),$(eval $(call fuzz_rule,$(f),$(call fuzz_uses,$(f)))))

.PHONY: fuzz fuzzers
fuzzers: $(FUZZ)
fuzz: $(FUZZ)
	@B=$(B) FUZZ_SECONDS=$(SECONDS) tests/fuzz/run
check-built: $(FUZZ)

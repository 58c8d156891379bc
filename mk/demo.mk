# SPDX-License-Identifier: MIT
#
# What `make demo` needs beside the programs: the printer of its timeline.

TIMELINE := $(B)/test/demo/timeline

$(TIMELINE): $(B)/obj/tests/demo/timeline.o $(call archives,submit)
	@mkdir -p $(@D)
	$(call say,LINK)
	$(Q)$(CC) $(LDFLAGS_ALL) -o $@ $< $(call linkwith,submit)

demo-built: $(TIMELINE)

# SPDX-License-Identifier: MIT
#
# One non-recursive Makefile. Everything is built below build/. Sources are
# found by folder: adding a file needs no edit here, and a folder that is
# absent or does not compile breaks only what needs it.
#
#   make deps     install what is missing (apt)
#   make          build everything          make check   build and test
#   make demo     the whole journey         make lint    style rules
#   make bench    figures as ratios         make install PREFIX=/usr/local
#   make bench-pool   a pool's throughput and scale, beside Slurm
#
# SAN=1 builds with address and undefined behaviour sanitizers in build-san/.
# WERROR= turns warnings back into warnings. V=1 shows the commands.

MAKEFLAGS += --no-builtin-rules
.SUFFIXES:
.DELETE_ON_ERROR:
.DEFAULT_GOAL := all

Q := $(if $(V),,@)
say = $(if $(V),,@echo '  $(1)	$@')

VERSION := 0.1.0
PREFIX ?= /usr/local
B := $(if $(SAN),build-san,build)

CC := $(if $(filter default,$(origin CC)),cc,$(CC))
AR := $(if $(filter default,$(origin AR)),gcc-ar,$(AR))
WERROR ?= -Werror
WARN := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes $(WERROR)
OPT ?= -O2 -g
comma := ,
SANFLAGS := $(if $(SAN),-fsanitize=address$(comma)undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer)
CPPFLAGS += -D_GNU_SOURCE -I. -DHARRIER_VERSION='"$(VERSION)"'
CFLAGS_ALL = -std=gnu11 $(OPT) $(WARN) $(SANFLAGS) $(CFLAGS)
LDFLAGS_ALL = $(SANFLAGS) -Wl,--as-needed $(LDFLAGS)

# libclang: the newest installed one, from version 17 on.
LLVM_DIR ?= $(lastword $(shell ls -d /usr/lib/llvm-*/include/clang-c 2>/dev/null | \
	sed -n 's,^\(/usr/lib/llvm-\([0-9]*\)\)/include/clang-c$$,\2 \1,p' | \
	awk '$$1 >= 17' | sort -n))
CPPFLAGS_instrument = -isystem $(LLVM_DIR)/include

# ---- libraries: one per folder -------------------------------------------

SRC_base       := $(wildcard common/base/*.c)
SRC_svc        := $(wildcard common/svc/*.c)
SRC_ad         := $(wildcard common/ad/*.c)
SRC_job        := $(wildcard common/job/*.c)
SRC_store      := $(wildcard common/store/*.c)
SRC_web        := $(wildcard web/*.c)
SRC_scheduler  := $(filter-out scheduler/main.c,$(wildcard scheduler/*.c scheduler/db/*.c))
SRC_access     := $(filter-out scheduler/access/main.c,$(wildcard scheduler/access/*.c))
SRC_startd     := $(filter-out startd/main.c,$(wildcard startd/*.c))
SRC_starter    := $(filter-out startd/starter/main.c,$(wildcard startd/starter/*.c))
SRC_submit     := $(filter-out submit/tool_%.c,$(wildcard submit/*.c))
SRC_instrument := $(filter-out instrument/main.c,$(wildcard instrument/*.c))
SRC_ckptimg    := $(wildcard ckptlib/image/*.c)

# What each library stands on, all levels (style.md's table of layers).
NEED_base       :=
NEED_svc        := base
NEED_ad         := svc base
NEED_job        := ad svc base
NEED_store      := ad svc base
NEED_ckptimg    :=
NEED_web        := job store ad svc base
NEED_scheduler  := access web job store ad svc base ckptimg
NEED_access     := base
NEED_startd     := web job store ad svc base ckptimg starter
NEED_starter    := base
NEED_submit     := job store ad svc base ckptimg
NEED_instrument := base

LIBS := base svc ad job store ckptimg web scheduler access startd starter \
	submit instrument
LIBS := $(foreach l,$(LIBS),$(if $(SRC_$(l)),$(l)))

# Third-party libraries; --as-needed drops those a program does not use.
SYS_svc        := -lmicrohttpd -ljansson -lpthread -ldl
SYS_ad         := -ljansson -lm
SYS_job        := -ljansson
SYS_store      := -lsqlite3 -lzstd -lcrypto -lpthread
SYS_web        := -lcrypto
SYS_scheduler  := -lsqlite3 -lzstd -lcrypto -lm -lpthread
SYS_startd     := -lcrypto -lm -lpthread
SYS_submit     := -lcrypto -lm
SYS_instrument := -L$(LLVM_DIR)/lib -lclang -lzstd -lpthread
SYS_ckptimg    := -lm

# $(call closure,names): the libraries themselves and all they stand on.
closure = $(filter $(sort $(1) $(foreach l,$(1),$(NEED_$(l)))),$(LIBS))
archives = $(foreach l,$(call closure,$(1)),$(B)/lib/lib$(l).a)
syslibs = $(foreach l,$(call closure,$(1)),$(SYS_$(l)))
linkwith = -Wl,--start-group $(call archives,$(1)) $(2) -Wl,--end-group $(call syslibs,$(1))
objects = $(patsubst %.c,$(B)/obj/%.o,$(1))

define library
$(B)/lib/lib$(1).a: $(call objects,$(SRC_$(1)))
$(call objects,$(SRC_$(1))): CPPFLAGS_LIB := $$(CPPFLAGS_$(1))
endef
$(foreach l,$(LIBS),$(eval $(call library,$(l))))

$(B)/lib/lib%.a:
	@mkdir -p $(@D)
	@rm -f $@
	$(call say,AR)
	$(Q)$(AR) rcsD $@ $^

$(B)/obj/%.o: %.c
	@mkdir -p $(@D)
	$(call say,CC)
	$(Q)$(CC) $(CPPFLAGS) $(CPPFLAGS_LIB) $(CFLAGS_ALL) -MMD -MP -c -o $@ $<

# ---- programs -------------------------------------------------------------

BIN :=

# $(call program,name,main source,libraries,link flags)
define program_rule
BIN += $(B)/bin/$(1)
$(B)/bin/$(1): $(call objects,$(2)) $(call archives,$(3))
	@mkdir -p $$(@D)
	$$(call say,LINK)
	$$(Q)$(CC) $(LDFLAGS_ALL) $(4) -o $$@ $(call objects,$(2)) $(call linkwith,$(3))
endef
program = $(if $(wildcard $(2)),$(eval $(call program_rule,$(1),$(2),$(3),$(4))))

# The starter must run whatever the host's libraries are; sanitizers cannot be
# linked statically.
$(call program,hcc,instrument/main.c,instrument)
$(call program,hscheduler,scheduler/main.c,scheduler)
$(call program,harrier-access,scheduler/access/main.c,access)
$(call program,hstartd,startd/main.c,startd)
$(call program,harrier-starter,startd/starter/main.c,starter,$(if $(SAN),,-static))

TOOLS := $(wildcard submit/tool_*.c)
$(foreach t,$(TOOLS),$(call program,$(patsubst submit/tool_%.c,%,$(t)),$(t),submit))

# ---- libckpt.a, once per architecture --------------------------------------

TARGETS ?= X86_64 I686 ARMHF AARCH64 RISCV64 S390X PPC64 PPC
MACHINE := $(shell $(CC) -dumpmachine)
CROSS_X86_64  := x86_64-linux-gnu
CROSS_I686    := i686-linux-gnu
CROSS_ARMHF   := arm-linux-gnueabihf
CROSS_AARCH64 := aarch64-linux-gnu
CROSS_RISCV64 := riscv64-linux-gnu
CROSS_S390X   := s390x-linux-gnu
CROSS_PPC64   := powerpc64-linux-gnu
CROSS_PPC     := powerpc-linux-gnu
ARCHFLAGS_I686 := -msse2 -mfpmath=sse
NATIVE := $(strip $(foreach t,$(TARGETS),$(if $(filter $(CROSS_$(t)),$(MACHINE)),$(t))))

ckptcc = $(if $(filter $(1),$(NATIVE)),$(CC),$(shell command -v $(CROSS_$(1))-gcc))
ckptar = $(if $(filter $(1),$(NATIVE)),$(AR),$(CROSS_$(1))-gcc-ar)
SRC_ckpt := $(strip $(wildcard ckptlib/*.c) $(SRC_ckptimg))
CKPT_CFLAGS = -std=gnu11 -O2 -g -fno-strict-aliasing $(WARN)
CKPTLIBS :=

# No sanitizers here: libckpt.a brings an allocator of its own.
define ckpt_target
CKPTLIBS += $(B)/lib/ckpt/$(1)/libckpt.a
$(B)/lib/ckpt/$(1)/libckpt.a: $(patsubst %.c,$(B)/obj-ckpt/$(1)/%.o,$(SRC_ckpt))
	@mkdir -p $$(@D)
	@rm -f $$@
	$$(call say,AR)
	$$(Q)$(call ckptar,$(1)) rcsD $$@ $$^
$(B)/obj-ckpt/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	$$(call say,CC)
	$$(Q)$(call ckptcc,$(1)) $(CPPFLAGS) $(CKPT_CFLAGS) $(ARCHFLAGS_$(1)) -MMD -MP -c -o $$@ $$<
endef
$(if $(SRC_ckpt),$(foreach t,$(TARGETS),\
	$(if $(call ckptcc,$(t)),$(eval $(call ckpt_target,$(t))))))

# ---- unit tests ------------------------------------------------------------

# A test is linked with the libraries whose headers it includes and what they
# stand on, so that it can be built while other folders do not compile.
UNIT_SRC := $(wildcard tests/unit/test_*.c)
UNIT := $(UNIT_SRC:tests/unit/%.c=$(B)/test/unit/%)
UNIT_USES := $(if $(UNIT_SRC),$(shell awk -f mk/unit-uses.awk $(UNIT_SRC)))
unit_uses = $(sort base $(patsubst $(1):%,%,$(filter $(1):%,$(UNIT_USES))))

define unit_rule
$(B)/test/unit/$(1): $(B)/obj/tests/unit/$(1).o $(call archives,$(2)) \
		$(if $(filter ckpt,$(2)),$(B)/lib/ckpt/$(NATIVE)/libckpt.a)
	@mkdir -p $$(@D)
	$$(call say,LINK)
	$$(Q)$(CC) $(LDFLAGS_ALL) -o $$@ $(B)/obj/tests/unit/$(1).o \
		$(call linkwith,$(2),$(if $(filter ckpt,$(2)),$(B)/lib/ckpt/$(NATIVE)/libckpt.a)) -lcmocka -lm
$(B)/obj/tests/unit/$(1).o: CPPFLAGS_LIB := $(if $(filter instrument,$(2)),$(CPPFLAGS_instrument))
endef
$(foreach t,$(UNIT_SRC:tests/unit/%.c=%),$(eval $(call unit_rule,$(t),$(call unit_uses,$(t)))))

# ---- what people call --------------------------------------------------------

.PHONY: all ckptlib unit deps deps-src check check-built demo demo-built lint \
	bench bench-built format install clean

# Other folders may bring rules of their own (generated files and the like).
include $(wildcard mk/*.mk)

# Where hcc looks for <harrier/ckpt.h>, as it will be installed.
CKPT_H := $(B)/lib/ckpt/include/harrier/ckpt.h
$(CKPT_H): ckptlib/ckpt.h
	install -m 644 -D $< $@

all: $(BIN) $(CKPTLIBS) $(CKPT_H)
ckptlib: $(CKPTLIBS) $(CKPT_H)
unit: $(UNIT)

deps:
	@mk/deps $(B)

deps-src:
	@mk/deps-src

# Two steps, since what `deps` installs is looked for when make starts.
check demo bench:
	@$(MAKE) --no-print-directory deps
	@$(MAKE) --no-print-directory $@-built

check-built: all unit
	@B=$(B) tests/run

demo-built: all
	@B=$(B) KEEP=$(KEEP) tests/demo/run

bench-built: all
	@B=$(B) tests/bench/run

lint:
	@B=$(B) tests/lint/run

# FILES= limits it.
FILES ?= $(shell git ls-files '*.c' '*.h')
format:
	clang-format -i $(FILES)

install: all
	install -d $(DESTDIR)$(PREFIX)/bin
	install $(BIN) $(DESTDIR)$(PREFIX)/bin
	install -m 644 LICENSE -D $(DESTDIR)$(PREFIX)/share/doc/harrier/LICENSE
	for l in $(patsubst $(B)/lib/%,%,$(CKPTLIBS)); do \
		install -m 644 -D $(B)/lib/$$l $(DESTDIR)$(PREFIX)/lib/harrier/$$l || exit 1; \
	done
	for d in include lib/harrier/ckpt/include; do \
		install -m 644 -D ckptlib/ckpt.h $(DESTDIR)$(PREFIX)/$$d/harrier/ckpt.h || exit 1; \
	done
	for m in $(wildcard docs/man/*.[1-8]); do \
		install -m 644 -D $$m $(DESTDIR)$(PREFIX)/share/man/man$${m##*.}/$${m##*/} || exit 1; \
	done

clean:
	rm -rf build build-san

-include $(shell find $(B)/obj $(B)/obj-ckpt -name '*.d' 2>/dev/null)

# SPDX-License-Identifier: MIT
#
# The page's files become part of libweb.a.

PAGE_FILES := $(sort $(wildcard web/static/*))

$(B)/gen/embed: web/embed/embed.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=gnu11 -O1 $(WARN) -o $@ $<

$(B)/gen/page_files.c: $(B)/gen/embed $(PAGE_FILES)
	$(B)/gen/embed $(PAGE_FILES) > $@.tmp
	@mv $@.tmp $@

$(B)/gen/page_files.o: $(B)/gen/page_files.c web/page_files.h
	$(CC) $(CPPFLAGS) $(CFLAGS_ALL) -c -o $@ $<

$(B)/lib/libweb.a: $(B)/gen/page_files.o

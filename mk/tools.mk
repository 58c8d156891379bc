# SPDX-License-Identifier: MIT
#
# The manual pages.

install: install-man

.PHONY: install-man
install-man:
	install -d $(DESTDIR)$(PREFIX)/share/man/man1
	install -m 644 $(wildcard docs/man/*.1) $(DESTDIR)$(PREFIX)/share/man/man1

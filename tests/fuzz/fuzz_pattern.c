/* SPDX-License-Identifier: MIT */
/* The first line is a pattern, the second is matched: spans lie inside it. */
#include "tests/fuzz/fuzz.h"

#include "common/ad/pattern.h"

#include <string.h>

const char *const fuzz_seeds[] = { "(a|ab)(c|bcd)*?[^x-z[:alpha:]]+\nabcdabcd",
				   "^\\bfoo\\d+\\.\\w{2,4}$|(?:x|y)+\nfoo12.ab",
				   "(a*)*(b{0,3}){2}\\x41\\s\\S\naaabbbA b",
				   "[]a-]+[\\d\\W]?.{3,}\n]-a1  xyz", NULL };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = strndup((const char *)data, size);
	char *line = strchr(text, '\n');

	if (line)
		*line++ = '\0';
	for (unsigned flags = 0; line && flags < 32; flags += 5) {
		struct pattern_span spans[PATTERN_GROUPS];
		struct pattern *pattern;
		uint32_t steps = 100000;
		int len = (int)strlen(line);

		if (pattern_compile(text, flags, &pattern, NULL) < 0)
			continue;
		if (pattern_match(pattern, line, (size_t)len, 0, spans,
				  &steps) == 1) {
			FUZZ_CHECK(spans[0].start >= 0);
			for (int i = 0; i < PATTERN_GROUPS; i++)
				FUZZ_CHECK(spans[i].start <= spans[i].end &&
					   spans[i].end <= len);
		}
		pattern_free(pattern);
	}
	free(text);
	return 0;
}

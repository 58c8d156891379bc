/* SPDX-License-Identifier: MIT */
/* Polls where the counter is set, none behind a step. */
int run(const int *code, int n)
{
	int pc = 0, x = 0;

	for (;;)
		switch (code[pc]) {
		case 0:
			x++;
			pc++;
			break;
		case 1:
			if (x > n) {
				pc += 2;
				continue;
			}
			pc = code[pc + 1];
			break;
		case 2:
			pc = x;
			/* falls through */
		case 3:
			pc++;
			break;
		case 4:
			while (x)
				switch (x--) {
				case 7:
					pc++;
					break;
				}
			break;
		default:
			return x;
		}
}

/* No interpreter: the text may be long. */
int scan(const char *s)
{
	int words = 0;

	for (;;)
		switch (*s) {
		case ' ':
			words++;
			s++;
			break;
		case '\n':
			s = s + 2;
			break;
		case 0:
			return words;
		default:
			s++;
			break;
		}
}

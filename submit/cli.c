/* SPDX-License-Identifier: MIT */
#include "submit/cli.h"

#include <errno.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static const char *program = "harrier";

void cli_init(char **argv)
{
	const char *slash = argv[0] ? strrchr(argv[0], '/') : NULL;

	if (slash && slash[1])
		program = slash + 1;
	else if (argv[0] && argv[0][0])
		program = argv[0];
	signal(SIGPIPE, SIG_DFL);
}

int cli_complain(const char *fmt, ...)
{
	va_list ap;

	/* What was said before comes before. */
	fflush(stdout);
	fprintf(stderr, "%s: ", program);
	va_start(ap, fmt);
	vfprintf(stderr, fmt, ap);
	va_end(ap);
	fputc('\n', stderr);
	return 1;
}

int cli_fail(const struct err *err)
{
	return cli_complain("%s", err_text(err));
}

int cli_end(int code)
{
	if (fflush(stdout) == 0 && !ferror(stdout))
		return code;
	return cli_complain("cannot write the output: %s", err_reason(errno));
}

bool cli_common(const struct opt *opt, int id, const struct err *err,
		int *ret_code)
{
	if (id == OPT_HELP) {
		opt_print_help(opt, stdout);
		*ret_code = cli_end(0);
		return true;
	}
	if (id == OPT_VERSION) {
		opt_print_version(opt, stdout);
		*ret_code = cli_end(0);
		return true;
	}
	if (id < 0 && id != OPT_ARG) {
		cli_fail(err);
		*ret_code = 1;
		return true;
	}
	return false;
}

static bool wants_colour(void)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(no && *no) && term &&
	       strcmp(term, "dumb") != 0;
}

const char *cli_style(const char *style)
{
	static const char *const styles[][2] = {
		{ "off", "\033[0m" },	 { "bold", "\033[1m" },
		{ "dim", "\033[2m" },	 { "red", "\033[31m" },
		{ "green", "\033[32m" }, { "yellow", "\033[33m" },
		{ "blue", "\033[34m" },
	};
	static int colour = -1;

	if (colour < 0)
		colour = wants_colour();
	for (size_t i = 0; colour && i < sizeof(styles) / sizeof(*styles);
	     i++) {
		if (strcmp(styles[i][0], style) == 0)
			return styles[i][1];
	}
	return "";
}

int cli_width(void)
{
	struct winsize size;

	if (!isatty(STDOUT_FILENO) ||
	    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0)
		return 0;
	return size.ws_col;
}

const char *cli_user(void)
{
	static char name[64];
	struct passwd *pw;

	if (name[0])
		return name;
	pw = getpwuid(getuid());
	if (pw)
		snprintf(name, sizeof(name), "%s", pw->pw_name);
	else
		snprintf(name, sizeof(name), "uid-%lu",
			 (unsigned long)getuid());
	return name;
}

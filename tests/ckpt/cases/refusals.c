/* SPDX-License-Identifier: MIT */
/* refusals WHAT [ask]: asks for a checkpoint with something that no image carries,
 * and goes on to its end. */
#include <langinfo.h>
#include <locale.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static struct lconv *conventions;
static struct passwd *user;
static const char *codeset;

static int spin(int n)
{
	int k = 0;

	while (n > 1)
		n = n & 1 ? 3 * n + 1 : n / 2, k++;
	return k;
}

static void bye(void)
{
}

static int use(const char *what)
{
	struct sigevent none = { .sigev_notify = SIGEV_NONE };
	timer_t timer;

	if (!strcmp(what, "timer"))
		return timer_create(CLOCK_MONOTONIC, &none, &timer);
	if (!strcmp(what, "quick_exit"))
		return at_quick_exit(bye);
	if (!strcmp(what, "localeconv"))
		return !(conventions = localeconv());
	if (!strcmp(what, "getpwnam"))
		return !(user = getpwnam("root"));
	if (!strcmp(what, "nl_langinfo"))
		return !(codeset = nl_langinfo(CODESET));
	return strcmp(what, "nothing");
}

int main(int argc, char **argv)
{
	if (argc < 2 || use(argv[1]))
		return 1;
	if (argc > 2)
		kill(getpid(), SIGUSR2);
	for (int i = 1; i < 200; i++)
		spin(i);
	printf("%d %s %s %s\n", spin(97), conventions ? "conv" : "",
	       user ? user->pw_name : "", codeset ? codeset : "");
	return 0;
}

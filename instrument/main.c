/* SPDX-License-Identifier: MIT */
#include "instrument/driver.h"

int main(int argc, char **argv)
{
	return driver_run(argc, argv);
}

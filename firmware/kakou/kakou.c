/* SPDX-License-Identifier: MIT */
/*
 * kakou: the command of technicians and officers at the gate.
 *
 * Layer: firmware. One thread.
 */
#include "firmware/kakou/cli.h"

int main(int argc, char **argv)
{
	return cli_run(argc, argv, stdout, stderr);
}

/* SPDX-License-Identifier: MIT */
/*
 * What RAUC says of the machine and of a bundle, and what it is told.
 *
 * Layer: firmware. Blocks while the programs run.
 */
#include <stdlib.h>
#include <string.h>

#include "firmware/kakou/cli_run.h"
#include "firmware/kakou/cmd_update.h"
#include "hal/file.h"
#include "hal/text.h"

enum { IMAGE_MAX = 4096 };

void update_read_boot(char boot[UPDATE_BOOT_MAX + 1])
{
	char *text;
	size_t len;

	boot[0] = '\0';
	if (file_read_whole("/proc/sys/kernel/random/boot_id", UPDATE_BOOT_MAX, &text,
			    &len, NULL))
		return;
	text[strcspn(text, "\n")] = '\0';
	text_copy(boot, UPDATE_BOOT_MAX + 1, text);
	free(text);
}

/* The first line VERSION=… of what the image says of itself. */
static void read_version(const char *path, char version[UPDATE_VERSION_MAX + 1])
{
	static const char key[] = "VERSION=";
	char *text, *line, *rest;
	size_t len;

	version[0] = '\0';
	if (file_read_whole(path, IMAGE_MAX, &text, &len, NULL))
		return;
	line = strtok_r(text, "\n", &rest);
	while (line && strncmp(line, key, strlen(key)) != 0)
		line = strtok_r(NULL, "\n", &rest);
	if (line && update_version_is_sound(line + strlen(key)))
		text_copy(version, UPDATE_VERSION_MAX + 1, line + strlen(key));
	free(text);
}

/* NULL: it failed, and `why` says why. */
static json_t *ask_rauc(const char *const *argv, char why[CLI_WHY_MAX])
{
	struct cli_said said;
	json_t *answer = NULL;

	cli_run_program(argv, NULL, &said);
	if (said.status != 0)
		(void)cli_said_why(&said, why);
	else if (!(answer = json_loads(said.out, 0, NULL)))
		(void)snprintf(why, CLI_WHY_MAX, "its answer is not JSON");
	cli_said_release(&said);
	return answer;
}

static void look_at_slot(const json_t *slot, struct update_board *out)
{
	const char *name = cli_text(slot, "bootname");

	if (name[0] == '\0')
		return; /* nothing starts from it */
	if (!strcmp(cli_text(slot, "state"), "booted"))
		text_copy(out->slot, sizeof(out->slot), name);
	else if (!strcmp(cli_text(slot, "boot_status"), "good"))
		out->other_is_good = true;
}

bool update_read_board(struct cli *cli, const struct update_call *call,
		       struct update_board *out)
{
	static const char *const argv[] = {"rauc", "status", "--detailed",
					   "--output-format=json", NULL};
	char why[CLI_WHY_MAX];
	json_t *entry, *slot;
	const char *name;
	size_t i;

	memset(out, 0, sizeof(*out));
	out->status = ask_rauc(argv, why);
	if (!out->status) {
		(void)cli_complain(cli, CLI_FAILED, "rauc status: %s", why);
		return false;
	}
	text_copy(out->compatible, sizeof(out->compatible),
		  cli_text(out->status, "compatible"));
	json_array_foreach(json_object_get(out->status, "slots"), i, entry)
	{
		json_object_foreach(entry, name, slot) look_at_slot(slot, out);
	}
	read_version(call->image, out->running);
	if (out->compatible[0] && out->slot[0])
		return true;
	(void)cli_complain(cli, CLI_FAILED,
			   "rauc status names %s: this machine has no slots to update",
			   out->compatible[0] ? "no slot that runs" : "no board");
	json_decref(out->status);
	return false;
}

bool update_read_file(struct cli *cli, const struct update_call *call,
		      struct update_file *out, char *why, size_t why_size)
{
	const char *const argv[] = {"rauc", "info", "--output-format=json", call->file,
				    NULL};
	char said[CLI_WHY_MAX];
	json_t *info = ask_rauc(argv, said);
	bool is_sound = false;

	why[0] = '\0';
	if (!info)
		(void)snprintf(why, why_size, "RAUC does not take it: %s", said);
	else if (!text_copy(out->compatible, sizeof(out->compatible),
			    cli_text(info, "compatible")) ||
		 out->compatible[0] == '\0')
		(void)snprintf(why, why_size, "it names no board");
	else if (!text_copy(out->version, sizeof(out->version),
			    cli_text(info, "version")) ||
		 !update_version_is_sound(out->version))
		(void)snprintf(why, why_size,
			       "its version is \"%.60s\", expected one such as 0.1.0",
			       cli_text(info, "version"));
	else
		is_sound = true;
	json_decref(info);
	if (!is_sound)
		(void)cli_complain(cli, CLI_FAILED, "%s: %s; nothing was changed",
				   call->file, why);
	return is_sound;
}

/* Only complains when it fails. */
static bool run(struct cli *cli, const char *const *argv, const char *what)
{
	char why[CLI_WHY_MAX];
	struct cli_said said;
	bool is_done;

	cli_run_program(argv, NULL, &said);
	is_done = said.status == 0;
	if (!is_done)
		(void)cli_complain(cli, CLI_FAILED, "%s: %s", what,
				   cli_said_why(&said, why));
	cli_said_release(&said);
	return is_done;
}

bool update_mark(struct cli *cli, const char *how)
{
	char word[16], what[40];
	const char *const argv[] = {"rauc", "status", word, "booted", NULL};

	(void)snprintf(word, sizeof(word), "mark-%s", how);
	(void)snprintf(what, sizeof(what), "rauc status %s", word);
	return run(cli, argv, what);
}

int update_restart_machine(struct cli *cli)
{
	static const char *const argv[] = {"systemctl", "reboot", NULL};

	return run(cli, argv, "systemctl reboot") ? CLI_DONE : CLI_FAILED;
}

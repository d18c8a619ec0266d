/* SPDX-License-Identifier: MIT */
/*
 * kakou provision on a terminal: one question a line, with what is there as the default. An answer that
 * does not hold is asked for again at once.
 *
 * Layer: firmware.
 */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "firmware/kakou/cmd_provision.h"
#include "hal/conf_edit.h"
#include "hal/file.h"
#include "hal/text.h"

enum { SITE_BYTES_MAX = 262144 };

/* Whoever answers an empty line without a default, or "-", leaves it out. */
struct question {
	const char *key, *text;
	const char *section, *site_key; /* where the present value is; NULL: nowhere */
	bool is_required;
};

static const struct question about_gate[] = {
	{"name",         "name of the gate",				     "",        "name",         true },
	{"area_id",      "AREA_ID",					      "customs", "area_id",      true },
	{"generation",   "generation of the protocol",                           "customs", "generation",   true },
	{"customs_code", "customs code, - for any",                              "customs", "customs_code", false},
	{"host",         "address of the customs platform",                      "customs", "host",         true },
	{"port",         "its port",					     "customs", "port",         true },
	{"peer_name",    "DNS name on the platform's certificate",               "customs", "peer_name",
	 true												    },
	{"listen_host",  "own address that the platform dials",                  "customs", "listen_host",
	 true												    },
	{"listen_port",  "own port for it",                                      "customs", "listen_port",  true },
	{"gate_name",    "DNS name of this gate, for its certificate",           NULL,      NULL,           true },
	{"console_name", "name or address of the officers' page, - for no page", NULL,
	 NULL,											      false},
	{"watchdog",     "identity of the machine's watchdog, - for none",       "",        "watchdog",
	 false												   },
	{"gpio",         "GPIO chip, chip:LABEL",                                NULL,      NULL,           false},
};

static const struct question about_lane[] = {
	{"chnl_no",    "CHNL_NO",				   "lane", "chnl_no",    true},
	{"direction",  "direction, I into the area or E out of it", "lane", "direction",
	 true										 },
	{"loop_proof", "proof of the safety loop",                  "lane", "loop_proof", true},
	{"beam_proof", "proof of the beam",                         "lane", "beam_proof", true},
};

/* "MAP ADDRESS"; asked of a new lane only. */
static const struct question devices[] = {
	{"plate",   "plate camera",                NULL, NULL, false},
	{"tag",     "reader of electronic plates", NULL, NULL, false},
	{"box",     "reader of container numbers", NULL, NULL, false},
	{"weight",  "weighbridge",                 NULL, NULL, false},
	{"card",    "driver post",                 NULL, NULL, false},
	{"seal",    "seal reader",                 NULL, NULL, false},
	{"climate", "reefer sensor",               NULL, NULL, false},
	{"sign",    "sign",                        NULL, NULL, false},
};

struct asking {
	struct provision *provision;
	struct conf_edit *present; /* the site that is there, or NULL */
};

/* A line without blanks at its ends. False: the end of the input. */
static bool read_answer(char to[ANSWER_VALUE_MAX + 1])
{
	size_t len;
	char *from = to;

	if (!fgets(to, ANSWER_VALUE_MAX + 1, stdin))
		return false;
	len = strlen(to);
	while (len > 0 && isspace((unsigned char)to[len - 1]))
		to[--len] = '\0';
	while (isspace((unsigned char)*from))
		from++;
	memmove(to, from, strlen(from) + 1);
	return true;
}

static const char *find_fallback(const char *section, const char *key)
{
	for (size_t i = 0; i < answer_key_count; i++)
		if (!strcmp(answer_keys[i].section, section) &&
		    !strcmp(answer_keys[i].name, key))
			return answer_keys[i].fallback;
	return "";
}

static void find_default(const struct asking *asking, const struct question *question,
			 const char *section, const char *title,
			 char to[ANSWER_VALUE_MAX + 1])
{
	const struct place *place = &asking->provision->place;

	(void)text_copy(to, ANSWER_VALUE_MAX + 1, find_fallback(section, question->key));
	if (question->site_key && asking->present)
		(void)conf_edit_get(asking->present, question->section, title,
				    question->site_key, to, ANSWER_VALUE_MAX + 1);
	else if (!strcmp(question->key, "gate_name") ||
		 !strcmp(question->key, "console_name"))
		place_read_name(place, question->key, to);
}

static int ask(const struct asking *asking, const struct question *question,
	       const char *section, const char *title, struct answer_values *to)
{
	struct cli *cli = asking->provision->cli;
	char fallback[ANSWER_VALUE_MAX + 1];
	char answer[ANSWER_VALUE_MAX + 1];
	struct why why = {""};

	find_default(asking, question, section, title, fallback);
	for (;;) {
		fprintf(cli->err, "%s%s%s%s%s%s: ", title ? title : "", title ? ", " : "",
			question->text, fallback[0] ? " [" : "", fallback,
			fallback[0] ? "]" : "");
		fflush(cli->err);
		if (!read_answer(answer))
			return cli_complain(cli, CLI_FAILED,
					    "the answers ended; nothing was changed");
		if (!answer[0])
			(void)text_copy(answer, sizeof(answer), fallback);
		if (!question->is_required && (!answer[0] || !strcmp(answer, "-")))
			return CLI_DONE;
		if (!answer_set(to, section, question->key, answer, &why))
			return CLI_DONE;
		fprintf(cli->err, "  %s\n", why.text);
	}
}

static int ask_all(const struct asking *asking, const struct question *questions,
		   size_t count, const char *section, const char *title,
		   struct answer_values *to)
{
	int exit = CLI_DONE;

	for (size_t i = 0; !exit && i < count; i++)
		exit = ask(asking, &questions[i], section, title, to);
	return exit;
}

/* Names of lanes: those that are there, and the new ones until an empty line. */
static int ask_lane(const struct asking *asking, struct answer_values *lane)
{
	bool is_there =
		asking->present && conf_edit_has(asking->present, "lane", lane->title);
	int exit = ask_all(asking, about_lane, sizeof(about_lane) / sizeof(about_lane[0]),
			   "lane", lane->title, lane);

	if (exit || is_there)
		return exit;
	fputs("  devices as MAP ADDRESS, such as kakou-plate-camera 192.0.2.11; an empty "
	      "line for none\n",
	      asking->provision->cli->err);
	return ask_all(asking, devices, sizeof(devices) / sizeof(devices[0]), "lane",
		       lane->title, lane);
}

static int ask_lanes(const struct asking *asking)
{
	struct answers *answers = &asking->provision->answers;
	struct cli *cli = asking->provision->cli;
	char name[ANSWER_VALUE_MAX + 1];
	struct why why = {""};
	int exit = CLI_DONE;

	while (!exit && answers->lane_count < SITE_LANES_MAX) {
		struct answer_values *lane = &answers->lanes[answers->lane_count];
		bool is_there =
			asking->present &&
			conf_edit_title(asking->present, "lane", answers->lane_count,
					lane->title, sizeof(lane->title));

		if (!is_there) {
			fputs("another lane, an empty line for no more: ", cli->err);
			fflush(cli->err);
			if (!read_answer(name))
				return cli_complain(cli, CLI_FAILED,
						    "the answers ended; nothing was "
						    "changed");
			if (!name[0])
				break;
			if (answer_check("", "name", name, &why)) {
				fprintf(cli->err, "  %s\n", why.text);
				continue;
			}
			(void)text_copy(lane->title, sizeof(lane->title), name);
		}
		answers->lane_count++;
		exit = ask_lane(asking, lane);
	}
	return exit;
}

/* One person begins; the others are hers to add. */
static int ask_person(const struct asking *asking)
{
	struct answers *answers = &asking->provision->answers;
	struct answer_values *person = &answers->persons[0];
	char name[ANSWER_VALUE_MAX + 1];
	struct why why = {""};

	fputs("name of the first supervisor, an empty line when there is one: ",
	      asking->provision->cli->err);
	fflush(asking->provision->cli->err);
	if (!read_answer(name))
		return cli_complain(asking->provision->cli, CLI_FAILED,
				    "the answers ended; nothing was changed");
	if (!name[0])
		return CLI_DONE;
	(void)text_copy(person->title, sizeof(person->title), name);
	answers->person_count = 1;
	if (answer_set(person, "person", "role", "supervisor", &why))
		return cli_complain(asking->provision->cli, CLI_FAILED, "%s", why.text);
	return CLI_DONE;
}

int provision_ask(struct provision *provision)
{
	struct asking asking = {.provision = provision};
	struct why why = {""};
	char *text;
	size_t len;
	int exit = CLI_DONE;

	if (!file_read_whole(provision->place.config, SITE_BYTES_MAX, &text, &len,
			     NULL)) {
		if (conf_edit_open(&asking.present, text, provision->place.config, &why))
			exit = cli_complain(provision->cli, CLI_FAILED, "%s", why.text);
		free(text);
	}
	if (!exit)
		exit = ask_all(&asking, about_gate,
			       sizeof(about_gate) / sizeof(about_gate[0]), "", NULL,
			       &provision->answers.top);
	if (!exit)
		exit = ask_lanes(&asking);
	if (!exit)
		exit = ask_person(&asking);
	conf_edit_close(asking.present);
	return exit;
}

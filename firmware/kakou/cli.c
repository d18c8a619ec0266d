/* SPDX-License-Identifier: MIT */
/*
 * The table of subcommands, and the way from a command line to one of them.
 *
 * Layer: firmware. One thread.
 */
#include "firmware/kakou/cli.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/config/version.h"

static const char default_socket[] = "/run/kakou/kakoud.sock";

#define ACT_OPTIONS                                                                      \
	"  --passage N    the passage that is meant, which must be the one in the "      \
	"lane\n"                                                                         \
	"  --reason TEXT  why\n"                                                         \
	"\n"                                                                             \
	"The act and its refusal are both events of the record.\n"

static const char release_help[] =
	"The passage that is meant must be the one in the lane.\n"
	"  --second NAME  a supervisor approves it, whose password is typed or a line "
	"of\n"
	"                 standard input: where the site asks for two people against "
	"customs\n";
static const char act_help[] = ACT_OPTIONS;

static const char value_help[] = "plate: as an order names it. box: one number or two "
				 "with a space between, or none.\n"
				 "weight: gross, in kg. card, tag: the number. box, tag "
				 "and card may be none. seal: its "
				 "number, \"NUMBER broken\" or absent.\n"
				 "The read stays in the record; customs is asked anew.\n"
				 "\n" ACT_OPTIONS;

static const char update_help[] =
	"status        what runs, what is in the slots, what is under way (default)\n"
	"install FILE  checks the update, copies it into the slot that does not run, "
	"waits\n"
	"              until every lane is quiet, and restarts the machine\n"
	"restart       only waits and restarts\n"
	"watch         what the machine runs after each start: keeps the version that "
	"runs, or\n"
	"              goes back to the one before\n"
	"  --reason TEXT    why, for the record\n"
	"  --older          an older version than the one that runs: a supervisor is "
	"logged in\n"
	"  --no-restart     the next start takes it, whenever that is\n"
	"  --quiet SECONDS  so long have the lanes to be quiet (default 10)\n"
	"  --healthy SECONDS, --within SECONDS\n"
	"                   watch: so long has kakoud to be healthy (default 120), and "
	"by then\n"
	"                   (default 600)\n"
	"  --state DIR, --image FILE, --site FILE\n"
	"                   other places than /var/lib/kakou-update, "
	"/usr/lib/kakou/image and\n"
	"                   /etc/kakou/kakou.conf\n";

static const char provision_help[] =
	"asks for what is particular to this gate, or takes it from a file, and writes "
	"the\n"
	"site; makes the keys of gate and officers' page on this board, and requests "
	"for\n"
	"their certificates; adds the first people; ends with a self-test. Run again it "
	"does\n"
	"what is not there yet, and says so when that is nothing.\n"
	"request prints the request, certificate checks a certificate and puts it in, "
	"test\n"
	"only tests.\n"
	"  --from FILE       answers; sample prints such a file with all keys\n"
	"  --config FILE     the site (default /etc/kakou/kakou.conf); keys lie beside "
	"it\n"
	"  --new-identity    a new key; the present one is used until its certificate "
	"comes\n"
	"  --ca FILE         with certificate: the authorities, when they are new\n"
	"  --crl FILE        with certificate: the lists of what they revoked\n"
	"  --user NAME       who runs kakoud (default kakou)\n"
	"  --page-user NAME  who runs the officers' page (default kakou-console)\n"
	"Exit status 4: it is done, and the self-test found something.\n";

static const char support_help[] =
	"collects versions, status, devices, the site file, the last events, the log "
	"and\n"
	"what the machine says of itself. Keys, passwords, their hashes and PINs are "
	"struck\n"
	"out; plates and names of people are not.\n"
	"  --output FILE  default kakou-support-SITE-TIME.tar.gz, here\n"
	"  --events N     so many of the last events (default 2000)\n"
	"  --config FILE  the site (default /etc/kakou/kakou.conf)\n"
	"  --scratch DIR  where it is put together (default $TMPDIR or /tmp)\n";

static const char backup_help[] =
	"The site file, people with the hashes of their passwords, certificates, the "
	"page's\n"
	"settings. Who has it can guess at passwords: keep it as you keep keys.\n"
	"  --with-keys    the private keys and passwords of this board too, under a "
	"passphrase\n"
	"  --with-record  a consistent copy of the record, which a running kakoud "
	"makes;\n"
	"                 without its pictures\n"
	"  --config FILE  the site (default /etc/kakou/kakou.conf)\n"
	"  --scratch DIR  where it is put together (default $TMPDIR or /tmp)\n";

static const char restore_help[] =
	"looks at the backup as a whole before it changes anything, and keeps what it\n"
	"replaces in replaced-TIME beside it. Never while kakoud runs.\n"
	"  --check        only looks\n"
	"  --with-keys    its keys too; the passphrase is asked for\n"
	"  --with-record  its record too; the present one is set aside, whole\n"
	"  --other-board  it was made on another board, which this one is to replace\n"
	"  --config FILE, --user NAME, --page-user NAME  as kakou provision\n";

static const char reset_help[] =
	"looks whether the line is held without a pause, and then removes the site, "
	"keys,\n"
	"certificates, people and passwords. The record, its key and its pictures stay.\n"
	"  --gpio WHERE    chip:LABEL, as a site's\n"
	"  --line NAME     of the line; without both nothing happens\n"
	"  --active-low    it is held when it is low\n"
	"  --hold SECONDS  3 to 60 (default 10)\n"
	"  --config FILE, --state DIR, --user NAME\n"
	"                  other places than /etc/kakou/kakou.conf and /var/lib/kakou, "
	"and\n"
	"                  another user than kakou\n";

static const char map_help[] =
	"list shows the maps that are there and who uses them. show reads every register "
	"of\n"
	"a map once and shows it raw and decoded; of a MAP alone it shows the points.\n"
	"kakoud asks the unit where the port is its own, so that polling goes on.\n"
	"  --map NAME           another map than the device's\n"
	"  --maps DIR           where maps are (default: kakoud's maps_dir)\n"
	"  --site FILE          by this site file, when kakoud does not run\n"
	"  --tcp HOST[:PORT]    ask directly, with --unit N; refused where kakoud polls\n"
	"  --tty DEVICE         the same on a serial line (default 9600 8N1)\n"
	"  --answer MS          deadline of an answer (default 200)\n";

static const char bus_help[] =
	"Asks each unit for one register. A unit that refuses is there too. For a unit "
	"the\n"
	"site does not know, the maps whose registers all answer and are in range are "
	"named\n"
	"as guesses. kakoud asks where the port is its own: its polling goes on, and a "
	"unit\n"
	"that is not there costs four times the port's deadline.\n"
	"  --from N, --to N     units (default 1 to 247)\n"
	"  --maps DIR           where maps are (default: kakoud's maps_dir)\n"
	"  --no-guess           don't read more than one register\n"
	"  --site FILE          by this site file, when kakoud does not run\n"
	"  --tcp HOST[:PORT]    ask directly; refused where kakoud polls\n"
	"  --tty DEVICE         the same on a serial line (default 9600 8N1)\n"
	"  --sweep              with --tty: every usual speed and frame (--to default "
	"10)\n"
	"  --answer MS          deadline of an answer (default 200)\n";

static const char io_help[] =
	"watch shows each line of a lane, or of all, by its role: its level, how often\n"
	"it went on and off since kakoud started, and pulses shorter than a scan. On a\n"
	"terminal the table is live; otherwise each change is a line, with --json an\n"
	"object. Ctrl-C ends it. pulse holds an output of a locked lane, as a "
	"technician,\n"
	"only while this command lives.\n"
	"  --for SECONDS  ends by itself; 0 looks once\n"
	"  --heartbeat    also tell the changes of the heartbeat, 100 a second\n"
	"  --for MS       of a pulse: 1 to 5000 (default 1000)\n"
	"  --reason TEXT  of a pulse: why\n";

static const char lane_help[] =
	"walk-test leads a technician through a locked lane: each loop, beam and "
	"button,\n"
	"the arm by hold-to-run, lights, sign and devices; it ends with a commissioning\n"
	"report, whose SHA-256 is an event of the record.\n"
	"  --report FILE   the report is written there too\n"
	"  --answers FILE  lines \"STEP ANSWER\" instead of a person: y, n, skip REASON\n"
	"  --patience S    how long a step may take (default 60)\n";

static const char login_help[] =
	"The ticket is kept, for nobody else to read, in $KAKOU_TICKET, or below\n"
	"$XDG_RUNTIME_DIR or ~/.cache. It ends after an hour of rest, after 12 hours, "
	"with\n"
	"logout, and when kakoud restarts.\n";

static const char people_help[] =
	"Without words the people, one a line. Roles: viewer, officer, supervisor,\n"
	"technician. Changes are a supervisor's; root adds the first one, and may give "
	"a\n"
	"supervisor a new password and unlock one. New passwords are typed twice, or a "
	"line\n"
	"of standard input.\n";

const struct cli_command cli_commands[] = {
	{"status",        "",								      "the gate at a glance (default)",
	 "Site, control thread, record, customs link, devices and lanes.\n",												    cmd_status  },
	{"lanes",         "",								      "the lanes, one a line",                                     "",             cmd_lanes   },
	{"lane",          "LANE | walk-test LANE [--report FILE] [--answers FILE] [--patience S]",
	 "one lane with its evidence and lines; commission it",												 lane_help,      cmd_lane    },
	{"devices",       "",								      "the devices and their newest values",                       "",             cmd_devices },
	{"buses",         "",								      "the Modbus ports and their units",
	 "Shows failures, and the pause of a unit that is backed off.\n",												       cmd_buses   },
	{"map",           "list | show DEVICE|PORT:UNIT|MAP [options]",
	 "register maps, and registers decoded by them",													map_help,       cmd_map     },
	{"bus",           "scan PORT|--tcp HOST[:PORT]|--tty DEVICE [options]",
	 "which units answer on a Modbus port",														 bus_help,       cmd_bus     },
	{"io",
	 "watch [LANE] [--for SECONDS] [--heartbeat] | pulse LANE LINE --reason TEXT "
	 "[--for MS]",									     "the lines of lanes with their edges; hold one",             io_help,        cmd_io      },
	{"link",          "",								      "the link to customs",                                       "",             cmd_link    },
	{"events",
	 "[--after N] [--limit N] [--passage N] [--kind WORD] [--lane LANE] [--follow]",	   "the record",
	 "Without --after the newest events, the last one last.\n"
	 "  --after N    from the event after number N\n"
	 "  --limit N    at most so many, 1 to 1000 (default 20)\n"
	 "  --passage N  only of this passage\n"
	 "  --kind WORD  only of this kind; kakou(1) lists them\n"
	 "  --lane LANE  only of this lane\n"
	 "  --follow     goes on with each new event until it is interrupted;\n"
	 "               with --json one object a line\n",														      cmd_events  },
	{"passages",      "[--after N] [--limit N] [--lane LANE]",                                 "the passages, one a line",
	 "Without --after the newest passages, the last one last.\n"
	 "  --after N    from the passage after number N\n"
	 "  --limit N    at most so many, 1 to 100 (default 20)\n"
	 "  --lane LANE  only of this lane\n",																  cmd_passages},
	{"passage",       "N",								     "one passage with all its events",                           "",             cmd_passage },
	{"release",       "LANE --passage N --reason TEXT [--second NAME]",
	 "lift for a passage",																  release_help,   cmd_act     },
	{"inspect",       "LANE --passage N --reason TEXT",                                        "send a passage to inspection",
	 act_help,																			      cmd_act     },
	{"return",        "LANE --passage N --reason TEXT",                                        "send a passage back",                                       act_help,
	 cmd_act																					    },
	{"hold",          "LANE --passage N --reason TEXT",                                        "stop clearing a passage",                                   act_help,
	 cmd_act																					    },
	{"reset",         "LANE --reason TEXT [--passage N]",
	 "take up work after a restart, a fault or a lock",												     act_help,       cmd_act     },
	{"login",         "NAME",								  "log in; the password is typed or a line of standard input",
	 login_help,																			    cmd_login   },
	{"logout",        "",								      "end the ticket of login",                                   "",             cmd_logout  },
	{"whoami",        "",								      "who is logged in here",                                     "",             cmd_whoami  },
	{"password",      "",								      "change one's own password",
	 "Reads the old one, then the new one.\n",															      cmd_password},
	{"people",
	 "[add NAME ROLE | role NAME ROLE | password NAME | lock NAME | unlock NAME | "
	 "remove NAME]",									   "who may log in",					    people_help,    cmd_people  },
 /* clang-format off */
	{ "emergency-mode", "LANE --minutes N|--off --reason TEXT",
	  "vehicles pass one by one, recorded, for N minutes",
	  "Who passes is recorded under the name of who began it. It ends by itself; it does not\n"
	  "hold the arm up.\n", cmd_mode },
	{ "orders", "[list | show N | import FILE | export | void N | reopen N | remove N] [OPTION …]",
	  "release orders on file at the gate",
	  "  list           the orders, one a line (default)\n"
	  "  show N         one order as JSON\n"
	  "  import FILE    JSON lines, the whole file or nothing; \"-\" is standard input\n"
	  "  export         all of them as import reads them\n"
	  "  void N         it opens nothing any more\n"
	  "  reopen N       approved again, as if no vehicle had passed with it\n"
	  "  remove N       off the file\n"
	  "\n"
	  "  --plate P, --type 1…6, --state WORD, --direction I|E, --in-use, --limit N\n"
	  "  --find TEXT    a part of any text in it: number, plate, box, seal, document\n"
	  "                 which ones list and export give\n"
	  "  --reason TEXT  why (a change needs it)\n", cmd_orders },
	{ "vehicles", "[list | show PLATE | import FILE | export | expire PLATE | remove PLATE] [OPTION …]",
	  "registered vehicles on file at the gate",
	  "As kakou orders; expire ends a vehicle's validity now.\n", cmd_vehicles },
	{ "offline", "[list [--all] | settle N agreed|disputed --reason TEXT]",
	  "what was cleared without customs",
	  "  list         what is not settled yet; --all: what is settled too\n"
	  "  settle N     what came of passage N\n", cmd_offline },
	{ "tares", "[--plate PLATE]", "what vehicles weighed when they passed empty", "", cmd_tares },
	{ "handover", "NAME [--reason TEXT]", "hand the shift over to NAME",
	  "NAME's password is typed or a line of standard input. Who was logged in here is\n"
	  "logged out everywhere. The record has both, and what is left open.\n", cmd_handover },
	{ "correct", "LANE plate|tag|box|weight|card|seal VALUE --passage N --reason TEXT",
	  "put right what was read", value_help, cmd_act },
	{ "enter", "LANE plate|tag|box|weight|card|seal VALUE --passage N --reason TEXT",
	  "give a value for a device that gives none", value_help, cmd_act },
	{ "choose", "LANE ORDER --passage N --reason TEXT",
	  "choose one of several release orders",
	  "Customs is asked anew, with the order's number.\n\n" ACT_OPTIONS, cmd_act },
	{ "regather", "LANE --passage N --reason TEXT",
	  "read the devices again, and ask customs anew",
	  "What a person entered is forgotten.\n\n" ACT_OPTIONS, cmd_act },
	{ "ask", "LANE --passage N --reason TEXT", "ask customs again",
	  "Under the same number while there is no answer, else as a new inquiry.\n\n"
	  ACT_OPTIONS, cmd_act },
	{ "lock", "LANE --reason TEXT", "let no vehicle in any more",
	  "Who is in the lane is still cleared. It stays locked over a restart.\n", cmd_act },
	{ "open", "LANE --reason TEXT", "let vehicles in again", "", cmd_act },
	{ "turn", "LANE I|E --reason TEXT", "turn a reversible lane into or out of the area",
	  "The lane must be idle, empty and in order. It takes nobody from either side until the\n"
	  "record has it and nothing was seen for a moment; whatever is seen withdraws the turn.\n"
	  "It stays turned over a restart.\n", cmd_act },
	{ "emergency", "LANE --reason TEXT", "raise the arm, and keep it up until a reset",
	  "Every crossing until then is recorded.\n", cmd_act },
	{ "ack", "LANE ALARM --reason TEXT", "an alarm has been seen",
	  "The alarm stays until its cause ends.\n", cmd_act },
	{ "shelve", "LANE ALARM MINUTES --reason TEXT", "an alarm is put aside for a while",
	  "At most 480 minutes; 0 takes it back. It comes back by itself, not acknowledged.\n",
	  cmd_shelve },
	{ "answer", "LANE --reason TEXT", "a driver's call for help is answered", "", cmd_act },
	{ "picture", "SHA256 > FILE", "a camera's picture, as the record names it",
	  "kakou passage N lists the pictures of a passage. What is kept under the name is\n"
	  "compared with it.\n", cmd_picture },
	{ "stats", "[--from DAY] [--to DAY] [--shifts HOURS] [--lane LANE]",
	  "how many passed, how, with what",
	  "Counted from the record by day, shift and direction, and by order type: passages,\n"
	  "automatic and manual lifts; of those that passed loaded and empty, boxes, TEU and\n"
	  "weight; then the manual lifts by officer and reason. \"12 +3?\": of 3 more nobody knows.\n"
	  "  --from DAY, --to DAY  as YYYY-MM-DD, both included (default: today)\n"
	  "  --shifts HOURS        hours at which shifts begin, such as 8,16 or 0,8,16; a day\n"
	  "                        begins with its first shift\n",
	  cmd_stats },
	{ "update", "[status | install FILE [--older] [--no-restart] | restart | watch] [OPTION …]",
	  "a new version of the whole machine", update_help, cmd_update },
  /* clang-format on */
	{"log",
	 "verify [--key FILE] [--checkpoint FILE] [--pictures DIR] [--scratch DIR] "
	 "[PATH] | "
	 "checkpoint "
	 "[PATH] | "
	 "prove SEQ [PATH] | consistency FILE [PATH] | "
	 "export [--first N] [--last N] [--format csv] [--output FILE] [PATH] | key | "
	 "receipt FILE | held FILE --reason TEXT | retain [--now]",				"prove that the record is whole",
	 "verify       a stopped journal or a copy at PATH, a file or a state directory; "
	 "or a file\n"
	 "             made by checkpoint, prove, consistency or export\n"
	 "checkpoint   the newest signed checkpoint: keep it elsewhere\n"
	 "prove        event number SEQ with the proof that it is under the newest "
	 "checkpoint\n"
	 "consistency  the proof that the record of a kept checkpoint only grew\n"
	 "export       the events as lines of JSON with their checkpoint, or the "
	 "same as\n             CSV\n"
	 "key          the public key that verifies, in PEM\n"
	 "receipt      hands a countersigned checkpoint to the record\n"
	 "held         tells the record that the checkpoint in FILE lies elsewhere\n"
	 "retain       how long events are kept, what is gone, what holds back the next\n"
	 "  --key FILE         public key in PEM that has to have signed (several: "
	 "commas)\n"
	 "  --checkpoint FILE  checkpoint that was kept elsewhere (several: commas)\n"
	 "  --pictures DIR     verify: the record's pictures, compared with their events "
	 "(default: the\n"
	 "                     state directory's, when PATH is one)\n"
	 "  --scratch DIR      where a copy is made (default: $TMPDIR, /var/lib/kakou or "
	 "/tmp)\n"
	 "  --reason TEXT      held: where it lies\n"
	 "  --now              retain: look now, not at the next minute\n"
	 "Without PATH a running kakoud is asked; verify and export let it make a copy, "
	 "which is\n"
	 "removed afterwards. When none runs, they take /var/lib/kakou.\n",												     cmd_log     },
	{"config",        "check FILE | board FILE | sample | manual",                             "site files",
	 "check FILE reads a site file with its maps and its board and says whether it "
	 "is well.\n"
	 "board FILE does so with a board file and prints what is behind each terminal.\n"
	 "sample prints a site file with every key, its default and its meaning.\n"
	 "manual prints the list of keys for kakou.conf(5), board-manual for "
	 "kakou-board(5).\n",																		   cmd_config  },
	{"provision",
	 "[request [gate|console] | certificate gate|console FILE | test | sample] "
	 "[--from FILE] "
	 "[--config FILE] [--new-identity] [--ca FILE] [--crl FILE] [--user NAME] "
	 "[--page-user NAME]",								     "from a blank board to a gate that customs knows",           provision_help,
	 cmd_provision																				      },
	{"support",       "[--output FILE] [--events N] [--config FILE] [--scratch DIR]",
	 "one file for who helps from afar, without secrets",												   support_help,   cmd_support },
	{"backup",        "FILE [--with-keys] [--with-record] [--config FILE] [--scratch DIR]",
	 "site, people and certificates in one file",													   backup_help,    cmd_backup  },
	{"restore",
	 "FILE [--check] [--with-keys] [--with-record] [--other-board] [--config FILE] "
	 "[--user NAME] [--page-user NAME] [--scratch DIR]",				       "a backup back into its place",                              restore_help,   cmd_restore },
	{"factory-reset",
	 "--gpio WHERE --line NAME [--active-low] [--hold SECONDS] [--config FILE] "
	 "[--state DIR] [--user NAME]",							    "what a held line of the board does at its start",           reset_help,     cmd_reset   },
	{"help",          "[COMMAND]",							     "this, or more of one command",                              "",             cmd_help    },
	{"version",       "",								      "the version",					       "",             cmd_version },
	{NULL,            NULL,								    NULL,							NULL,           NULL        },
};

int cli_complain(const struct cli *cli, int exit, const char *format, ...)
{
	va_list args;

	fprintf(cli->err, "kakou%s%s: ", cli->command ? " " : "",
		cli->command ? cli->command->name : "");
	va_start(args, format);
	vfprintf(cli->err, format, args);
	va_end(args);
	fputc('\n', cli->err);
	return exit;
}

static const struct cli_command *find_command(const char *name)
{
	if (!strcmp(name, "--version"))
		name = "version";
	for (const struct cli_command *command = cli_commands; command->name; command++) {
		if (!strcmp(command->name, name))
			return command;
	}
	return NULL;
}

static void print_overview(FILE *to)
{
	fputs("usage: kakou [--socket PATH] [--json] [COMMAND [...]]\n\n", to);
	for (const struct cli_command *command = cli_commands; command->name; command++)
		fprintf(to, "  %-15s %s\n", command->name, command->summary);
	fprintf(to,
		"\n  --socket PATH  kakoud's control socket (default: $KAKOU_SOCKET or "
		"%s)\n"
		"  --json         results as JSON\n"
		"  --help         help, also after a command\n"
		"  --version      the version\n"
		"\nexit status: 0 done, 1 failed, 2 wrong usage, 3 kakoud does not "
		"answer\n",
		default_socket);
}

static void print_help(const struct cli_command *command, FILE *to)
{
	fprintf(to, "usage: kakou %s%s%s\n\n%s: %s\n", command->name,
		command->synopsis[0] ? " " : "", command->synopsis, command->name,
		command->summary);
	if (command->help[0])
		fprintf(to, "\n%s", command->help);
}

int cmd_help(struct cli *cli, int argc, char **argv)
{
	const char *name;
	const struct cli_command *command;

	if (!cli_read_words(cli, argc, argv, NULL, 0, &name, 0, 1))
		return CLI_USAGE;
	command = name ? find_command(name) : NULL;
	if (name && !command)
		return cli_complain(cli, CLI_USAGE,
				    "got \"%s\", expected one of the commands of kakou "
				    "help",
				    name);
	if (command)
		print_help(command, cli->out);
	else
		print_overview(cli->out);
	return CLI_DONE;
}

int cmd_version(struct cli *cli, int argc, char **argv)
{
	json_t *value;

	if (!cli_read_none(cli, argc, argv))
		return CLI_USAGE;
	if (!cli->json) {
		fprintf(cli->out, "kakou %s\n", KAKOU_VERSION);
		return CLI_DONE;
	}
	value = json_pack("{s:s}", "version", KAKOU_VERSION);
	cli_print_json(cli, value);
	json_decref(value);
	return CLI_DONE;
}

/* The options before the command. Returns how many arguments they take, or -1. */
static int read_leading_options(struct cli *cli, int argc, char **argv, bool *wants_help)
{
	int i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--json")) {
			cli->json = true;
		} else if (!strcmp(argv[i], "--socket") && i + 1 < argc) {
			cli->socket = argv[++i];
		} else if (!strncmp(argv[i], "--socket=", strlen("--socket="))) {
			cli->socket = argv[i] + strlen("--socket=");
		} else if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h")) {
			*wants_help = true;
		} else if (!strcmp(argv[i], "--version")) {
			return i; /* find_command() knows it */
		} else if (!strcmp(argv[i], "--socket")) {
			(void)cli_complain(cli, CLI_USAGE,
					   "got no value for \"--socket\", expected "
					   "--socket PATH");
			return -1;
		} else {
			(void)cli_complain(cli, CLI_USAGE,
					   "got \"%s\", expected --socket PATH, --json, "
					   "--help, --version or a command",
					   argv[i]);
			return -1;
		}
	}
	return i;
}

/* --help after a command, before its "--" if there is one. */
static bool asks_for_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	}
	return false;
}

static int run_command(struct cli *cli, int argc, char **argv)
{
	static char status[] = "status";
	char *none[] = {status, NULL};
	const struct cli_command *command;

	if (argc == 0) {
		argc = 1;
		argv = none;
	}
	command = find_command(argv[0]);
	if (!command)
		return cli_complain(cli, CLI_USAGE,
				    "got \"%s\", expected one of the commands of kakou "
				    "help",
				    argv[0]);
	cli->command = command;
	if (asks_for_help(argc, argv)) {
		print_help(command, cli->out);
		return CLI_DONE;
	}
	return command->run(cli, argc, argv);
}

int cli_run(int argc, char **argv, FILE *out, FILE *err)
{
	const char *socket = getenv("KAKOU_SOCKET");
	struct cli cli = {
		.out = out,
		.err = err,
		.socket = socket && socket[0] ? socket : default_socket,
		.fd = -1,
	};
	bool wants_help = false;
	int used = read_leading_options(&cli, argc, argv, &wants_help);
	int result;

	if (used < 0)
		return CLI_USAGE;
	if (wants_help) {
		print_overview(out);
		return CLI_DONE;
	}
	result = run_command(&cli, argc - used, argv + used);
	cli_hang_up(&cli);
	if (fflush(out) || ferror(out))
		return cli_complain(&cli, CLI_FAILED, "can't write the result");
	return result;
}

/* SPDX-License-Identifier: MIT */
/*
 * kakou provision: from a blank board to a gate that customs knows. It may be run again whenever
 * something changes, and does only what is not there yet.
 *
 * Layer: firmware. Blocks on the disk, and in its self-test on devices and the network.
 */
#include "firmware/kakou/cmd_provision.h"

#include <string.h>
#include <unistd.h>

#include "firmware/care/begun.h"
#include "hal/clock.h"
#include "hal/text.h"

static const char default_config[] = "/etc/kakou/kakou.conf";

struct call {
	const char *words[3];
	const char *config, *from, *user, *page_user, *ca, *crl;
	bool is_new;
};

/* ---- what is there --------------------------------------------------------------------- */

int provision_load_site(struct provision *provision)
{
	struct cli *cli = provision->cli;
	struct why why = {""};

	site_free(provision->site);
	provision->site = NULL;
	if (site_load(&provision->site, provision->place.config, &why))
		return cli_complain(cli, CLI_FAILED, "%s", why.text);
	if (cli->fd < 0)
		cli->socket = provision->site->control_socket;
	return cli_find(cli, &provision->is_running);
}

bool provision_find_identity(const struct provision *provision, const char *what,
			     struct identity *out)
{
	const struct place *place = &provision->place;
	const struct customs_link_config *customs = &provision->site->customs;
	bool is_gate = !strcmp(what, "gate");

	*out = (struct identity){
		.what = what,
		.use = is_gate ? CERTIFICATE_BOTH_ENDS : CERTIFICATE_SERVER,
		.owner = is_gate ? place->kakou : place->page,
	};
	place_read_name(place, is_gate ? "gate_name" : "console_name", out->name);
	place_name(place, is_gate ? "gate.csr" : "console.csr", out->request);
	if (is_gate) {
		(void)text_copy(out->key, sizeof(out->key), customs->key_file);
		(void)text_copy(out->cert, sizeof(out->cert), customs->cert_file);
		(void)text_copy(out->ca, sizeof(out->ca), customs->ca_file);
		(void)text_copy(out->crl, sizeof(out->crl), customs->crl_file);
	} else {
		place_name(place, "console.key", out->key);
		place_name(place, "console.pem", out->cert);
	}
	return out->name[0];
}

/* ---- saying it ------------------------------------------------------------------------- */

static void keep(struct provision *provision, const char *list, json_t *value)
{
	(void)json_array_append_new(json_object_get(provision->report, list), value);
}

void provision_say_change(void *arg, const char *what, const char *before,
			  const char *after)
{
	struct provision *provision = arg;

	provision->has_changed = true;
	keep(provision, "changes",
	     json_pack("{s:s, s:s, s:s}", "what", what, "before", before, "after",
		       after));
	if (provision->cli->json)
		return;
	if (before[0])
		fprintf(provision->cli->out, "changed  %s: was \"%s\", is \"%s\"\n", what,
			before, after);
	else
		fprintf(provision->cli->out, "set      %s: \"%s\"\n", what, after);
}

static void say_identity(struct provision *provision, const struct identity *identity,
			 enum identity_key did, bool is_new_request, const char *request)
{
	FILE *out = provision->cli->out;

	keep(provision, "identities",
	     json_pack("{s:s, s:s, s:s, s:s, s:s, s:s, s:b}", "what", identity->what,
		       "name", identity->name, "key_file", identity->key, "key",
		       did == IDENTITY_MADE     ? "made"
		       : did == IDENTITY_MENDED ? "mended"
						: "kept",
		       "request_file", identity->request, "request", request,
		       "is_renewed", identity_is_renewed(identity)));
	provision->has_changed =
		provision->has_changed || did != IDENTITY_KEPT || is_new_request;
	if (provision->cli->json)
		return;
	if (did == IDENTITY_MADE)
		fprintf(out, "made     the key of the %s, %s%s\n", identity->what,
			identity->key,
			identity_is_renewed(identity)
				? ".next; the present one stays in use until its "
				  "certificate comes"
				: "");
	if (did == IDENTITY_MENDED)
		fprintf(out, "mended   mode and owner of %s\n", identity->key);
	if (is_new_request)
		fprintf(out,
			"request  for the certificate of the %s as %s, in %s; to be "
			"signed:\n%s",
			identity->what, identity->name, identity->request, request);
}

/* ---- the steps ------------------------------------------------------------------------- */

static int prepare_identity(struct provision *provision, const char *what, bool is_new)
{
	struct cli *cli = provision->cli;
	struct identity identity;
	enum identity_key did;
	char request[CERTIFICATE_REQUEST_MAX];
	bool is_new_request;
	struct why why = {""};

	if (!provision_find_identity(provision, what, &identity))
		return strcmp(what, "gate")
			       ? CLI_DONE
			       : cli_complain(cli, CLI_FAILED,
					      "gate_name: got no answer, expected the "
					      "DNS name of this gate, for its "
					      "certificate");
	if (strcmp(what, "gate") != 0 && !provision->place.has_page_user)
		return cli_complain(cli, CLI_FAILED,
				    "console_name: got \"%s\", but the user of the "
				    "officers' page is not there; the package "
				    "kakou-console makes it",
				    identity.name);
	if (identity_ensure_key(&identity, is_new, &did, &why) ||
	    identity_write_request(&identity, request, &is_new_request, &why))
		return cli_complain(cli, CLI_FAILED, "%s", why.text);
	say_identity(provision, &identity, did, is_new_request, request);
	return CLI_DONE;
}

static int write_files(struct provision *provision)
{
	struct why why = {""};
	bool has_changed;

	if (place_write_site(&provision->place, &provision->answers, provision_say_change,
			     provision, &has_changed, &why) ||
	    place_write_names(&provision->place, &provision->answers,
			      provision_say_change, provision, &has_changed, &why))
		return cli_complain(provision->cli, CLI_FAILED, "%s", why.text);
	return CLI_DONE;
}

/* kakoud reads its site at the start only. */
static void say_next_step(struct provision *provision)
{
	if (provision->cli->json)
		return;
	if (!provision->has_changed)
		fputs("nothing to change: everything is as answered\n",
		      provision->cli->out);
	else if (provision->is_running)
		fputs("kakoud runs with what it read at its start: systemctl restart "
		      "kakoud (a vehicle in a lane is then held for an officer)\n",
		      provision->cli->out);
}

static int take_answers(struct provision *provision, const struct call *call)
{
	struct why why = {""};

	if (!call->from && !isatty(STDIN_FILENO))
		return cli_complain(
			provision->cli, CLI_USAGE,
			"standard input is no terminal, expected --from FILE");
	if (!call->from)
		return provision_ask(provision);
	if (answers_load(&provision->answers, call->from, &why))
		return cli_complain(provision->cli, CLI_FAILED, "%s", why.text);
	return CLI_DONE;
}

/* Its end would take back what is written now. */
static int refuse_half_restored(struct provision *provision)
{
	const char *config = provision->place.config;

	if (!begun_is_there(config))
		return CLI_DONE;
	return cli_complain(
		provision->cli, CLI_FAILED,
		"%s: a restore was begun beside it and did not end; first take "
		"it back: kakou restore --undo, or the next start of the board",
		config);
}

static int run_set(struct provision *provision, const struct call *call)
{
	int exit = refuse_half_restored(provision);

	if (!exit)
		exit = take_answers(provision, call);
	if (!exit)
		exit = write_files(provision);
	if (!exit)
		exit = provision_load_site(provision);
	if (!exit)
		exit = prepare_identity(provision, "gate", call->is_new);
	if (!exit)
		exit = prepare_identity(provision, "console", call->is_new);
	if (!exit)
		exit = provision_add_people(provision);
	if (exit)
		return exit;
	say_next_step(provision);
	return provision_test(provision);
}

static int run_request(struct provision *provision, const struct call *call)
{
	const char *what = call->words[1] ? call->words[1] : "gate";
	struct identity identity;
	char request[CERTIFICATE_REQUEST_MAX];
	bool has_changed;
	struct why why = {""};
	int exit = provision_load_site(provision);

	if (exit)
		return exit;
	if (!provision_find_identity(provision, what, &identity))
		return cli_complain(provision->cli, CLI_FAILED,
				    "the %s has no name for a certificate yet: kakou "
				    "provision sets it",
				    what);
	if (identity_write_request(&identity, request, &has_changed, &why))
		return cli_complain(provision->cli, CLI_FAILED, "%s", why.text);
	if (!provision->cli->json)
		fputs(request, provision->cli->out);
	keep(provision, "identities",
	     json_pack("{s:s, s:s, s:s, s:s}", "what", what, "name", identity.name,
		       "request_file", identity.request, "request", request));
	return CLI_DONE;
}

static int run_certificate(struct provision *provision, const struct call *call)
{
	struct cli *cli = provision->cli;
	struct certificate_facts facts;
	struct identity identity;
	bool has_changed;
	struct why why = {""};
	int exit = refuse_half_restored(provision);

	if (!exit)
		exit = provision_load_site(provision);
	if (exit)
		return exit;
	if (!provision_find_identity(provision, call->words[1], &identity))
		return cli_complain(cli, CLI_FAILED,
				    "the %s has no name for a certificate yet: kakou "
				    "provision sets it",
				    call->words[1]);
	if ((call->ca && !identity.ca[0]) || (call->crl && !identity.crl[0]))
		return cli_complain(cli, CLI_FAILED,
				    "%s: got \"%s\", but the site names no file for it "
				    "(%s in kakou.conf)",
				    call->crl ? "--crl" : "--ca",
				    call->crl ? call->crl : call->ca,
				    call->crl ? "crl_file" : "ca_file");
	if (identity_install(&identity, call->words[2], call->ca, call->crl,
			     clock_wall_ms() / 1000, &facts, &has_changed, &why))
		return cli_complain(cli, CLI_FAILED, "%s: %s", call->words[2], why.text);
	keep(provision, "changes",
	     json_pack("{s:s, s:s, s:s}", "what", "certificate", "before", "", "after",
		       facts.subject));
	if (!cli->json)
		fprintf(cli->out, "%s the certificate of the %s: \"%s\" by \"%s\"\n",
			has_changed ? "set     " : "nothing to change:", identity.what,
			facts.subject, facts.issuer);
	return provision_test(provision);
}

static int run_test(struct provision *provision, const struct call *call)
{
	int exit;

	(void)call;
	exit = provision_load_site(provision);
	return exit ? exit : provision_test(provision);
}

/* ---- the command ----------------------------------------------------------------------- */

static const struct part {
	const char *word;
	int words; /* with the word */
	int (*run)(struct provision *provision, const struct call *call);
} parts[] = {
	{"set",         1, run_set        },
	{"request",     2, run_request    },
	{"certificate", 3, run_certificate},
	{"test",        1, run_test       },
	{"sample",      1, NULL           },
};

static const struct part *find_part(struct cli *cli, const struct call *call)
{
	const char *word = call->words[0] ? call->words[0] : "set";
	int count = 0;

	while (count < 3 && call->words[count])
		count++;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const struct part *part = &parts[i];

		if (strcmp(part->word, word) != 0)
			continue;
		if ((part->words == 3 && count != 3) || count > part->words ||
		    (count > 1 && strcmp(call->words[1], "gate") != 0 &&
		     strcmp(call->words[1], "console") != 0))
			break;
		return part;
	}
	(void)cli_complain(cli, CLI_USAGE,
			   "got \"%s\"%s, expected nothing, request [gate|console], "
			   "certificate gate|console FILE, test or sample",
			   word, count > 1 ? " and what is behind it" : "");
	return NULL;
}

static int run_part(struct cli *cli, const struct part *part, const struct call *call)
{
	struct provision provision = {
		.cli = cli,
		.report = json_pack("{s:[], s:[], s:[], s:[]}", "changes", "identities",
				    "people", "tests"),
	};
	struct why why = {""};
	int exit;

	if (place_open(&provision.place, call->config, call->user, call->page_user, &why))
		exit = cli_complain(cli, CLI_FAILED, "%s", why.text);
	else
		exit = part->run(&provision, call);
	if (cli->json && (exit == CLI_DONE || exit == CLI_DOUBT))
		cli_print_json(cli, provision.report);
	cli_hang_up(cli); /* the path of its socket goes with the site */
	answers_free(&provision.answers);
	site_free(provision.site);
	place_close(&provision.place);
	json_decref(provision.report);
	return exit;
}

int cmd_provision(struct cli *cli, int argc, char **argv)
{
	struct call call = {
		.config = default_config, .user = "kakou", .page_user = "kakou-console"};
	const struct cli_option options[] = {
		{"--config",       &call.config,    NULL        },
		{"--from",         &call.from,      NULL        },
		{"--user",         &call.user,      NULL        },
		{"--page-user",    &call.page_user, NULL        },
		{"--ca",           &call.ca,        NULL        },
		{"--crl",          &call.crl,       NULL        },
		{"--new-identity", NULL,            &call.is_new},
	};
	const struct part *part;

	if (!cli_read_words(cli, argc, argv, options,
			    sizeof(options) / sizeof(options[0]), call.words, 0, 3))
		return CLI_USAGE;
	part = find_part(cli, &call);
	if (part && !part->run)
		conf_print_sample(cli->out, answer_keys, answer_key_count);
	if (part && !part->run)
		return CLI_DONE;
	return part ? run_part(cli, part, &call) : CLI_USAGE;
}

/* SPDX-License-Identifier: MIT */
/*
 * kakou link: the link to the customs platform.
 *
 * Layer: firmware.
 */
#include "firmware/kakou/cli.h"

#include <inttypes.h>

#include "hal/clock.h"

enum { DAY_S = 86400 };

/* What customs has not taken of vehicles that have gone. */
static void print_backlog(struct cli *cli, const json_t *backlog)
{
	char age[CLI_WORDS_MAX];

	if (!json_is_object(backlog))
		return;
	fprintf(cli->out, "backlog  %" PRId64 "%s not taken by customs",
		cli_integer(backlog, "waiting"),
		cli_flag(backlog, "is_whole") ? "" : " or more");
	if (cli_integer(backlog, "waiting") > 0)
		fprintf(cli->out, ", the oldest for %s, %" PRId64 " sent and unanswered",
			cli_age(backlog, "oldest_age_ms", age),
			cli_integer(backlog, "unanswered"));
	fprintf(cli->out,
		"\n         since the start %" PRId64 " taken, %" PRId64 " sent, %" PRId64
		" given up\n",
		cli_integer(backlog, "taken"), cli_integer(backlog, "sent"),
		cli_integer(backlog, "given_up"));
}

/* Nothing gets through when the first of certificate, authorities and lists has ended. */
static void print_end(struct cli *cli, int64_t expires_s)
{
	int64_t left_s = expires_s - clock_wall_ms() / 1000;
	char on[CLI_WORDS_MAX];

	if (expires_s <= 0)
		return;
	fprintf(cli->out,
		"ends     %.10s, the first of the certificates, %" PRId64 " days %s\n",
		cli_time(expires_s * 1000, on), (left_s < 0 ? -left_s : left_s) / DAY_S,
		left_s > 0 ? "left" : "ago");
}

static void print_link(struct cli *cli, json_t *link)
{
	char ago[CLI_WORDS_MAX];

	fprintf(cli->out, "link     %s, %s\n", cli_say_link(link),
		cli_text(link, "tls_version")[0] ? cli_text(link, "tls_version")
						 : "no TLS so far");
	fprintf(cli->out, "sent     %" PRId64 ", last %s\n", cli_integer(link, "sent"),
		cli_ago(link, "sent_age_ms", ago));
	fprintf(cli->out, "heard    %" PRId64 " answers, last %s\n",
		cli_integer(link, "answers"), cli_ago(link, "heard_age_ms", ago));
	fprintf(cli->out, "failed   %" PRId64 " attempts\n", cli_integer(link, "failed"));
	fprintf(cli->out, "refused  %" PRId64 " connections, last %s%s%s\n",
		cli_integer(link, "refused"), cli_ago(link, "refusal_age_ms", ago),
		cli_text(link, "last_refusal")[0] ? "; " : "",
		cli_text(link, "last_refusal"));
	fprintf(cli->out,
		"secured  %" PRId64 " handshakes, %" PRId64 " of them resumed\n",
		cli_integer(link, "handshakes"), cli_integer(link, "resumed"));
	print_end(cli, cli_integer(link, "expires_s"));
	fprintf(cli->out, "pending  %" PRId64 " inquiries\n",
		cli_integer(link, "pending"));
	print_backlog(cli, json_object_get(link, "backlog"));
	fprintf(cli->out, "error    %s\n", cli_word(link, "last_error"));
	if (cli_text(link, "registration")[0])
		fprintf(cli->out, "user     %s\n", cli_text(link, "registration"));
	if (cli_text(link, "dialect")[0])
		fprintf(cli->out, "dialect  %s\n", cli_text(link, "dialect"));
}

int cmd_link(struct cli *cli, int argc, char **argv)
{
	if (!cli_read_none(cli, argc, argv))
		return CLI_USAGE;
	return cli_show(cli, "link", NULL, print_link);
}

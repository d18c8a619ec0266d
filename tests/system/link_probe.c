/* SPDX-License-Identifier: MIT */
/*
 * The customs link alone, driven by lines on standard input; its news are lines of JSON on
 * standard output. So that system tests can stand on both sides of it.
 *
 *   link_probe KEY=VALUE... lane=AREA/CHANNEL/I...
 *
 * Lines in:  ask LANE SEQ PLATE · states LANE TEXT · mode LANE LETTER (of what is asked from now on) ·
 *            late LANE SEQ PLATE/PASSAGE (of the backlog) · result LANE SEQ WORD · obey LANE 0|1 (answers the newest command) ·
 *            cancel LANE SEQ · health · hold (leave the news in their queue) · resume · quit
 *
 * Layer: tests.
 */
#include "drivers/customs/link.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "hal/clock.h"
#include "hal/text.h"

enum { SCAN_MS = 5, LINE_SIZE = 1024 };

static const char *const kinds[] = {
	[CUSTOMS_NEWS_SENT] = "sent",
	[CUSTOMS_NEWS_FAILED] = "failed",
	[CUSTOMS_NEWS_ANSWER] = "answer",
	[CUSTOMS_NEWS_COMMAND] = "command",
	[CUSTOMS_NEWS_GARBLED] = "garbled",
	[CUSTOMS_NEWS_REFUSED] = "refused",
	[CUSTOMS_NEWS_DIALECT] = "dialect",
	[CUSTOMS_NEWS_DEVICE] = "device",
	[CUSTOMS_NEWS_CERTIFICATES] = "certificates",
	[CUSTOMS_NEWS_EXPIRY] = "expiry",
};

static struct customs_link_config config = {
	.connect_ms = 3000,
	.resend_ms = 2000,
	.resend_max_ms = 30000,
};
static struct customs_link *probed;
static bool is_holding;

/* ---- arguments ----------------------------------------------------------------------------- */

static bool take_lane(const char *value)
{
	size_t i = config.lane_count++;

	return sscanf(value, "%10[^/]/%10[^/]/%c", config.lanes[i].area_id,
		      config.lanes[i].chnl_no, &config.lanes[i].direction) == 3;
}

static bool take_number(const char *value, int32_t *to)
{
	int64_t number;

	if (text_parse_integer(value, 0, INT32_MAX, &number))
		return false;
	*to = (int32_t)number;
	return true;
}

/* The rows of the dialect by their names in kakou.conf, their values as numbers. */
static bool take_dialect(const char *key, int32_t number)
{
	struct customs_dialect *dialect = &config.dialect;
	const struct {
		const char *key;
		bool *to;
	} rows[] = {
		{"generation",         &dialect->is_smart              },
		{"byte_order",         &dialect->frame.big_endian      },
		{"ident",              &dialect->frame.ident_ones      },
		{"code_width",         &dialect->frame.wide_code       },
		{"framing",            &dialect->frame.is_bare         },
		{"conta_reco",         &dialect->reco_one_is_recognised},
		{"ic_block",           &dialect->ic_is_flat            },
		{"seal_key_tag",       &dialect->seal_key_is_short     },
		{"vehicle_weight_tag", &dialect->weight_tag_is_long    },
		{"absent_devices",     &dialect->absent_tags_left_out  },
		{"verdict",            &dialect->verdict_is_plain      },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!strcmp(rows[i].key, key)) {
			*rows[i].to = number != 0;
			return true;
		}
	}
	if (!strcmp(key, "encoding"))
		dialect->encoding = (enum customs_encoding)(number % CUSTOMS_ENCODINGS);
	else if (!strcmp(key, "status_table"))
		dialect->table = number ? STATUS_REGIONAL : STATUS_ANNEX_B;
	else
		return false;
	return true;
}

static bool take_argument(const char *key, const char *value)
{
	const struct {
		const char *key;
		char *to;
		size_t size;
	} texts[] = {
		{"host",        config.host,        sizeof(config.host)       },
		{"listen_host", config.listen_host, sizeof(config.listen_host)},
		{"peer_name",   config.peer_name,   sizeof(config.peer_name)  },
		{"ca",          config.ca_file,     sizeof(config.ca_file)    },
		{"crl",         config.crl_file,    sizeof(config.crl_file)   },
		{"cert",        config.cert_file,   sizeof(config.cert_file)  },
		{"key",         config.key_file,    sizeof(config.key_file)   },
	};
	int32_t number;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (!strcmp(texts[i].key, key))
			return text_copy(texts[i].to, texts[i].size, value);
	}
	if (!strcmp(key, "lane"))
		return take_lane(value);
	if (!take_number(value, &number))
		return false;
	if (!strcmp(key, "port"))
		config.port = (uint16_t)number;
	else if (!strcmp(key, "listen_port"))
		config.listen_port = (uint16_t)number;
	else if (!strcmp(key, "states_ms"))
		config.states_ms = number;
	else if (!strcmp(key, "connect_ms"))
		config.connect_ms = number;
	else if (!strcmp(key, "resend_ms"))
		config.resend_ms = number;
	else if (!strcmp(key, "resend_max_ms"))
		config.resend_max_ms = number;
	else
		return take_dialect(key, number);
	return true;
}

static bool take_arguments(int argc, char *argv[])
{
	for (int i = 1; i < argc; i++) {
		char *equals = strchr(argv[i], '=');

		if (!equals)
			return false;
		*equals = '\0';
		if (!take_argument(argv[i], equals + 1))
			return false;
	}
	return true;
}

/* ---- out ----------------------------------------------------------------------------------- */

static void print(json_t *object)
{
	json_dumpf(object, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(object);
}

static struct customs_message newest_command;

static void print_news(const struct customs_news *news)
{
	const struct customs_check *check = &news->message.u.check;
	json_t *object = json_pack(
		"{s:s, s:i, s:i, s:s, s:I, s:s, s:s, s:s, s:I}", "news",
		kinds[news->kind], "lane", (int)news->lane, "attempt", (int)news->attempt,
		"error", kakou_err_name((enum kakou_err)news->error), "at_ms",
		(json_int_t)news->at_ms, "seq_no", news->seq_no, "why", news->why,
		"verdict", customs_verdict_name(news->reading.verdict), "passage",
		(json_int_t)news->passage);

	if (news->kind == CUSTOMS_NEWS_ANSWER) {
		json_object_set_new(object, "word", json_string(check->check_result));
		json_object_set_new(object, "hint", json_string(check->op_hint));
		json_object_set_new(object, "form_id", json_string(check->form_id));
	}
	if (news->kind == CUSTOMS_NEWS_EXPIRY) {
		json_object_set_new(object, "level", json_integer(news->expiry.level));
		json_object_set_new(object, "is_on", json_boolean(news->expiry.is_on));
	}
	if (news->kind == CUSTOMS_NEWS_COMMAND) {
		json_object_set_new(object, "op_id",
				    json_string(news->message.u.operate.op_id));
		json_object_set_new(object, "code", json_integer(news->message.wire));
		newest_command = news->message;
	}
	print(object);
}

static void print_health(void)
{
	struct customs_link_health health = {0};
	bool is_known = customs_link_read_health(probed, &health);

	print(json_pack(
		"{s:b, s:b, s:I, s:I, s:I, s:I, s:I, s:I, s:s, s:s, s:s, s:s, s:I, s:I}",
		"health", (int)is_known, "is_up", (int)health.is_up, "sent",
		(json_int_t)health.sent, "failed", (json_int_t)health.failed, "answers",
		(json_int_t)health.answers, "refused", (json_int_t)health.refused,
		"dropped", (json_int_t)health.dropped, "pending",
		(json_int_t)health.pending, "tls", health.tls_version, "last_error",
		health.last_error, "last_refusal", health.last_refusal, "dialect",
		health.dialect, "handshakes", (json_int_t)health.handshakes, "resumed",
		(json_int_t)health.resumed));
}

static void drain(void)
{
	struct customs_delivered delivered;
	struct customs_news news;

	while (!is_holding && customs_link_next(probed, &news))
		print_news(&news);
	while (customs_link_next_delivered(probed, &delivered))
		print(json_pack("{s:I, s:s, s:s}", "delivered", (json_int_t)delivered.id,
				"error", kakou_err_name((enum kakou_err)delivered.error),
				"why", delivered.why));
}

/* ---- in ------------------------------------------------------------------------------------ */

static struct customs_head head_of(unsigned int lane, const char *seq_no)
{
	struct customs_head head = {.direction = config.lanes[lane].direction};

	memcpy(head.area_id, config.lanes[lane].area_id, sizeof(head.area_id));
	memcpy(head.chnl_no, config.lanes[lane].chnl_no, sizeof(head.chnl_no));
	text_copy(head.seq_no, sizeof(head.seq_no), seq_no);
	return head;
}

static char next_mode;

static void fill_gather(struct customs_gather *gather, unsigned int lane,
			const char *seq_no, const char *plate)
{
	gather->head = head_of(lane, seq_no);
	gather->goods_type = '7';
	gather->traffic_type = '1';
	gather->mode = next_mode;
	snprintf(gather->plate, sizeof(gather->plate), "%.*s", (int)strcspn(plate, "/"),
		 plate);
}

static void ask(unsigned int lane, const char *seq_no, const char *plate)
{
	struct customs_ask order = {.lane = (uint8_t)lane};

	order.message.code = CUSTOMS_GATHER;
	fill_gather(&order.message.u.gather, lane, seq_no, plate);
	if (customs_link_ask(probed, &order))
		print(json_pack("{s:s}", "full", seq_no));
}

/* `text`: a state for each id of annex C from 10 on, '-' where the lane has none. */
static void tell_states(unsigned int lane, const char *text)
{
	static struct customs_states states[CUSTOMS_LANES_MAX];

	for (size_t i = 0; i < CUSTOMS_DEVICE_IDS && text[i]; i++)
		states[lane].status[i] = text[i] == '-' ? '\0' : text[i];
	customs_link_tell_states(probed, states, 0);
}

static void deliver(struct customs_delivery *delivery, const char *what)
{
	static uint64_t last_id;

	delivery->id = ++last_id;
	if (customs_link_deliver(probed, delivery))
		print(json_pack("{s:s}", "full", what));
}

/* Answers the newest command as a lane would. */
static void obey(unsigned int lane, bool was_done)
{
	struct customs_delivery delivery = {.lane = (uint8_t)lane};

	delivery.message.code = CUSTOMS_RESULT;
	customs_result_fill(&delivery.message.u.result, &newest_command, was_done);
	deliver(&delivery, "result");
}

static void report(unsigned int lane, const char *seq_no, const char *word)
{
	struct customs_delivery delivery = {.lane = (uint8_t)lane};
	struct customs_result *result = &delivery.message.u.result;

	delivery.message.code = CUSTOMS_RESULT;
	result->head = head_of(lane, seq_no);
	text_copy(result->result, sizeof(result->result), word);
	deliver(&delivery, seq_no);
}

/* A vehicle that has gone: its passage is the number after the '/' of the plate. */
static void tell_late(unsigned int lane, const char *seq_no, const char *plate)
{
	struct customs_delivery delivery = {.lane = (uint8_t)lane};
	const char *slash = strchr(plate, '/');

	delivery.message.code = CUSTOMS_GATHER;
	fill_gather(&delivery.message.u.gather, lane, seq_no, plate);
	delivery.passage = slash ? strtol(slash + 1, NULL, 10) : 0;
	deliver(&delivery, seq_no);
}

/* False: quit, or not understood. */
static bool serve(const char *line)
{
	char verb[16] = "", seq_no[64] = "", text[256] = "";
	unsigned int lane = 0;
	int got = sscanf(line, "%15s %u %63s %255s", verb, &lane, seq_no, text);

	if (got < 1 || lane >= config.lane_count)
		return false;
	if (!strcmp(verb, "ask") && got == 4)
		ask(lane, seq_no, text);
	else if (!strcmp(verb, "late") && got == 4)
		tell_late(lane, seq_no, text);
	else if (!strcmp(verb, "result") && got == 4)
		report(lane, seq_no, text);
	else if (!strcmp(verb, "obey") && got == 3)
		obey(lane, seq_no[0] == '1');
	else if (!strcmp(verb, "states") && got == 3)
		tell_states(lane, seq_no);
	else if (!strcmp(verb, "mode") && got == 3)
		next_mode = seq_no[0];
	else if (!strcmp(verb, "cancel") && got == 3)
		return !customs_link_cancel(probed, (uint8_t)lane, seq_no);
	else if (!strcmp(verb, "health"))
		print_health();
	else if (!strcmp(verb, "hold") || !strcmp(verb, "resume"))
		is_holding = verb[0] == 'h';
	else
		return false;
	return true;
}

/* Lines may come in pieces, and several at once. */
static bool read_lines(void)
{
	static char lines[LINE_SIZE];
	static size_t len;
	ssize_t got = read(STDIN_FILENO, lines + len, sizeof(lines) - len);
	char *end;

	if (got <= 0)
		return false;
	len += (size_t)got;
	while ((end = memchr(lines, '\n', len))) {
		*end = '\0';
		if (!serve(lines))
			return false;
		len -= (size_t)(end + 1 - lines);
		memmove(lines, end + 1, len);
	}
	return len < sizeof(lines);
}

int main(int argc, char *argv[])
{
	struct pollfd in = {.fd = STDIN_FILENO, .events = POLLIN};
	struct why why = {""};
	int64_t began_ms;

	if (!take_arguments(argc, argv)) {
		fprintf(stderr, "link_probe: an argument is not understood\n");
		return 2;
	}
	if (customs_link_start(&probed, &config, &why)) {
		print(json_pack("{s:s}", "start_failed", why.text));
		return 1;
	}
	print(json_pack("{s:b}", "started", 1));
	do
		drain();
	while (poll(&in, 1, SCAN_MS) == 0 || read_lines());
	began_ms = clock_mono_ms();
	customs_link_stop(probed);
	print(json_pack("{s:I}", "stopped_ms", (json_int_t)(clock_mono_ms() - began_ms)));
	return 0;
}

/* SPDX-License-Identifier: MIT */
/*
 * The platform's two ends: what comes in is read, remembered and counted; what goes out is
 * written and handed to the outgoing letters.
 *
 * Layer: tools. Threads: the loop's own.
 */
#include "tools/customs/platform_private.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "firmware/pictures/jpeg.h"
#include "firmware/pictures/store.h"
#include "hal/clock.h"
#include "hal/log.h"
#include "hal/text.h"
#include "hal/tls.h"
#include "tools/scenario/keys.h"

enum { DIALECT_TEXT = 512 };

/* ---- in ------------------------------------------------------------------------------------ */

static void note_outcome(json_t *entry, const char *outcome)
{
	json_object_set_new(entry, "outcome", json_string(outcome));
}

static void on_trouble(void *arg, enum kakou_err err, const struct why *why)
{
	struct platform *platform = arg;
	json_t *entry = json_pack("{s:s, s:s, s:s}", "way", "in", "outcome",
				  kakou_err_name(err), "why", why->text);

	if (err == KAKOU_E_REFUSED)
		platform->refused++;
	else
		platform->garbled++;
	log_warning("kakou-customs", "%s", why->text);
	history_add(platform->history, entry);
}

static struct platform_channel *find_channel(struct platform *platform,
					     const char *chnl_no)
{
	for (size_t i = 0; i < platform->channel_count; i++) {
		if (!strcmp(platform->channels[i].newest.chnl_no, chnl_no))
			return &platform->channels[i];
	}
	return NULL;
}

static void note_channel(struct platform *platform, const struct customs_head *head)
{
	struct platform_channel *channel = find_channel(platform, head->chnl_no);

	if (!channel && platform->channel_count < PLATFORM_CHANNELS_MAX)
		channel = &platform->channels[platform->channel_count++];
	if (!channel)
		return; /* it is answered all the same, only "current" does not know it */
	channel->newest = *head;
	channel->at_ms = clock_wall_ms();
}

/* What the gate speaks, and where it is not what the settings say. */
static void note_dialect(const struct platform *platform,
			 const struct customs_message *message, json_t *entry)
{
	const struct customs_dialect *dialect = &platform->settings->dialect;
	uint32_t different = customs_dialect_compare(dialect, &message->seen);
	char rows[DIALECT_TEXT];

	json_object_set_new(
		entry, "encoding",
		json_string(customs_encoding_name(message->seen.is.encoding)));
	if (!different)
		return;
	customs_dialect_describe(dialect, &message->seen, different, rows, sizeof(rows));
	json_object_set_new(entry, "dialect", json_string(rows));
}

static bool is_picture(const struct frame_picture *picture)
{
	struct jpeg_size size;

	return !jpeg_check(picture->data, picture->len, &size, NULL);
}

/* What pictures came, by position; one a position, each a whole JPEG. False: otherwise. */
static bool note_pictures(const struct frame *frame, json_t *entry)
{
	json_t *list = json_array();
	struct frame_picture picture;
	bool is_sound = true;
	unsigned seen = 0;
	size_t at = 0;

	while (frame_next_picture(frame, &at, &picture)) {
		char hash[PICTURE_HASH_CHARS + 1];
		const char position[] = {picture.position, '\0'};
		bool is_jpeg = is_picture(&picture);

		is_sound = is_sound && is_jpeg && !(seen >> (picture.position - '0') & 1);
		seen |= 1u << (picture.position - '0');
		picture_hash(picture.data, picture.len, hash);
		json_array_append_new(list, json_pack("{s:s, s:I, s:s, s:b}", "position",
						      position, "bytes",
						      (json_int_t)picture.len, "sha256",
						      hash, "is_jpeg", is_jpeg));
	}
	json_object_set_new(entry, "pictures", list);
	return is_sound;
}

/* Whoever is not the one user whom the settings name may not. */
static char judge_register(const struct customs_settings *settings,
			   const struct customs_register *from)
{
	struct in6_addr address;

	if (inet_pton(AF_INET, from->monitor_ip, &address) != 1 &&
	    inet_pton(AF_INET6, from->monitor_ip, &address) != 1)
		return '4';
	if (settings->user[0] && strcmp(settings->user, from->user_id) != 0)
		return '5';
	return settings->user[0] && strcmp(settings->password, from->password) != 0 ? '6'
										    : '0';
}

static void answer_register(struct platform *platform,
			    const struct customs_register *from, json_t *entry)
{
	struct customs_message message = {.code = CUSTOMS_REGISTERED};
	struct customs_registered *to = &message.u.registered;
	struct why why;

	to->head = from->head;
	to->result = judge_register(platform->settings, from);
	to->rights = to->result == '0' ? '2' : '0';
	text_copy(to->user_id, sizeof(to->user_id), from->user_id);
	note_outcome(entry, to->result == '0' ? "registered" : "not registered");
	if (platform_post(platform, &message, 0, 0, "registration", &why))
		log_error("kakou-customs", "answer to a registration: %s", why.text);
}

static void take_message(struct platform *platform, const struct frame *frame,
			 const struct customs_message *message)
{
	json_t *entry = history_describe("in", message->wire, message);

	if (!note_pictures(frame, entry)) {
		platform->garbled++;
		note_outcome(entry, "bad pictures");
		history_add(platform->history, entry);
		return;
	}
	note_dialect(platform, message, entry);
	if (json_object_get(entry, "dialect") && platform->settings->is_strict) {
		platform->garbled++;
		note_outcome(entry, "another dialect");
		history_add(platform->history, entry);
		return;
	}
	switch (message->code) {
	case CUSTOMS_GATHER:
		platform->received++;
		note_channel(platform, &message->u.gather.head);
		platform_answer(platform, &message->u.gather, entry);
		break;
	case CUSTOMS_RESULT:
		platform->results++;
		note_outcome(entry,
			     platform->store && store_file_put_result(platform->store,
								      &message->u.result)
				     ? "not stored"
				     : "taken");
		break;
	case CUSTOMS_REGISTER:
		answer_register(platform, &message->u.registration, entry);
		break;
	case CUSTOMS_PICTURES:
	case CUSTOMS_DEVICES:
	case CUSTOMS_EXCEPTION:
	case CUSTOMS_ENROL:
	case CUSTOMS_DEVICE_SET: note_outcome(entry, "taken"); break;
	default:
		platform->garbled++;
		note_outcome(entry, "not for a platform");
		break;
	}
	history_add(platform->history, entry);
}

/* There is always room: whatever is wrong with a frame is written down. */
static bool on_frame(void *arg, const struct frame *frame)
{
	struct platform *platform = arg;
	struct customs_message message;
	struct why why = {""};
	enum kakou_err err =
		customs_message_read(frame, &platform->settings->dialect, &message, &why);

	if (err)
		on_trouble(platform, err, &why);
	else
		take_message(platform, frame, &message);
	return true;
}

/* ---- out ----------------------------------------------------------------------------------- */

enum kakou_err platform_post(struct platform *platform,
			     const struct customs_message *message, int32_t delay_ms,
			     uint64_t tag, const char *note, struct why *why)
{
	json_t *entry;
	enum kakou_err err;
	size_t len;

	err = customs_message_write(message, &platform->settings->dialect,
				    platform->frame, sizeof(platform->frame), &len, why);
	if (err)
		return err;
	entry = history_describe(
		"out", customs_message_wire(message, &platform->settings->dialect),
		message);
	if (note[0])
		json_object_set_new(entry, "note", json_string(note));
	err = outgoing_send(platform->outgoing, platform->frame, len, delay_ms, tag,
			    entry);
	if (err)
		why_set(why, err, "message not sent: %s", kakou_err_name(err));
	return err;
}

/* An officer sends the vehicle back: it has not passed, and its order is open again. */
static void withdraw_release(struct platform *platform, const struct customs_head *head)
{
	struct inquiry *inquiry = inquiries_find(platform->inquiries, head);

	if (!inquiry || !inquiry->is_booked)
		return;
	inquiry->is_booked = false;
	order_book_reopen(inquiry->decision.entry);
}

enum kakou_err platform_send(struct platform *platform,
			     const struct customs_message *message, struct why *why)
{
	enum kakou_err err = platform_post(platform, message, 0, 0, "officer", why);

	if (!err && message->code == CUSTOMS_OPERATE && message->u.operate.op_type == '2')
		withdraw_release(platform, &message->u.operate.head);
	return err;
}

/* ---- what is asked of it ------------------------------------------------------------------- */

const char *platform_fault_name(enum platform_fault fault)
{
	static const char *const names[FAULTS] = {
		[FAULT_NONE] = "off",        [FAULT_SILENT] = "silent",
		[FAULT_SLOW] = "slow",       [FAULT_REPEAT] = "repeat",
		[FAULT_FOREIGN] = "foreign", [FAULT_GARBLED] = "garbled",
	};

	return names[fault];
}

void platform_set_fault(struct platform *platform, enum platform_fault fault,
			int32_t count, int32_t slow_ms)
{
	platform->fault = fault;
	platform->fault_left = fault == FAULT_NONE ? 0 : count;
	platform->slow_ms = slow_ms;
}

const struct customs_head *platform_find_channel(const struct platform *platform,
						 const char *chnl_no)
{
	const struct platform_channel *channel =
		find_channel((struct platform *)platform, chnl_no);

	return channel ? &channel->newest : NULL;
}

void platform_read_status(const struct platform *platform, struct platform_status *out)
{
	*out = (struct platform_status){
		.listen_port = link_listen_port(platform->listen),
		.inquiries = platform->received,
		.results = platform->results,
		.garbled = platform->garbled,
		.refused = platform->refused,
		.outgoing = outgoing_count(platform->outgoing),
		.fault = platform->fault,
		.fault_left = platform->fault_left,
		.channel_count = platform->channel_count,
		.channels = platform->channels,
	};
}

enum kakou_err platform_approve(struct platform *platform, const char *number,
				struct why *why)
{
	for (size_t i = 0; i < platform->book->count; i++) {
		struct order_entry *entry = &platform->book->entries[i];

		if (strcmp(entry->order->number, number) != 0)
			continue;
		order_book_reopen(entry);
		return KAKOU_OK;
	}
	return why_set(why, KAKOU_E_INVALID, "order \"%s\": not in the book", number);
}

const struct order_book *platform_book(const struct platform *platform)
{
	return platform->book;
}

const struct history *platform_history(const struct platform *platform)
{
	return platform->history;
}

/* ---- begin and end ------------------------------------------------------------------------- */

static enum kakou_err load_orders(struct platform *platform, struct why *why)
{
	struct conf *conf;
	enum kakou_err err = scenario_open(&conf, platform->settings->orders, why);

	if (err)
		return err;
	err = customs_orders_load(&platform->orders, conf, why);
	conf_close(conf);
	if (err)
		return err;
	platform->book = order_book_create(platform->orders);
	platform->inquiries = inquiries_create();
	if (!platform->book || !platform->inquiries)
		return why_set(why, KAKOU_E_NOMEM, "no memory for %zu orders",
			       platform->orders->count);
	return KAKOU_OK;
}

static enum kakou_err load_certificates(struct platform *platform, struct why *why)
{
	const struct customs_settings *settings = platform->settings;
	struct tls_config tls = {
		.ca_file = settings->ca,
		.crl_file = settings->crl[0] ? settings->crl : NULL,
		.cert_file = settings->cert,
		.key_file = settings->key,
	};
	enum kakou_err err = tls_context_create(&platform->client_tls, &tls, why);

	tls.is_server = true;
	return err ? err : tls_context_create(&platform->server_tls, &tls, why);
}

static enum kakou_err open_ends(struct platform *platform, struct why *why)
{
	const struct customs_settings *settings = platform->settings;
	const struct link_listen_config listen = {
		.tls = platform->server_tls,
		.host = settings->listen_host,
		.port = settings->listen_port,
		.peer_name = settings->peer_name,
		.frame_max = FRAME_PICTURED_MAX,
		.on_frame = on_frame,
		.on_trouble = on_trouble,
		.arg = platform,
	};
	enum kakou_err err;

	platform->gate = (struct link_peer){
		.tls = platform->client_tls,
		.host = settings->gate_host,
		.port = settings->gate_port,
		.peer_name = settings->peer_name,
		.deadline_ms = settings->connect_ms,
	};
	err = outgoing_create(&platform->outgoing, platform->loop, &platform->gate,
			      platform->history);
	if (err)
		return why_set(why, err, "no memory for the outgoing messages");
	return link_listen_create(&platform->listen, platform->loop, &listen, why);
}

enum kakou_err platform_create(struct platform **out, struct loop *loop,
			       const struct customs_settings *settings, struct why *why)
{
	struct platform *platform = calloc(1, sizeof(*platform));
	enum kakou_err err;

	if (!platform)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the platform");
	platform->loop = loop;
	platform->settings = settings;
	platform->policy = (struct decide_policy){
		.tolerance_pct = settings->tolerance_pct,
		.tolerance_g = (int64_t)settings->tolerance_kg * 1000,
		.is_second_gate = settings->is_second_gate,
	};
	err = load_orders(platform, why);
	if (!err)
		err = history_create(&platform->history, settings->journal, why);
	if (!err && settings->store[0])
		err = store_file_open(&platform->store, settings->store,
				      settings->stores_late, loop, platform->inquiries,
				      platform->book, why);
	if (!err)
		err = load_certificates(platform, why);
	if (!err)
		err = open_ends(platform, why);
	if (err) {
		platform_destroy(platform);
		return err;
	}
	*out = platform;
	return KAKOU_OK;
}

void platform_destroy(struct platform *platform)
{
	if (!platform)
		return;
	link_listen_destroy(platform->listen);
	outgoing_destroy(platform->outgoing);
	tls_context_destroy(platform->client_tls);
	tls_context_destroy(platform->server_tls);
	history_destroy(platform->history);
	store_file_close(platform->store);
	inquiries_destroy(platform->inquiries);
	free(platform->book);
	free(platform->orders);
	free(platform);
}

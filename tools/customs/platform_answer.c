/* SPDX-License-Identifier: MIT */
/*
 * Answers: the decision, and the ways a real platform gets it wrong.
 *
 * Layer: tools. Threads: the loop's own.
 */
#include "tools/customs/platform_private.h"

#include <string.h>

#include "hal/clock.h"
#include "hal/log.h"
#include "hal/text.h"

enum {
	LATE_MS = 15000,   /* well beyond the 5 s a field system waits */
	REPEAT_MS = 500,   /* between the two of a repeated answer */
	FOREIGN_MS = 500,  /* between the foreign answer and the right one */
	INTERIM_MS = 2000, /* between the interim answer and the final one */
};

static const char word_release[] = "00000000001002000000";
static const char word_interim[] = "V1000000001002000000";

/* Faults are counted down by inquiries as they arrive, re-sends included. */
static enum platform_fault take_fault(struct platform *platform)
{
	enum platform_fault fault = platform->fault;

	if (fault != FAULT_NONE && --platform->fault_left <= 0)
		platform->fault = FAULT_NONE;
	return fault;
}

/* What can't be kept is not answered: the gate sends it again. */
static bool is_kept(struct platform *platform, struct inquiry *inquiry)
{
	if (!platform->store || !store_file_put_inquiry(platform->store, inquiry))
		return true;
	inquiry->is_decided = false;
	if (inquiry->is_booked)
		order_book_reopen(inquiry->decision.entry);
	inquiry->is_booked = false;
	return false;
}

/* Decides anew until the inquiry was answered once; then the answer stands. False: its order
 * lets it wait without an answer. */
static bool settle(struct platform *platform, struct inquiry *inquiry,
		   const struct customs_gather *gather)
{
	struct decision *decision = &inquiry->decision;
	int64_t now_ms = clock_mono_ms();

	if (inquiry->is_decided)
		return true;
	decide(platform->book, &platform->policy, gather, now_ms, decision);
	if (decision->entry && decision->entry->ignored_left > 0) {
		decision->entry->ignored_left--;
		return false;
	}
	inquiry->is_decided = true;
	if (decision->is_release) {
		order_book_pass(decision->entry, now_ms);
		inquiry->is_booked = true;
	}
	return is_kept(platform, inquiry);
}

/* Y for what opens, M for what goes on, N for the rest. */
static void make_plain(char word[STATUS_LENGTH + 1])
{
	char plain = word[0] == 'V' ? 'M' : word[0] == '0' && word[1] == '0' ? 'Y' : 'N';

	word[0] = plain;
	word[1] = '\0';
}

static void post(struct platform *platform, const struct inquiry *inquiry,
		 const struct customs_check *check, int32_t delay_ms, const char *note)
{
	struct customs_message message = {.code = CUSTOMS_CHECK, .u.check = *check};
	struct why why;

	if (platform->settings->dialect.verdict_is_plain ||
	    platform->settings->dialect.is_smart)
		make_plain(message.u.check.check_result);

	if (platform_post(platform, &message, delay_ms, inquiry->id, note, &why))
		log_error("kakou-customs", "answer to %s: %s", check->head.seq_no,
			  why.text);
}

/* The answer to another passage, and it would open. */
static void post_foreign(struct platform *platform, const struct inquiry *inquiry,
			 int32_t delay_ms)
{
	struct customs_check check = inquiry->decision.check;
	size_t len = strlen(check.head.seq_no);

	check.head.seq_no[len - 1] = check.head.seq_no[len - 1] == '7' ? '3' : '7';
	memcpy(check.check_result, word_release, sizeof(word_release));
	post(platform, inquiry, &check, delay_ms, "foreign");
}

static void post_interim(struct platform *platform, const struct inquiry *inquiry,
			 int32_t delay_ms)
{
	struct customs_check check = {.head = inquiry->head};

	memcpy(check.check_result, word_interim, sizeof(word_interim));
	text_copy(check.op_hint, sizeof(check.op_hint), "请等候");
	post(platform, inquiry, &check, delay_ms, "interim");
}

/* A whole frame whose XML breaks off. */
static void post_garbled(struct platform *platform, const struct inquiry *inquiry,
			 int32_t delay_ms)
{
	struct frame frame = {
		.code = CUSTOMS_CHECK,
		.direction = inquiry->head.direction,
		.xml = "<COMMAND_INFO AREA_ID=\"",
	};
	const struct customs_message message = {
		.code = CUSTOMS_CHECK,
		.u.check = {.head = inquiry->head},
	};
	json_t *entry;
	struct why why;
	size_t len;

	frame.xml_len = strlen(frame.xml);
	memcpy(frame.area_id, inquiry->head.area_id, sizeof(frame.area_id));
	memcpy(frame.chnl_no, inquiry->head.chnl_no, sizeof(frame.chnl_no));
	frame.code = customs_message_wire(&message, &platform->settings->dialect);
	if (frame_write(&frame, &platform->settings->dialect.frame, platform->frame,
			sizeof(platform->frame), &len, &why))
		return;
	entry = history_describe("out", frame.code, &message);
	json_object_set_new(entry, "note", json_string("garbled"));
	if (outgoing_send(platform->outgoing, platform->frame, len, delay_ms, inquiry->id,
			  entry))
		log_error("kakou-customs", "garbled answer not sent");
}

static int32_t choose_delay(const struct platform *platform,
			    const struct order_entry *entry, enum platform_fault fault)
{
	if (fault == FAULT_SLOW)
		return platform->slow_ms;
	if (!entry)
		return platform->settings->delay_ms;
	if (entry->order->behaviour == ORDER_ANSWERS_LATE &&
	    entry->order->delay_ms < LATE_MS)
		return LATE_MS;
	return entry->order->delay_ms;
}

/* What is wrong by the order is wrong with the first answer only; a re-send gets it plainly. */
static void send_answer(struct platform *platform, const struct inquiry *inquiry,
			enum platform_fault fault, bool is_first)
{
	const struct order_entry *entry = inquiry->decision.entry;
	enum customs_order_behaviour behaviour =
		entry && is_first ? entry->order->behaviour : ORDER_ANSWERS;
	int32_t delay_ms = choose_delay(platform, entry, fault);

	if (fault == FAULT_GARBLED) {
		post_garbled(platform, inquiry, delay_ms);
		return;
	}
	if (fault == FAULT_FOREIGN || behaviour == ORDER_IS_FOREIGN) {
		post_foreign(platform, inquiry, delay_ms);
		delay_ms += FOREIGN_MS;
	}
	if (behaviour == ORDER_INTERIM_FIRST) {
		post_interim(platform, inquiry, delay_ms);
		delay_ms += INTERIM_MS;
	}
	post(platform, inquiry, &inquiry->decision.check, delay_ms, "");
	if (fault == FAULT_REPEAT || behaviour == ORDER_REPEATS)
		post(platform, inquiry, &inquiry->decision.check, delay_ms + REPEAT_MS,
		     "repeat");
}

static void note_decision(json_t *entry, const struct inquiry *inquiry)
{
	const struct decision *decision = &inquiry->decision;

	if (!inquiry->is_decided)
		return;
	json_object_set_new(entry, "because", json_string(decision->because));
	if (decision->entry)
		json_object_set_new(entry, "order",
				    json_string(decision->entry->order->number));
}

void platform_answer(struct platform *platform, const struct customs_gather *gather,
		     json_t *entry)
{
	struct inquiry *inquiry = inquiries_open(platform->inquiries, &gather->head);
	enum platform_fault fault = take_fault(platform);
	const char *outcome = "answered";
	bool is_first = !inquiry->is_decided;

	inquiry->received++;
	if (fault == FAULT_SILENT)
		outcome = "ignored";
	else if (outgoing_count_tag(platform->outgoing, inquiry->id) > 0)
		outcome = "pending";
	else if (!settle(platform, inquiry, gather))
		outcome = "ignored";
	else
		send_answer(platform, inquiry, fault, is_first);
	if (!is_first && !strcmp(outcome, "answered"))
		outcome = "answered again";
	json_object_set_new(entry, "outcome", json_string(outcome));
	json_object_set_new(entry, "received", json_integer(inquiry->received));
	note_decision(entry, inquiry);
}

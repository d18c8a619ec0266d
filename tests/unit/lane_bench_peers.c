/* SPDX-License-Identifier: MIT */
/*
 * Who a lane on the bench speaks with: journal, registry, customs, persons.
 */
#include "tests/unit/lane_bench_internal.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "hal/text.h"

static void join_texts(const struct event *event, char *to, size_t size)
{
	size_t used = 0;

	to[0] = '\0';
	for (int i = 0; i < event->field_count && used + 1 < size; i++) {
		const struct event_field *field = &event->fields[i];

		if (field->text_at >= 0)
			used += (size_t)snprintf(to + used, size - used, "%s=%s ",
						 field->key,
						 event->text + field->text_at);
		else
			used += (size_t)snprintf(to + used, size - used, "%s=%lld ",
						 field->key, (long long)field->number);
	}
}

static void log_event(struct bench *bench, const struct event *event)
{
	struct bench_log *log = &bench->log[bench->log_count];

	assert(bench->log_count < (int)(sizeof(bench->log) / sizeof(bench->log[0])));
	log->kind = (enum event_kind)event->kind;
	log->passage = event->passage;
	join_texts(event, log->text, sizeof(log->text));
	bench->log_count++;
}

static void keep_event(struct bench *bench, const struct event *event)
{
	if (bench->watch)
		bench->watch->event(bench, event);
	else
		log_event(bench, event);
	bench->seq++;
	bench->lifts_commanded += event->kind == EVENT_LIFT_COMMANDED;
	if (event->ticket == 0)
		return;
	assert(bench->ticket_count < (int)(sizeof(bench->tickets) / sizeof(uint64_t)));
	bench->tickets[bench->ticket_count++] = event->ticket;
}

/* As a start would read it from the record. */
static void note_direction(struct bench *bench, const struct event *event)
{
	const char *to = "";

	if ((event->kind == EVENT_LANE_TURNED ||
	     event->kind == EVENT_LANE_TURN_WITHDRAWN) &&
	    event_get_text(event, "to", &to))
		bench->told_to = to[0];
}

void bench_drain(struct bench *bench)
{
	struct lane_out *out = &bench->out;

	if (bench->watch)
		bench->watch->out(bench, out);
	for (size_t i = 0; i < out->event_count; i++) {
		note_direction(bench, &out->events[i]);
		keep_event(bench, &out->events[i]);
	}
	bench->triggers |= out->triggers;
	bench->trigger_count += out->triggers != 0;
	if (out->has_lookup) {
		bench->looked_up = out->lookup;
		bench->lookups++;
		bench->registry_left = bench->registry_scans;
	}
	for (size_t i = 0; i < out->note_count; i++)
		bench->notes[bench->note_count++ % 16] = out->order_notes[i];
	if (out->has_ask) {
		bench->asks++;
		bench->asked = out->ask.message.u.gather;
	}
	if (out->has_cancel)
		text_copy(bench->cancelled, sizeof(bench->cancelled), out->cancel);
	for (size_t i = 0; i < out->event_count; i++) {
		const char *result;

		if (out->events[i].kind != EVENT_COMMAND_RESULT ||
		    !event_get_text(&out->events[i], "result", &result))
			continue;
		bench->reports++;
		text_copy(bench->report, sizeof(bench->report), result);
	}
	for (size_t i = 0; i < out->result_count; i++) {
		bench->result = out->results[i];
		bench->results++;
	}
	out->event_count = out->result_count = 0;
	out->note_count = 0;
	out->triggers = 0;
	out->has_ask = out->has_cancel = out->has_lookup = false;
	memset(out->rules, 0, sizeof(out->rules));
	out->notes = 0;
}

/* What is handed over in one scan is not committed before the next. */
void bench_acknowledge(struct bench *bench)
{
	int count = bench->tickets_ready;
	uint64_t ready[sizeof(bench->tickets) / sizeof(bench->tickets[0])];
	struct lane_inputs in;

	if (!bench->record_fails)
		bench->recorded_to = bench->told_to;
	if (count == 0)
		return;
	in = bench_inputs(bench);
	memcpy(ready, bench->tickets, sizeof(ready));
	bench->ticket_count -= count;
	memmove(bench->tickets, ready + count,
		(size_t)bench->ticket_count * sizeof(ready[0]));
	bench->tickets_ready = 0;
	for (int i = 0; i < count; i++) {
		struct journal_ack ack = {
			.ticket = ready[i],
			.seq = bench->seq,
			.at_ms = bench->now_ms,
			.is_committed = !bench->record_fails,
		};

		if (bench->watch)
			bench->watch->ack(bench, &ack);
		lane_feed_ack(&bench->lane, &ack, &in, &bench->out);
		bench_drain(bench);
	}
}

/* The registry's answer, when it is due. */
void bench_answer_lookup(struct bench *bench)
{
	struct found found = bench->on_file;
	struct lane_inputs in;

	if (bench->registry_left <= 0 || --bench->registry_left > 0)
		return;
	found.token = bench->looked_up.token;
	in = bench_inputs(bench);
	lane_feed_found(&bench->lane, &found, &in, &bench->out);
	bench_drain(bench);
}

void bench_use_registry(struct bench *bench)
{
	bench->site.lanes[0].lookup_ms = 500;
	bench->registry_scans = 1;
	bench->on_file.is_known = true;
}

struct order *bench_file_order(struct bench *bench)
{
	struct order *order = &bench->on_file.orders[bench->on_file.order_count++];

	*order = (struct order){
		.type = 2,
		.state = ORDER_APPROVED,
		.binding = BINDING_ONE_TO_ONE,
		.direction = 'I',
		.weights = {8600000, 6200000, 3800000, 18400000},
		.box_count = 1,
		.approved_ms = 1795000000000,
	};
	text_copy(order->number, sizeof(order->number), "Z3111I261101000000000000");
	order->number[ORDER_NUMBER_LENGTH - 1] = (char)('0' + bench->on_file.order_count);
	text_copy(order->boxes[0], sizeof(order->boxes[0]), "CSQU3054383");
	text_copy(order->matched.plate, sizeof(order->matched.plate), "浙A12345");
	text_copy(order->matched.tag, sizeof(order->matched.tag), "E2003412AB000101");
	return order;
}

static void send(struct bench *bench, struct customs_news *news)
{
	struct lane_inputs in = bench_inputs(bench);

	news->at_ms = bench->now_ms;
	lane_feed_news(&bench->lane, news, &in, &bench->out);
	bench_drain(bench);
}

void bench_answer(struct bench *bench, const char *seq_no, const char *word,
		  const char *hint)
{
	struct customs_news news = {.kind = CUSTOMS_NEWS_ANSWER};
	struct customs_check *check = &news.message.u.check;

	news.message.code = CUSTOMS_CHECK;
	text_copy(news.seq_no, sizeof(news.seq_no),
		  seq_no ? seq_no : bench->lane.inquiry.seq_no);
	text_copy(check->check_result, sizeof(check->check_result), word);
	text_copy(check->op_hint, sizeof(check->op_hint), hint);
	(void)status_read_check(word, STATUS_ANNEX_B, false, &news.reading, NULL);
	send(bench, &news);
}

void bench_answer_verdict(struct bench *bench, const char *seq_no,
			  enum customs_verdict verdict)
{
	struct customs_news news = {.kind = CUSTOMS_NEWS_ANSWER};

	news.message.code = CUSTOMS_CHECK;
	text_copy(news.seq_no, sizeof(news.seq_no), seq_no);
	news.reading.verdict = verdict;
	send(bench, &news);
}

void bench_answer_past(struct bench *bench, const char *seq_no, int64_t passage,
		       const char *order, enum customs_verdict verdict)
{
	struct customs_news news = {.kind = CUSTOMS_NEWS_ANSWER, .passage = passage};

	news.message.code = CUSTOMS_CHECK;
	text_copy(news.seq_no, sizeof(news.seq_no), seq_no);
	text_copy(news.order, sizeof(news.order), order);
	news.reading.verdict = verdict;
	send(bench, &news);
}

void bench_operate(struct bench *bench, char op_type, const char *command)
{
	struct customs_news news = {.kind = CUSTOMS_NEWS_COMMAND};
	struct customs_operate *operate = &news.message.u.operate;

	news.message.code = CUSTOMS_OPERATE;
	operate->head = bench->asked.head;
	text_copy(news.seq_no, sizeof(news.seq_no), bench->lane.inquiry.seq_no);
	text_copy(operate->command, sizeof(operate->command), command);
	text_copy(operate->op_id, sizeof(operate->op_id), "5301");
	operate->op_type = op_type;
	(void)status_read_check(command, STATUS_ANNEX_B, false, &news.reading, NULL);
	send(bench, &news);
}

void bench_act_on(struct bench *bench, enum act_verb verb, int64_t passage,
		  enum evidence_kind subject, const char *value)
{
	struct lane_inputs in = bench_inputs(bench);
	struct act act = {.token = 7,
			  .verb = (uint8_t)verb,
			  .role = ROLE_OFFICER,
			  .subject = (uint8_t)subject,
			  .asked_ms = bench->act_asked_ms,
			  .passage = passage};

	text_copy(act.actor, sizeof(act.actor), "wang");
	text_copy(act.reason, sizeof(act.reason), "seen by eye");
	text_copy(act.screen, sizeof(act.screen), "kakou");
	text_copy(act.value, sizeof(act.value), value);
	text_copy(act.second, sizeof(act.second),
		  bench->act_second ? bench->act_second : "");
	lane_feed_act(&bench->lane, &act, &in, &bench->out);
	bench_drain(bench);
}

void bench_act(struct bench *bench, enum act_verb verb, int64_t passage)
{
	bench_act_on(bench, verb, passage, EVIDENCE_PLATE, "");
}

int bench_count(const struct bench *bench, enum event_kind kind, const char *text)
{
	int count = 0;

	for (int i = 0; i < bench->log_count; i++)
		count += bench->log[i].kind == kind &&
			 (!text || strstr(bench->log[i].text, text) != NULL);
	return count;
}

/* SPDX-License-Identifier: MIT */
/*
 * Lines of JSON, appended and synced.
 *
 * Layer: tools. Threads: the loop's own.
 */
#include "tools/customs/store.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "hal/clock.h"
#include "hal/log.h"
#include "hal/text.h"

struct store_file {
	int fd;
	bool is_late;
	struct loop_timer *timer;
	json_t *held; /* of a late one: not on the disk yet */
};

/* ---- writing -------------------------------------------------------------------------------- */

static enum kakou_err write_out(struct store_file *store, const json_t *line)
{
	char *text = json_dumps(line, JSON_COMPACT);
	size_t len = text ? strlen(text) : 0;
	enum kakou_err err = KAKOU_OK;

	if (!text)
		return KAKOU_E_NOMEM;
	text[len++] = '\n'; /* in place of the NUL: whole lines only */
	if (write(store->fd, text, len) != (ssize_t)len || fdatasync(store->fd)) {
		log_error("kakou-customs", "store: %s", strerror(errno));
		err = KAKOU_E_IO;
	}
	free(text);
	return err;
}

static void on_timer(void *arg)
{
	struct store_file *store = arg;
	size_t i;
	const json_t *line;

	json_array_foreach(store->held, i, line)(void) !write_out(store, line);
	json_array_clear(store->held);
}

/* Steals `line`; NULL: no memory. */
static enum kakou_err put(struct store_file *store, json_t *line)
{
	enum kakou_err err;

	if (!line)
		return KAKOU_E_NOMEM;
	if (store->is_late) {
		if (json_array_size(store->held) == 0)
			loop_timer_set(store->timer, clock_mono_ms() + STORE_LATE_MS);
		return json_array_append_new(store->held, line) ? KAKOU_E_NOMEM
								: KAKOU_OK;
	}
	err = write_out(store, line);
	json_decref(line);
	return err;
}

static json_t *describe_head(const char *code, const struct customs_head *head)
{
	const char direction[] = {head->direction, '\0'};

	return json_pack("{s:s, s:s, s:s, s:s, s:s}", "code", code, "area_id",
			 head->area_id, "channel", head->chnl_no, "direction", direction,
			 "seq_no", head->seq_no);
}

enum kakou_err store_file_put_inquiry(struct store_file *store,
				      const struct inquiry *inquiry)
{
	const struct decision *decision = &inquiry->decision;
	const struct customs_check *check = &decision->check;
	json_t *line = describe_head("0x21", &inquiry->head);

	if (!line ||
	    json_object_update_new(
		    line,
		    json_pack("{s:s, s:s, s:s, s:s, s:s, s:b, s:s}", "word",
			      check->check_result, "hint", check->op_hint, "form_type",
			      check->form_type, "form_id", check->form_id, "because",
			      decision->because, "release", (int)decision->is_release,
			      "order",
			      decision->entry ? decision->entry->order->number : ""))) {
		json_decref(line);
		return KAKOU_E_NOMEM;
	}
	return put(store, line);
}

enum kakou_err store_file_put_result(struct store_file *store,
				     const struct customs_result *result)
{
	json_t *line = describe_head("0x32", &result->head);

	if (line)
		json_object_set_new(line, "result", json_string(result->result));
	return put(store, line);
}

/* ---- reading -------------------------------------------------------------------------------- */

static bool take(const json_t *line, const char *name, char *to, size_t size)
{
	const char *text = json_string_value(json_object_get(line, name));

	return text && text_copy(to, size, text);
}

static bool take_head(const json_t *line, struct customs_head *head)
{
	char direction[2];

	if (!take(line, "area_id", head->area_id, sizeof(head->area_id)) ||
	    !take(line, "channel", head->chnl_no, sizeof(head->chnl_no)) ||
	    !take(line, "direction", direction, sizeof(direction)) ||
	    !take(line, "seq_no", head->seq_no, sizeof(head->seq_no)))
		return false;
	head->direction = direction[0];
	return true;
}

static struct order_entry *find_order(struct order_book *book, const json_t *line)
{
	const char *number = json_string_value(json_object_get(line, "order"));

	for (size_t i = 0; number && number[0] && i < book->count; i++)
		if (!strcmp(book->entries[i].order->number, number))
			return &book->entries[i];
	return NULL;
}

static bool restore_inquiry(const json_t *line, struct inquiries *inquiries,
			    struct order_book *book)
{
	struct customs_head head = {.direction = '\0'};
	struct customs_check *check;
	struct inquiry *inquiry;

	if (!take_head(line, &head))
		return false;
	inquiry = inquiries_open(inquiries, &head);
	check = &inquiry->decision.check;
	check->head = head;
	if (!take(line, "word", check->check_result, sizeof(check->check_result)) ||
	    !take(line, "hint", check->op_hint, sizeof(check->op_hint)) ||
	    !take(line, "form_type", check->form_type, sizeof(check->form_type)) ||
	    !take(line, "form_id", check->form_id, sizeof(check->form_id)) ||
	    !take(line, "because", inquiry->decision.because,
		  sizeof(inquiry->decision.because)))
		return false;
	inquiry->decision.entry = find_order(book, line);
	inquiry->decision.is_release = json_is_true(json_object_get(line, "release"));
	inquiry->is_decided = true;
	if (inquiry->decision.is_release && inquiry->decision.entry) {
		order_book_pass(inquiry->decision.entry, clock_mono_ms());
		inquiry->is_booked = true;
	}
	return true;
}

static bool restore(const char *text, struct inquiries *inquiries,
		    struct order_book *book)
{
	json_t *line = json_loads(text, 0, NULL);
	const char *code = json_string_value(json_object_get(line, "code"));
	bool is_well = code && (strcmp(code, "0x21") != 0 ||
				restore_inquiry(line, inquiries, book));

	json_decref(line);
	return is_well;
}

/* Up to the last whole line, whose end `*whole` is. */
static enum kakou_err read_all(const char *path, struct inquiries *inquiries,
			       struct order_book *book, off_t *whole, struct why *why)
{
	FILE *from = fopen(path, "re");
	enum kakou_err err = KAKOU_OK;
	char *text = NULL;
	size_t size = 0;
	ssize_t len;

	*whole = 0;
	if (!from)
		return why_set(why, KAKOU_E_IO, "store \"%s\": %s", path,
			       strerror(errno));
	while (!err && (len = getline(&text, &size, from)) > 0 && text[len - 1] == '\n') {
		*whole += len;
		if (!restore(text, inquiries, book))
			err = why_set(why, KAKOU_E_INVALID,
				      "store \"%s\": byte %lld is the end of a line that "
				      "is none of a store",
				      path, (long long)*whole);
	}
	free(text);
	fclose(from);
	return err;
}

/* ---- opening -------------------------------------------------------------------------------- */

enum kakou_err store_file_open(struct store_file **out, const char *path, bool is_late,
			       struct loop *loop, struct inquiries *inquiries,
			       struct order_book *book, struct why *why)
{
	struct store_file *store = calloc(1, sizeof(*store));
	enum kakou_err err;
	off_t whole = 0;

	if (!store)
		return why_set(why, KAKOU_E_NOMEM, "no memory for the store");
	store->is_late = is_late;
	store->held = json_array();
	store->fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
	err = store->fd < 0 ? why_set(why, KAKOU_E_IO, "store \"%s\": %s", path,
				      strerror(errno))
			    : read_all(path, inquiries, book, &whole, why);
	if (!err && ftruncate(store->fd, whole))
		err = why_set(why, KAKOU_E_IO, "store \"%s\": %s", path, strerror(errno));
	if (!err &&
	    (!store->held || loop_timer_create(loop, on_timer, store, &store->timer)))
		err = why_set(why, KAKOU_E_NOMEM, "no memory for the store");
	if (err) {
		store_file_close(store);
		return err;
	}
	*out = store;
	return KAKOU_OK;
}

void store_file_close(struct store_file *store)
{
	if (!store)
		return;
	if (store->timer) {
		on_timer(store);
		loop_timer_destroy(store->timer);
	}
	json_decref(store->held);
	if (store->fd >= 0)
		close(store->fd);
	free(store);
}

/* SPDX-License-Identifier: MIT */
/*
 * Receipts.
 *
 * Layer: firmware. Pure.
 */
#include "firmware/record/receipt.h"

#include <stdio.h>
#include <string.h>

#include "hal/base64.h"
#include "hal/text.h"

/* Keys of an event are literals. */
static const char *const line_keys[RECEIPT_LINES_MAX] = {
	"line_1", "line_2", "line_3", "line_4",  "line_5",  "line_6",
	"line_7", "line_8", "line_9", "line_10", "line_11", "line_12",
};

static bool is_signature_of(const char *line, const char *name)
{
	static const char dash[] = "\xE2\x80\x94 ";
	size_t len = strlen(name);

	return !strncmp(line, dash, strlen(dash)) &&
	       !strncmp(line + strlen(dash), name, len) &&
	       line[strlen(dash) + len] == ' ';
}

/* The text as it was signed, and the signatures that matter; line by line, because an event
 * holds no newline. */
static bool add_lines(struct event *event, const char *note, const char *own,
		      const char *name)
{
	bool is_text = true;
	int count = 0;

	while (*note) {
		size_t len = strcspn(note, "\n");
		char line[CHECKPOINT_LINE_MAX];

		if (len >= sizeof(line))
			return false;
		memcpy(line, note, len);
		line[len] = '\0';
		note += len + (note[len] == '\n');
		is_text = is_text && len > 0;
		if (!is_text && len > 0 && !is_signature_of(line, own) &&
		    !is_signature_of(line, name))
			continue;
		if (count == RECEIPT_LINES_MAX)
			return false;
		event_add_text(event, line_keys[count++], line);
	}
	return !event->was_cut;
}

enum kakou_err receipt_take(const char *note, const char *origin, const char *name,
			    struct sign_public *key, struct receipt *out, struct why *why)
{
	char own[CHECKPOINT_NAME_MAX + 1];
	enum kakou_err err = checkpoint_read(note, strlen(note), &out->checkpoint, why);

	if (err)
		return err;
	if (strcmp(out->checkpoint.origin, origin))
		return why_set(why, KAKOU_E_INVALID,
			       "the receipt is of '%s', expected '%s'",
			       out->checkpoint.origin, origin);
	err = checkpoint_verify(note, strlen(note), name, key);
	if (err)
		return why_set(why, KAKOU_E_REFUSED, "the receipt %s '%s'",
			       err == KAKOU_E_NOTFOUND ? "is not signed by"
						       : "has a wrong signature by",
			       name);
	checkpoint_name_key(origin, own);
	event_begin(&out->event, EVENT_RECEIPT, EVENT_NO_LANE, 0);
	event_add_text(&out->event, "by", name);
	event_add_number(&out->event, "size", out->checkpoint.size);
	if (!add_lines(&out->event, note, own, name))
		return why_set(
			why, KAKOU_E_INVALID,
			"the receipt is too long for an event, expected at most %d "
			"bytes in %d lines",
			EVENT_TEXT_MAX, RECEIPT_LINES_MAX);
	return KAKOU_OK;
}

enum kakou_err receipt_take_held(const char *note, const char *origin,
				 struct receipt *out, struct why *why)
{
	char own[CHECKPOINT_NAME_MAX + 1];
	enum kakou_err err = checkpoint_read(note, strlen(note), &out->checkpoint, why);

	if (err)
		return err;
	if (strcmp(out->checkpoint.origin, origin) != 0 ||
	    !text_copy(out->note, sizeof(out->note), note))
		return why_set(why, KAKOU_E_INVALID,
			       "the checkpoint is of '%s', expected '%s'",
			       out->checkpoint.origin, origin);
	checkpoint_name_key(origin, own);
	event_begin(&out->event, EVENT_CHECKPOINT_HELD, EVENT_NO_LANE, 0);
	event_add_number(&out->event, "size", out->checkpoint.size);
	if (!add_lines(&out->event, note, own, own))
		return why_set(
			why, KAKOU_E_INVALID,
			"the checkpoint is too long for an event, expected at most %d "
			"bytes in %d lines",
			EVENT_TEXT_MAX, RECEIPT_LINES_MAX);
	return KAKOU_OK;
}

bool receipt_is_signed_by(const struct receipt *held, const char *public_key)
{
	unsigned char der[SIGN_PUBLIC_BYTES];
	char own[CHECKPOINT_NAME_MAX + 1];
	struct sign_public *key = NULL;
	struct why why;
	size_t len = 0;
	bool is_signed;

	if (base64_decode(public_key, strlen(public_key), der, sizeof(der), &len) ||
	    len != sizeof(der) || sign_public_take(&key, der, sizeof(der), &why))
		return false;
	checkpoint_name_key(held->checkpoint.origin, own);
	is_signed = !checkpoint_verify(held->note, strlen(held->note), own, key);
	sign_public_destroy(key);
	return is_signed;
}

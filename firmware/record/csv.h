/* SPDX-License-Identifier: MIT */
/*
 * Exports as CSV (RFC 4180), for people and their spreadsheets; proved like the form in lines.
 *
 * The first row names the columns; the second, of kind "export", has in the column "event" the head that
 * an export in lines begins with (proof.h, with format "kakou-export-csv-1"); then one event a row. Every
 * row follows byte for byte from what is in its column "event": so a row proves what its event proves,
 * and no other column can say anything else.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_CSV_H
#define KAKOU_FIRMWARE_CSV_H

#include <stddef.h>
#include <stdio.h>

#include "firmware/record/canonical.h"

#define CSV_COLUMNS "seq,time,kind,lane,passage,event,leaf\r\n"

/** The row of the head, which is one line of JSON. */
void csv_print_head(FILE *to, const char *json, size_t len);

/** The row of an event, of whose canonical bytes `head` was read. */
void csv_print_event(FILE *to, const struct canonical_head *head, const char *bytes,
		     size_t len);

/** The text in the column "event" of a row (with or without its end), into `out`. False: it is no row, or
 *  the text is longer. */
bool csv_read_event(const char *row, size_t row_len, char *out, size_t size, size_t *len);

#endif

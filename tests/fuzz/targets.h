/* SPDX-License-Identifier: MIT */
/*
 * What is fuzzed: each reader of bytes that come from outside, behind one signature.
 *
 * Layer: tests. `make fuzz` runs each for a minute under libFuzzer; the cases kept in
 * tests/fuzz/corpus/NAME/ run as a unit test. The working directory is the project's.
 */
#ifndef KAKOU_TESTS_FUZZ_TARGETS_H
#define KAKOU_TESTS_FUZZ_TARGETS_H

#include <stddef.h>
#include <stdint.h>

#include "hal/why.h"

struct fuzz_target {
	const char *name;
	void (*run)(const uint8_t *data, size_t len);
};

extern const struct fuzz_target fuzz_targets[];
extern const size_t fuzz_target_count;

/* ---- targets.c: the codecs of customs and Modbus ------------------------------------------- */

void fuzz_frame(const uint8_t *data, size_t len);
void fuzz_xml(const uint8_t *data, size_t len);
void fuzz_status(const uint8_t *data, size_t len);
void fuzz_modbus(const uint8_t *data, size_t len);
void fuzz_jpeg(const uint8_t *data, size_t len);

/* ---- target_files.c: files that people write ----------------------------------------------- */

void fuzz_map(const uint8_t *data, size_t len);
void fuzz_site(const uint8_t *data, size_t len);
void fuzz_scenario(const uint8_t *data, size_t len);
void fuzz_people(const uint8_t *data, size_t len);

/* ---- target_machine.c: what comes with a machine --------------------------------------------- */

void fuzz_board(const uint8_t *data, size_t len);
void fuzz_bmap(const uint8_t *data, size_t len);
void fuzz_token(const uint8_t *data, size_t len);

/* ---- one file each --------------------------------------------------------------------------- */

void fuzz_import(const uint8_t *data, size_t len);
void fuzz_verify(const uint8_t *data, size_t len);
void fuzz_socket(const uint8_t *data, size_t len);
void fuzz_console(const uint8_t *data, size_t len);

/* ---- what they share (target_help.c) --------------------------------------------------------- */

/** A file of these bytes that lives in memory, for readers that take a path; the next call
 *  overwrites it. */
const char *fuzz_as_file(const uint8_t *data, size_t len);

/** The bytes with a NUL behind them, at the end of what is allocated. Release with free(). */
char *fuzz_as_text(const uint8_t *data, size_t len);

/** A complaint has its words. */
void fuzz_assert_explained(enum kakou_err err, const struct why *why);

/** Ends the process with a sentence: the reader broke its promise. */
KAKOU_PRINTF(1, 2)
_Noreturn void fuzz_fail(const char *format, ...);

struct registry;
struct site;

/** The simulated site in a directory of this process below TMPDIR, which goes at its end. */
const struct site *fuzz_site_of_gate(void);

/** A registry of that site without its thread; empty again with each call. */
struct registry *fuzz_empty_registry(void);

#endif

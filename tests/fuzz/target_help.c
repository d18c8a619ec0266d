/* SPDX-License-Identifier: MIT */
/*
 * What the targets share.
 *
 * Layer: tests.
 */
#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "firmware/registry/base_inside.h"
#include "firmware/registry/registry_inside.h"
#include "hal/file.h"
#include "tests/fuzz/targets.h"
#include "tests/unit/site_file.h"

const char *fuzz_as_file(const uint8_t *data, size_t len)
{
	static char path[32];
	static int fd = -1;

	if (fd < 0)
		fd = memfd_create("fuzz", MFD_CLOEXEC);
	assert(fd >= 0);
	assert(!ftruncate(fd, 0));
	assert(pwrite(fd, data, len, 0) == (ssize_t)len);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return path;
}

char *fuzz_as_text(const uint8_t *data, size_t len)
{
	char *text = malloc(len + 1);

	assert(text);
	if (len > 0)
		memcpy(text, data, len);
	text[len] = '\0';
	return text;
}

void fuzz_assert_explained(enum kakou_err err, const struct why *why)
{
	assert(!err || why->text[0]);
}

void fuzz_fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	fputs("fuzz: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
	abort();
}

/* ---- a gate's site and registry ---------------------------------------------------------- */

static struct {
	char *directory;
	struct site *site;
	struct registry *registry;
} gate;

static void remove_gate(void)
{
	registry_close(gate.registry);
	site_free(gate.site);
	site_file_remove_directory(gate.directory);
}

const struct site *fuzz_site_of_gate(void)
{
	struct why why = {""};

	if (gate.site)
		return gate.site;
	gate.directory = site_file_make_directory();
	gate.site = site_file_load_sim(gate.directory);
	if (file_ensure_private_directory(gate.site->state_dir, &why))
		fuzz_fail("%s", why.text);
	atexit(remove_gate);
	return gate.site;
}

struct registry *fuzz_empty_registry(void)
{
	const struct site *site = fuzz_site_of_gate();
	struct why why = {""};

	if (!gate.registry && registry_open(&gate.registry, site, &why))
		fuzz_fail("%s", why.text);
	registry_import_forget(gate.registry);
	if (base_run(gate.registry->base,
		     "DELETE FROM orders; DELETE FROM keys; DELETE FROM vehicles;", &why))
		fuzz_fail("%s", why.text);
	gate.registry->last_change = gate.registry->last_import = 0;
	return gate.registry;
}

/* SPDX-License-Identifier: MIT */
/*
 * Passwords. Layer: firmware.
 */
#include "firmware/people/password.h"

#include <crypt.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>

#include "hal/text.h"

enum { SALT_BYTES = 16 };

struct password_room {
	struct crypt_data data;
};

enum kakou_err password_check(const char *password, const char *name, struct why *why)
{
	int characters = text_count_characters(password);

	if (characters < PASSWORD_MIN || strlen(password) > PASSWORD_MAX)
		return why_set(why, KAKOU_E_INVALID,
			       "password: expected at least %d characters and at most "
			       "%d bytes of UTF-8",
			       PASSWORD_MIN, PASSWORD_MAX);
	if (!strcmp(password, name))
		return why_set(why, KAKOU_E_INVALID,
			       "password: expected another than the name");
	return KAKOU_OK;
}

enum kakou_err password_room_create(struct password_room **out)
{
	*out = calloc(1, sizeof(**out));
	return *out ? KAKOU_OK : KAKOU_E_NOMEM;
}

void password_room_destroy(struct password_room *room)
{
	free(room);
}

/* NULL without memory; the caller takes what it needs and wipes the room. */
static const char *run(struct password_room *room, const char *password,
		       const char *setting)
{
	const char *hash;

	memset(&room->data, 0, sizeof(room->data));
	errno = 0;
	hash = crypt_r(password, setting, &room->data);
	return hash && hash[0] != '*' ? hash : NULL;
}

enum kakou_err password_hash(struct password_room *room, const char *password, int cost,
			     char *out, size_t size)
{
	char salt[SALT_BYTES], setting[CRYPT_GENSALT_OUTPUT_SIZE];
	enum kakou_err err = KAKOU_OK;
	const char *hash;

	if (getrandom(salt, sizeof(salt), 0) != (ssize_t)sizeof(salt))
		return KAKOU_E_IO;
	if (!crypt_gensalt_rn("$y$", (unsigned long)cost, salt, sizeof(salt), setting,
			      sizeof(setting)))
		return KAKOU_E_IO;
	hash = run(room, password, setting);
	if (!hash)
		err = KAKOU_E_NOMEM;
	else if (!text_copy(out, size, hash))
		err = KAKOU_E_FULL;
	explicit_bzero(&room->data, sizeof(room->data));
	return err;
}

/* Takes as long whatever the first byte that differs is. */
static bool are_equal(const char *a, const char *b)
{
	size_t len = strlen(a);
	unsigned char difference = 0;

	if (strlen(b) != len)
		return false;
	for (size_t i = 0; i < len; i++)
		difference |= (unsigned char)(a[i] ^ b[i]);
	return difference == 0;
}

enum kakou_err password_verify(struct password_room *room, const char *password,
			       const char *hash)
{
	const char *got = run(room, password, hash);
	enum kakou_err err = KAKOU_E_NOMEM;

	if (got)
		err = are_equal(got, hash) ? KAKOU_OK : KAKOU_E_REFUSED;
	explicit_bzero(&room->data, sizeof(room->data));
	return err;
}

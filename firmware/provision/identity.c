/* SPDX-License-Identifier: MIT */
/*
 * An identity of the board. Layer: firmware.
 */
#include "firmware/provision/identity.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "hal/file.h"
#include "hal/sign.h"

enum { PEM_BYTES_MAX = 1024 * 1024, PATH_BYTES = PLACE_PATH_MAX + 16 };

static void name_beside(const char *path, const char *suffix, char to[PATH_BYTES])
{
	(void)snprintf(to, PATH_BYTES, "%s%s", path, suffix);
}

static enum kakou_err sync_beside(const char *path, struct why *why)
{
	char directory[PATH_BYTES];
	const char *slash = strrchr(path, '/');

	(void)snprintf(directory, sizeof(directory), "%.*s",
		       slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
	return file_sync_directory(directory, why);
}

/* Made under another name, and given its own when it is as it has to be; link(2) replaces nothing. */
static enum kakou_err make_key(const struct identity *identity, const char *path,
			       struct why *why)
{
	char making[PATH_BYTES];
	enum kakou_err err;

	name_beside(path, ".making", making);
	(void)unlink(making);
	err = sign_key_make(making, why);
	if (err)
		return err;
	if (chown(making, identity->owner.uid, identity->owner.gid) ||
	    chmod(making, 0400) || link(making, path))
		err = why_set(why, KAKOU_E_IO, "%s: %s", path, strerror(errno));
	(void)unlink(making);
	return err ? err : sync_beside(path, why);
}

/* Mode and owner only: what is in it is somebody's, and stays. */
static enum kakou_err mend_key(const struct identity *identity, const struct stat *is,
			       enum identity_key *did, struct why *why)
{
	*did = IDENTITY_KEPT;
	if (!S_ISREG(is->st_mode))
		return why_set(why, KAKOU_E_INVALID, "%s: expected a plain file",
			       identity->key);
	if ((is->st_mode & 07777) == 0400 && is->st_uid == identity->owner.uid)
		return KAKOU_OK;
	*did = IDENTITY_MENDED;
	if (chown(identity->key, identity->owner.uid, identity->owner.gid) ||
	    chmod(identity->key, 0400))
		return why_set(why, KAKOU_E_DENIED, "%s: %s", identity->key,
			       strerror(errno));
	return KAKOU_OK;
}

static enum kakou_err make_next(const struct identity *identity, enum identity_key *did,
				struct why *why)
{
	char next[PATH_BYTES];

	name_beside(identity->key, ".next", next);
	if (!access(next, F_OK))
		return KAKOU_OK;
	*did = IDENTITY_MADE;
	return make_key(identity, next, why);
}

enum kakou_err identity_ensure_key(const struct identity *identity, bool is_new,
				   enum identity_key *did, struct why *why)
{
	struct stat is;
	enum kakou_err err;

	*did = IDENTITY_MADE;
	if (lstat(identity->key, &is))
		return errno == ENOENT ? make_key(identity, identity->key, why)
				       : why_set(why, KAKOU_E_IO, "%s: %s", identity->key,
						 strerror(errno));
	err = mend_key(identity, &is, did, why);
	if (!err && is_new)
		err = make_next(identity, did, why);
	return err;
}

bool identity_is_renewed(const struct identity *identity)
{
	char next[PATH_BYTES];

	name_beside(identity->key, ".next", next);
	return !access(next, F_OK);
}

/* ---- requests -------------------------------------------------------------------------- */

/* Writes what is not there yet. */
static enum kakou_err put_file(const char *path, const char *text, size_t len,
			       bool *has_changed, struct why *why)
{
	char *present = NULL;
	size_t present_len = 0;
	bool is_same =
		!file_read_whole(path, PEM_BYTES_MAX, &present, &present_len, NULL) &&
		present_len == len && !memcmp(present, text, len);

	free(present);
	if (is_same)
		return KAKOU_OK;
	*has_changed = true;
	return file_write_atomic(path, text, len, 0644, why);
}

enum kakou_err identity_write_request(const struct identity *identity,
				      char out[CERTIFICATE_REQUEST_MAX],
				      bool *has_changed, struct why *why)
{
	char key[PATH_BYTES];
	enum kakou_err err;

	*has_changed = false;
	name_beside(identity->key, identity_is_renewed(identity) ? ".next" : "", key);
	err = certificate_write_request(key, identity->owner.uid, identity->name,
					identity->use, out, why);
	return err ? err
		   : put_file(identity->request, out, strlen(out), has_changed, why);
}

/* ---- certificates ---------------------------------------------------------------------- */

static enum kakou_err copy_file(const char *from, const char *to, bool *has_changed,
				struct why *why)
{
	char *text;
	size_t len;
	enum kakou_err err = file_read_whole(from, PEM_BYTES_MAX, &text, &len, why);

	if (err)
		return err;
	err = put_file(to, text, len, has_changed, why);
	free(text);
	return err;
}

/* The new key takes its place; the old one and its certificate stay beside it. */
static enum kakou_err change_key(const struct identity *identity, const char *next,
				 struct why *why)
{
	char former_key[PATH_BYTES];
	char former_cert[PATH_BYTES];

	name_beside(identity->key, ".former", former_key);
	name_beside(identity->cert, ".former", former_cert);
	(void)unlink(former_key);
	if (link(identity->key, former_key))
		return why_set(why, KAKOU_E_IO, "%s: %s", former_key, strerror(errno));
	if (!access(identity->cert, F_OK) && rename(identity->cert, former_cert))
		return why_set(why, KAKOU_E_IO, "%s: %s", former_cert, strerror(errno));
	if (rename(next, identity->key))
		return why_set(why, KAKOU_E_IO, "%s: %s", identity->key, strerror(errno));
	return sync_beside(identity->key, why);
}

enum kakou_err identity_install(const struct identity *identity, const char *cert_file,
				const char *ca_file, const char *crl_file, int64_t now_s,
				struct certificate_facts *facts, bool *has_changed,
				struct why *why)
{
	char next[PATH_BYTES];
	struct certificate_wish wish = {
		.cert_file = cert_file,
		.key_file = identity->key,
		.key_owner = identity->owner.uid,
		.ca_file = ca_file           ? ca_file
			   : identity->ca[0] ? identity->ca
					     : NULL,
		.crl_file = crl_file           ? crl_file
			    : identity->crl[0] ? identity->crl
					       : NULL,
		.name = identity->name,
		.use = identity->use,
		.now_s = now_s,
	};
	bool is_next;
	enum kakou_err err;

	*has_changed = false;
	name_beside(identity->key, ".next", next);
	is_next = identity_is_renewed(identity) &&
		  !certificate_match_key(cert_file, next, identity->owner.uid, NULL);
	if (is_next)
		wish.key_file = next;
	err = certificate_check(&wish, facts, why);
	if (!err && is_next) {
		*has_changed = true;
		err = change_key(identity, next, why);
	}
	if (!err && ca_file)
		err = copy_file(ca_file, identity->ca, has_changed, why);
	if (!err && crl_file)
		err = copy_file(crl_file, identity->crl, has_changed, why);
	return err ? err : copy_file(cert_file, identity->cert, has_changed, why);
}

/* SPDX-License-Identifier: MIT */
/*
 * A certificate before it is used, on mbedtls.
 *
 * Layer: hal. Blocks on the disk.
 */
#include "hal/linux/certificate_private.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include <mbedtls/error.h>
#include <mbedtls/oid.h>
#include <mbedtls/x509_crl.h>
#include <mbedtls/x509_crt.h>

#include "hal/file.h"

enum { PEM_MAX_BYTES = 1024 * 1024, KEY_MAX_BYTES = 16 * 1024, MBEDTLS_TEXT_BYTES = 96 };
enum { ASN1_TAG_NUMBER = 0x1F, SAN_ADDRESS = 7, DATE_BYTES = 32 };

enum kakou_err certificate_explain(struct why *why, const char *path,
				   const char *expected, int failure)
{
	char text[MBEDTLS_TEXT_BYTES];

	if (failure > 0)
		return why_set(why, KAKOU_E_INVALID,
			       "%s: %d entries are not readable, expected %s", path,
			       failure, expected);
	mbedtls_strerror(failure, text, sizeof(text));
	return why_set(why, KAKOU_E_INVALID, "%s: expected %s: %s", path, expected, text);
}

enum kakou_err certificate_load_chain(mbedtls_x509_crt *to, const char *path,
				      struct why *why)
{
	char *pem;
	size_t len;
	int failure;
	enum kakou_err err = file_read_whole(path, PEM_MAX_BYTES, &pem, &len, why);

	if (err)
		return err;
	failure = mbedtls_x509_crt_parse(to, (unsigned char *)pem, len + 1);
	free(pem);
	return failure ? certificate_explain(why, path, "certificates in PEM", failure)
		       : KAKOU_OK;
}

enum kakou_err certificate_load_lists(mbedtls_x509_crl *to, const char *path,
				      struct why *why)
{
	char *pem;
	size_t len;
	int failure;
	enum kakou_err err = file_read_whole(path, PEM_MAX_BYTES, &pem, &len, why);

	if (err)
		return err;
	failure = mbedtls_x509_crl_parse(to, (unsigned char *)pem, len + 1);
	free(pem);
	return failure ? certificate_explain(why, path, "revocation lists in PEM",
					     failure)
		       : KAKOU_OK;
}

/* ---- keys ------------------------------------------------------------------------------ */

enum kakou_err certificate_open_key(struct certificate_key *key, const char *path,
				    uid_t owner, struct why *why)
{
	char *pem;
	size_t len;
	int failure;
	enum kakou_err err;

	mbedtls_pk_init(&key->pk);
	mbedtls_entropy_init(&key->entropy);
	mbedtls_ctr_drbg_init(&key->random);
	failure = mbedtls_ctr_drbg_seed(&key->random, mbedtls_entropy_func, &key->entropy,
					NULL, 0);
	if (failure)
		return certificate_explain(why, path, "random numbers", failure);
	err = file_read_secret_of(path, owner, KEY_MAX_BYTES, &pem, &len, why);
	if (err)
		return err;
#if CERTIFICATE_HAS_MBEDTLS_3
	failure = mbedtls_pk_parse_key(&key->pk, (unsigned char *)pem, len + 1, NULL, 0,
				       mbedtls_ctr_drbg_random, &key->random);
#else
	failure = mbedtls_pk_parse_key(&key->pk, (unsigned char *)pem, len + 1, NULL, 0);
#endif
	explicit_bzero(pem, len);
	free(pem);
	return failure ? certificate_explain(why, path, "a private key in PEM", failure)
		       : KAKOU_OK;
}

void certificate_close_key(struct certificate_key *key)
{
	mbedtls_pk_free(&key->pk);
	mbedtls_ctr_drbg_free(&key->random);
	mbedtls_entropy_free(&key->entropy);
}

/* A certificate's public key may be of another kind altogether. */
static bool is_pair(mbedtls_pk_context *public, struct certificate_key *key)
{
#if CERTIFICATE_HAS_MBEDTLS_3
	return !mbedtls_pk_check_pair(public, &key->pk, mbedtls_ctr_drbg_random,
				      &key->random);
#else
	return !mbedtls_pk_check_pair(public, &key->pk);
#endif
}

/* ---- what it says ---------------------------------------------------------------------- */

static int64_t time_of(const mbedtls_x509_time *time)
{
	struct tm civil = {
		.tm_year = time->year - 1900,
		.tm_mon = time->mon - 1,
		.tm_mday = time->day,
		.tm_hour = time->hour,
		.tm_min = time->min,
		.tm_sec = time->sec,
	};

	return timegm(&civil);
}

static const char *print_date(const mbedtls_x509_time *time, char to[DATE_BYTES])
{
	(void)snprintf(to, DATE_BYTES, "%04d-%02d-%02d %02d:%02d UTC", time->year,
		       time->mon, time->day, time->hour, time->min);
	return to;
}

/* Appends what is plain ASCII; anything else becomes '?'. */
static void add_text(char *to, size_t size, const mbedtls_x509_buf *from)
{
	size_t at = strlen(to);

	for (size_t i = 0; i < from->len && at + 1 < size; i++) {
		unsigned char c = from->p[i];

		to[at++] = c >= 0x20 && c < 0x7F ? (char)c : '?';
	}
	to[at] = '\0';
}

static void print_common_name(const mbedtls_x509_name *name, char *to, size_t size)
{
	to[0] = '\0';
	for (; name; name = name->next) {
		if (!name->oid.p || MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &name->oid))
			continue;
		add_text(to, size, &name->val);
		return;
	}
}

static void take_facts(const mbedtls_x509_crt *cert, struct certificate_facts *out)
{
	print_common_name(&cert->subject, out->subject, sizeof(out->subject));
	print_common_name(&cert->issuer, out->issuer, sizeof(out->issuer));
	out->from_s = time_of(&cert->valid_from);
	out->until_s = time_of(&cert->valid_to);
}

enum kakou_err certificate_read(const char *path, struct certificate_facts *out,
				struct why *why)
{
	mbedtls_x509_crt cert;
	enum kakou_err err;

	mbedtls_x509_crt_init(&cert);
	err = certificate_load_chain(&cert, path, why);
	if (!err)
		take_facts(&cert, out);
	mbedtls_x509_crt_free(&cert);
	return err;
}

/* ---- the checks ------------------------------------------------------------------------ */

static enum kakou_err check_key(mbedtls_x509_crt *cert, const char *cert_file,
				const char *key_file, uid_t owner, struct why *why)
{
	struct certificate_key key;
	enum kakou_err err = certificate_open_key(&key, key_file, owner, why);

	if (!err && !is_pair(&cert->pk, &key))
		err = why_set(why, KAKOU_E_REFUSED,
			      "key: %s is for another key than %s, expected the "
			      "certificate of this board's own request",
			      cert_file, key_file);
	certificate_close_key(&key);
	return err;
}

static enum kakou_err explain_chain(const struct certificate_wish *wish,
				    const mbedtls_x509_crt *cert, uint32_t flags,
				    struct why *why)
{
	static const struct {
		uint32_t flag;
		const char *text;
	} checks[] = {
		{MBEDTLS_X509_BADCERT_REVOKED,     "is revoked by"              },
		{MBEDTLS_X509_BADCRL_NOT_TRUSTED,
		 "has a revocation list that is not signed by an authority of"  },
		{MBEDTLS_X509_BADCRL_EXPIRED,      "has an old revocation list,"},
		{MBEDTLS_X509_BADCERT_BAD_MD,      "has a weak digest, by"      },
		{MBEDTLS_X509_BADCERT_BAD_KEY,     "has a weak key, by"         },
		{MBEDTLS_X509_BADCERT_NOT_TRUSTED, "was not issued by any of"   },
	};
	char issuer[96];

	print_common_name(&cert->issuer, issuer, sizeof(issuer));
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (flags & checks[i].flag)
			return why_set(why, KAKOU_E_REFUSED,
				       "chain: a certificate by \"%s\" %s %s", issuer,
				       checks[i].text,
				       i < 3 && wish->crl_file ? wish->crl_file
							       : wish->ca_file);
	}
	return why_set(why, KAKOU_E_REFUSED, "chain: refused (flags 0x%x) against %s",
		       (unsigned)flags, wish->ca_file);
}

/* Validity is looked at by itself, with the date in words. */
static enum kakou_err check_chain(const struct certificate_wish *wish,
				  mbedtls_x509_crt *cert, struct why *why)
{
	const uint32_t elsewhere = MBEDTLS_X509_BADCERT_EXPIRED |
				   MBEDTLS_X509_BADCERT_FUTURE |
				   MBEDTLS_X509_BADCRL_FUTURE;
	mbedtls_x509_crt trusted;
	mbedtls_x509_crl lists;
	uint32_t flags = 0;
	enum kakou_err err;

	if (!wish->ca_file)
		return KAKOU_OK;
	mbedtls_x509_crt_init(&trusted);
	mbedtls_x509_crl_init(&lists);
	err = certificate_load_chain(&trusted, wish->ca_file, why);
	if (!err && wish->crl_file)
		err = certificate_load_lists(&lists, wish->crl_file, why);
	if (!err &&
	    mbedtls_x509_crt_verify(cert, &trusted, wish->crl_file ? &lists : NULL, NULL,
				    &flags, NULL, NULL) &&
	    (flags & ~elsewhere))
		err = explain_chain(wish, cert, flags & ~elsewhere, why);
	mbedtls_x509_crl_free(&lists);
	mbedtls_x509_crt_free(&trusted);
	return err;
}

/* RFC 6125 6.4: letters without case; "*." stands for exactly one left-most label. */
static bool is_same_name(const mbedtls_x509_buf *found, const char *expected)
{
	const char *pattern = (const char *)found->p;
	size_t len = found->len;

	if (len > 2 && pattern[0] == '*' && pattern[1] == '.') {
		expected = strchr(expected, '.');
		pattern++;
		len--;
	}
	return expected && strlen(expected) == len &&
	       !strncasecmp(pattern, expected, len);
}

bool certificate_parse_address(const char *name, unsigned char to[16], size_t *len)
{
	*len = inet_pton(AF_INET, name, to) == 1 ? 4 : 16;
	return *len == 4 || inet_pton(AF_INET6, name, to) == 1;
}

static enum kakou_err check_name(const struct certificate_wish *wish,
				 const mbedtls_x509_crt *cert, struct why *why)
{
	unsigned char address[16];
	size_t len;
	bool is_address = certificate_parse_address(wish->name, address, &len);
	char seen[120] = "";

	for (const mbedtls_x509_sequence *at = &cert->subject_alt_names; at && at->buf.p;
	     at = at->next) {
		int tag = at->buf.tag & ASN1_TAG_NUMBER;

		if (is_address ? tag == SAN_ADDRESS && at->buf.len == len &&
					 !memcmp(at->buf.p, address, len)
			       : tag == MBEDTLS_X509_SAN_DNS_NAME &&
					 is_same_name(&at->buf, wish->name))
			return KAKOU_OK;
		if (tag == MBEDTLS_X509_SAN_DNS_NAME) {
			if (seen[0])
				(void)strncat(seen, ", ",
					      sizeof(seen) - strlen(seen) - 1);
			add_text(seen, sizeof(seen), &at->buf);
		}
	}
	return why_set(why, KAKOU_E_REFUSED,
		       "name: it is for \"%s\", expected the alternative name \"%s\"",
		       seen[0] ? seen : "nobody", wish->name);
}

static enum kakou_err check_validity(const struct certificate_wish *wish,
				     const mbedtls_x509_crt *cert, struct why *why)
{
	char from[DATE_BYTES];
	char until[DATE_BYTES];

	print_date(&cert->valid_from, from);
	print_date(&cert->valid_to, until);
	if (time_of(&cert->valid_to) <= wish->now_s)
		return why_set(why, KAKOU_E_REFUSED, "validity: it ended on %s", until);
	if (time_of(&cert->valid_from) > wish->now_s)
		return why_set(why, KAKOU_E_REFUSED,
			       "validity: it begins on %s only; is the clock right?",
			       from);
	return KAKOU_OK;
}

static enum kakou_err check_use(const struct certificate_wish *wish,
				const mbedtls_x509_crt *cert, struct why *why)
{
	if (mbedtls_x509_crt_check_key_usage(cert, MBEDTLS_X509_KU_DIGITAL_SIGNATURE))
		return why_set(why, KAKOU_E_REFUSED,
			       "use: its key usage lacks digitalSignature");
	if (mbedtls_x509_crt_check_extended_key_usage(
		    cert, MBEDTLS_OID_SERVER_AUTH,
		    MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH)))
		return why_set(why, KAKOU_E_REFUSED,
			       "use: its extended key usage lacks serverAuth");
	if (wish->use == CERTIFICATE_BOTH_ENDS &&
	    mbedtls_x509_crt_check_extended_key_usage(
		    cert, MBEDTLS_OID_CLIENT_AUTH,
		    MBEDTLS_OID_SIZE(MBEDTLS_OID_CLIENT_AUTH)))
		return why_set(why, KAKOU_E_REFUSED,
			       "use: its extended key usage lacks clientAuth, and the "
			       "gate dials customs with it");
	return KAKOU_OK;
}

enum kakou_err certificate_match_key(const char *cert_file, const char *key_file,
				     uid_t key_owner, struct why *why)
{
	mbedtls_x509_crt cert;
	enum kakou_err err;

	mbedtls_x509_crt_init(&cert);
	err = certificate_load_chain(&cert, cert_file, why);
	if (!err)
		err = check_key(&cert, cert_file, key_file, key_owner, why);
	mbedtls_x509_crt_free(&cert);
	return err;
}

enum kakou_err certificate_check(const struct certificate_wish *wish,
				 struct certificate_facts *out, struct why *why)
{
	mbedtls_x509_crt cert;
	enum kakou_err err;

	memset(out, 0, sizeof(*out));
	mbedtls_x509_crt_init(&cert);
	err = certificate_load_chain(&cert, wish->cert_file, why);
	if (!err) {
		take_facts(&cert, out);
		err = check_key(&cert, wish->cert_file, wish->key_file, wish->key_owner,
				why);
	}
	if (!err)
		err = check_chain(wish, &cert, why);
	if (!err)
		err = check_name(wish, &cert, why);
	if (!err)
		err = check_validity(wish, &cert, why);
	if (!err)
		err = check_use(wish, &cert, why);
	mbedtls_x509_crt_free(&cert);
	return err;
}

/* SPDX-License-Identifier: MIT */
/*
 * When a context's files end, and whether the clock can be right.
 *
 * Layer: hal.
 */
#include "hal/linux/tls_private.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

#include <mbedtls/oid.h>

int64_t tls_time_of(const mbedtls_x509_time *time)
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

/* The common name; what is not plain ASCII becomes '?'. */
static void copy_name(const mbedtls_x509_name *name, char *to, size_t size)
{
	size_t len = 0;

	for (; name; name = name->next) {
		if (!name->oid.p || MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &name->oid))
			continue;
		for (size_t i = 0; i < name->val.len && len + 1 < size; i++) {
			unsigned char c = name->val.p[i];

			to[len++] = c > 0x20 && c < 0x7F ? (char)c : '?';
		}
		break;
	}
	to[len] = '\0';
}

static void consider(struct tls_expiry *first, const mbedtls_x509_time *time,
		     enum tls_part part, const mbedtls_x509_name *name)
{
	static const char *const words[] = {
		[TLS_OWN_CERTIFICATE] = "certificate",
		[TLS_AUTHORITY] = "authority",
		[TLS_REVOCATION_LIST] = "revocation list of",
	};
	int64_t at_s = tls_time_of(time);
	char of[64];

	if (at_s >= first->at_s)
		return;
	first->at_s = at_s;
	first->part = part;
	copy_name(name, of, sizeof(of));
	snprintf(first->what, sizeof(first->what), "%s %s", words[part], of);
}

void tls_context_read_expiry(const struct tls_context *context, struct tls_expiry *out)
{
	*out = (struct tls_expiry){.at_s = INT64_MAX};
	for (const mbedtls_x509_crt *at = &context->own; at; at = at->next)
		consider(out, &at->valid_to, TLS_OWN_CERTIFICATE, &at->subject);
	for (const mbedtls_x509_crt *at = &context->trusted; at; at = at->next)
		consider(out, &at->valid_to, TLS_AUTHORITY, &at->subject);
	/* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): &context->own is not context */
	if (!context->wants_crl)
		return;
	for (const mbedtls_x509_crl *at = &context->revoked; at; at = at->next) {
		if (at->next_update.year > 0)
			consider(out, &at->next_update, TLS_REVOCATION_LIST, &at->issuer);
	}
}

bool tls_context_clock_is_unset(const struct tls_context *context)
{
	return time(NULL) <
	       tls_time_of(&context->own.valid_from); /* as mbedtls reads it */
}

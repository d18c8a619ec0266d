/* SPDX-License-Identifier: MIT */
/*
 * Who the peer is, and why a connection failed, in words.
 *
 * Layer: hal. Threads: as hal/tls.h.
 *
 * mbedtls checks a name on the client's side only; a gate must also know that the one who dials
 * in is the customs platform and not any holder of a certificate from the same issuer. So the
 * name is checked here, in both directions alike.
 */
#include "hal/linux/tls_private.h"

#include <string.h>
#include <strings.h>

#include <mbedtls/error.h>
#include <mbedtls/net_sockets.h>
#include <mbedtls/oid.h>

#include "hal/text.h"

enum { MBEDTLS_TEXT_BYTES = 96, ASN1_TAG_NUMBER = 0x1F };

/* ---- names ------------------------------------------------------------------------------- */

/* RFC 6125 6.4: letters without case; "*." stands for exactly one left-most label. */
static bool is_same_name(const mbedtls_x509_buf *in_cert, const char *expected)
{
	const char *pattern = (const char *)in_cert->p;
	size_t len = in_cert->len;

	if (len > 2 && pattern[0] == '*' && pattern[1] == '.') {
		expected = strchr(expected, '.');
		if (!expected)
			return false;
		pattern++;
		len--;
	}
	return strlen(expected) == len && !strncasecmp(pattern, expected, len);
}

/* Adds a name to the list for the complaint; what is not plain ASCII becomes '?'. */
static void note_name(struct tls_conn *conn, const mbedtls_x509_buf *name)
{
	size_t at = strlen(conn->seen_names);
	const size_t end = sizeof(conn->seen_names) - 1;

	if (at > 0 && at + 2 < end) {
		conn->seen_names[at++] = ',';
		conn->seen_names[at++] = ' ';
	}
	for (size_t i = 0; i < name->len && at < end; i++) {
		unsigned char c = name->p[i];

		conn->seen_names[at++] = c > 0x20 && c < 0x7F ? (char)c : '?';
	}
	conn->seen_names[at] = '\0';
}

static bool has_alternative_names(const mbedtls_x509_crt *cert)
{
#if TLS_HAS_MBEDTLS_3
	return mbedtls_x509_crt_has_ext_type(cert, MBEDTLS_X509_EXT_SUBJECT_ALT_NAME);
#else
	return cert->ext_types & MBEDTLS_X509_EXT_SUBJECT_ALT_NAME;
#endif
}

static bool matches_alternative_name(struct tls_conn *conn, const mbedtls_x509_crt *cert)
{
	bool matches = false;

	for (const mbedtls_x509_sequence *at = &cert->subject_alt_names; at;
	     at = at->next) {
		if (!at->buf.p ||
		    (at->buf.tag & ASN1_TAG_NUMBER) != MBEDTLS_X509_SAN_DNS_NAME)
			continue;
		note_name(conn, &at->buf);
		matches = matches || is_same_name(&at->buf, conn->peer_name);
	}
	return matches;
}

static bool matches_common_name(struct tls_conn *conn, const mbedtls_x509_crt *cert)
{
	bool matches = false;

	for (const mbedtls_x509_name *at = &cert->subject; at; at = at->next) {
		if (!at->oid.p || MBEDTLS_OID_CMP(MBEDTLS_OID_AT_CN, &at->oid))
			continue;
		note_name(conn, &at->val);
		matches = matches || is_same_name(&at->val, conn->peer_name);
	}
	return matches;
}

/* ---- the check --------------------------------------------------------------------------- */

static bool is_same_der(const mbedtls_x509_buf *a, const mbedtls_x509_buf *b)
{
	return a->len == b->len && !memcmp(a->p, b->p, a->len);
}

/* mbedtls lets a certificate pass when there is no list of its issuer at all; who configures
 * lists wants every issuer covered. The trusted issuers themselves can't be revoked. */
static bool lacks_revocation_list(const struct tls_context *context,
				  const mbedtls_x509_crt *cert)
{
	for (const mbedtls_x509_crt *at = &context->trusted; at; at = at->next) {
		if (is_same_der(&at->raw, &cert->raw))
			return false;
	}
	for (const mbedtls_x509_crl *at = &context->revoked; at; at = at->next) {
		if (is_same_der(&at->issuer_raw, &cert->issuer_raw))
			return false;
	}
	return true;
}

/* Without a clock nothing says what has expired; what had, when our own certificate began, has. */
static bool outlasts(const struct tls_context *context, const mbedtls_x509_crt *cert)
{
	return tls_time_of(&cert->valid_to) > tls_time_of(&context->own.valid_from);
}

int tls_check_certificate(void *arg, mbedtls_x509_crt *cert, int depth, uint32_t *flags)
{
	struct tls_conn *conn = arg;

	conn->was_checked = true;
	if ((*flags & MBEDTLS_X509_BADCERT_FUTURE ||
	     *flags & MBEDTLS_X509_BADCRL_FUTURE) &&
	    tls_context_clock_is_unset(conn->context) && outlasts(conn->context, cert))
		*flags &= ~(uint32_t)(MBEDTLS_X509_BADCERT_FUTURE |
				      MBEDTLS_X509_BADCRL_FUTURE);
	if (conn->context->wants_crl && lacks_revocation_list(conn->context, cert))
		*flags |= MBEDTLS_X509_BADCERT_OTHER;
	if (depth > 0)
		return 0;
	conn->seen_names[0] = '\0';
	if (has_alternative_names(cert) ? !matches_alternative_name(conn, cert)
					: !matches_common_name(conn, cert))
		*flags |= MBEDTLS_X509_BADCERT_CN_MISMATCH;
	return 0;
}

/* ---- explanations ------------------------------------------------------------------------ */

static const char *alert_name(unsigned alert)
{
	static const struct {
		unsigned alert;
		const char *name;
	} names[] = {
		{MBEDTLS_SSL_ALERT_MSG_UNEXPECTED_MESSAGE,    "unexpected message"     },
		{MBEDTLS_SSL_ALERT_MSG_BAD_RECORD_MAC,        "bad record"             },
		{MBEDTLS_SSL_ALERT_MSG_HANDSHAKE_FAILURE,     "handshake failure"      },
		{MBEDTLS_SSL_ALERT_MSG_NO_CERT,               "no certificate"         },
		{MBEDTLS_SSL_ALERT_MSG_BAD_CERT,              "bad certificate"        },
		{MBEDTLS_SSL_ALERT_MSG_UNSUPPORTED_CERT,      "unsupported certificate"},
		{MBEDTLS_SSL_ALERT_MSG_CERT_REVOKED,          "certificate revoked"    },
		{MBEDTLS_SSL_ALERT_MSG_CERT_EXPIRED,          "certificate expired"    },
		{MBEDTLS_SSL_ALERT_MSG_CERT_UNKNOWN,          "certificate unknown"    },
		{MBEDTLS_SSL_ALERT_MSG_ILLEGAL_PARAMETER,     "illegal parameter"      },
		{MBEDTLS_SSL_ALERT_MSG_UNKNOWN_CA,            "unknown issuer"         },
		{MBEDTLS_SSL_ALERT_MSG_ACCESS_DENIED,         "access denied"          },
		{MBEDTLS_SSL_ALERT_MSG_DECODE_ERROR,          "decode error"           },
		{MBEDTLS_SSL_ALERT_MSG_DECRYPT_ERROR,         "decrypt error"          },
		{MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION,      "protocol version"       },
		{MBEDTLS_SSL_ALERT_MSG_INSUFFICIENT_SECURITY, "insufficient security"  },
		{MBEDTLS_SSL_ALERT_MSG_INTERNAL_ERROR,        "internal error"         },
		{MBEDTLS_SSL_ALERT_MSG_UNRECOGNIZED_NAME,     "unrecognised name"      },
		{116 /* RFC 8446 6.2 */,                      "certificate required"   },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (names[i].alert == alert)
			return names[i].name;
	}
	return "not in the standard";
}

/* mbedtls has no accessor for the number of a fatal alert; it stays in the record just read. */
static unsigned last_alert(const mbedtls_ssl_context *ssl)
{
#if TLS_HAS_MBEDTLS_3
	return ssl->MBEDTLS_PRIVATE(in_msg)[1];
#else
	return ssl->in_msg[1];
#endif
}

static enum kakou_err explain_certificate(const struct tls_conn *conn, struct why *why)
{
	static const struct {
		uint32_t flag;
		const char *text;
	} checks[] = {
		{MBEDTLS_X509_BADCERT_MISSING,       "no certificate"                       },
		{MBEDTLS_X509_BADCERT_REVOKED,       "certificate revoked"                  },
		{MBEDTLS_X509_BADCERT_EXPIRED,       "certificate expired"                  },
		{MBEDTLS_X509_BADCERT_FUTURE,
		 "certificate not yet valid: is the clock right?"                           },
		{MBEDTLS_X509_BADCERT_NOT_TRUSTED,
		 "certificate not signed by a trusted issuer"                               },
		{MBEDTLS_X509_BADCRL_NOT_TRUSTED,
		 "revocation list not signed by a trusted issuer"                           },
		{MBEDTLS_X509_BADCRL_EXPIRED,        "revocation list expired"              },
		{MBEDTLS_X509_BADCRL_FUTURE,
		 "revocation list not yet valid: is the clock right?"                       },
		{MBEDTLS_X509_BADCERT_OTHER,
		 "no revocation list of the certificate's issuer"                           },
		{MBEDTLS_X509_BADCERT_KEY_USAGE,     "certificate has another key usage"    },
		{MBEDTLS_X509_BADCERT_EXT_KEY_USAGE,
		 "certificate has another extended key usage"                               },
		{MBEDTLS_X509_BADCERT_BAD_MD,        "certificate signed with a weak digest"},
		{MBEDTLS_X509_BADCERT_BAD_KEY,       "certificate has a weak key"           },
	};
	uint32_t flags = mbedtls_ssl_get_verify_result(&conn->ssl);

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (flags & checks[i].flag)
			return why_set(why, KAKOU_E_REFUSED, "%s, peer \"%s\"",
				       checks[i].text, conn->peer_name);
	}
	if (flags & MBEDTLS_X509_BADCERT_CN_MISMATCH)
		return why_set(why, KAKOU_E_REFUSED,
			       "name mismatch: certificate is for %s, expected %s",
			       conn->seen_names[0] ? conn->seen_names : "nobody",
			       conn->peer_name);
	return why_set(why, KAKOU_E_REFUSED, "certificate refused (flags 0x%x)",
		       (unsigned)flags);
}

static bool has_flags(const struct tls_conn *conn)
{
	uint32_t flags = mbedtls_ssl_get_verify_result(&conn->ssl);

	return flags != 0 && flags != UINT32_MAX;
}

/* A peer that speaks TLS, but none that both sides allow. */
static bool is_no_common_ground(int failure)
{
	switch (failure) {
#if TLS_HAS_MBEDTLS_3
	case MBEDTLS_ERR_SSL_BAD_PROTOCOL_VERSION:
	case MBEDTLS_ERR_SSL_HANDSHAKE_FAILURE:
#else
	case MBEDTLS_ERR_SSL_BAD_HS_PROTOCOL_VERSION:
	case MBEDTLS_ERR_SSL_NO_CIPHER_CHOSEN:
	case MBEDTLS_ERR_SSL_NO_USABLE_CIPHERSUITE:
#endif
		return true;
	default: return false;
	}
}

/* Under TLS 1.3 mbedtls (up to 3.6.6 at least) sends the alert that refuses a certificate under
 * the keys of an earlier stage, so the other side can't decipher it: upstream issue 10877. What
 * fails so before any data has come is that alert, for all that an honest peer can do; but anybody
 * on the way can forge a record. */
static bool is_mistimed_alert(const struct tls_conn *conn, int failure)
{
	return failure == MBEDTLS_ERR_SSL_INVALID_MAC && !conn->has_read &&
	       !strcmp(mbedtls_ssl_get_version(&conn->ssl), "TLSv1.3");
}

/* Whoever has no version of ours says so himself when our first message shows it, as that of mbedtls 3
 * does: then it is his alert that ends it. */
static enum kakou_err explain_alert(const struct tls_conn *conn, struct why *why)
{
	unsigned alert = last_alert(&conn->ssl);
	bool has_no_version = alert == MBEDTLS_SSL_ALERT_MSG_PROTOCOL_VERSION;

	return why_set(why, KAKOU_E_REFUSED, "%speer: alert %u, %s",
		       has_no_version ? "no TLS version or cipher in common: " : "",
		       alert, alert_name(alert));
}

enum kakou_err tls_explain(const struct tls_conn *conn, int failure, struct why *why)
{
	char text[MBEDTLS_TEXT_BYTES];

	switch (failure) {
	case 0: /* how mbedtls_ssl_read() says the same */
	case MBEDTLS_ERR_SSL_CONN_EOF:
		return why_set(why, KAKOU_E_LINK,
			       "the peer closed without a close_notify");
	case MBEDTLS_ERR_SSL_PEER_CLOSE_NOTIFY:
		return why_set(why, KAKOU_E_LINK, "the peer has closed");
	case MBEDTLS_ERR_NET_CONN_RESET:
		return why_set(why, KAKOU_E_LINK, "the peer reset the connection");
	case MBEDTLS_ERR_NET_RECV_FAILED:
	case MBEDTLS_ERR_NET_SEND_FAILED:
		return why_set(why, KAKOU_E_LINK, "the connection failed");
	case MBEDTLS_ERR_SSL_FATAL_ALERT_MESSAGE: return explain_alert(conn, why);
	case MBEDTLS_ERR_SSL_NO_CLIENT_CERTIFICATE:
		return why_set(why, KAKOU_E_REFUSED, "no client certificate, expected %s",
			       conn->peer_name);
#if TLS_HAS_MBEDTLS_3
	case MBEDTLS_ERR_SSL_BAD_CERTIFICATE:
#else
	case MBEDTLS_ERR_SSL_BAD_HS_CERTIFICATE:
#endif
		/* Its use is checked last, and told by another number. */
		if (!has_flags(conn))
			break;
		return explain_certificate(conn, why);
	case MBEDTLS_ERR_X509_CERT_VERIFY_FAILED: return explain_certificate(conn, why);
	case MBEDTLS_ERR_SSL_ALLOC_FAILED:
		return why_set(why, KAKOU_E_NOMEM, "no memory for TLS");
	default: break;
	}
	if (is_mistimed_alert(conn, failure))
		return why_set(why, KAKOU_E_REFUSED,
			       "peer: alert that can't be deciphered, most likely it "
			       "refuses our certificate; or not valid TLS");
	mbedtls_strerror(failure, text, sizeof(text));
	if (is_no_common_ground(failure))
		return why_set(why, KAKOU_E_REFUSED,
			       "no TLS version or cipher in common: %s", text);
	return why_set(why, KAKOU_E_GARBLED, "not valid TLS: %s", text);
}

/* SPDX-License-Identifier: MIT */
/*
 * Requests for certificates, on mbedtls.
 *
 * Layer: hal. Blocks on the disk.
 */
#include "hal/linux/certificate_private.h"

#include <stdio.h>
#include <string.h>

#include <mbedtls/asn1write.h>
#include <mbedtls/oid.h>
#include <mbedtls/x509.h>
#include <mbedtls/x509_csr.h>

enum { NAME_DER_BYTES = CERTIFICATE_NAME_MAX + 16, SAN_DNS = 2, SAN_ADDRESS = 7 };

/* SEQUENCE of the two key purposes (RFC 5280 4.2.1.12). */
static const unsigned char both_ends[] = {
	0x30, 0x14, 0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03,
	0x01, 0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x02,
};
static const unsigned char server_only[] = {
	0x30, 0x0A, 0x06, 0x08, 0x2B, 0x06, 0x01, 0x05, 0x05, 0x07, 0x03, 0x01,
};

/* 0 or a failure of mbedtls. */
static int add_extension(mbedtls_x509write_csr *request, const char *oid, size_t oid_len,
			 const unsigned char *value, size_t len)
{
#if CERTIFICATE_HAS_MBEDTLS_3
	return mbedtls_x509write_csr_set_extension(request, oid, oid_len, 0, value, len);
#else
	return mbedtls_x509write_csr_set_extension(request, oid, oid_len, value, len);
#endif
}

/* GeneralNames with one name (RFC 5280 4.2.1.6), written from the end as mbedtls does. */
static int add_name(mbedtls_x509write_csr *request, const char *name)
{
	unsigned char der[NAME_DER_BYTES];
	unsigned char address[16];
	unsigned char *at = der + sizeof(der);
	size_t len;
	bool is_address = certificate_parse_address(name, address, &len);
	const unsigned char *value = is_address ? address : (const unsigned char *)name;
	int written;

	len = is_address ? len : strlen(name);
	written = mbedtls_asn1_write_raw_buffer(&at, der, value, len);
	if (written >= 0)
		written = mbedtls_asn1_write_len(&at, der, len);
	if (written >= 0)
		written = mbedtls_asn1_write_tag(
			&at, der,
			(unsigned char)(MBEDTLS_ASN1_CONTEXT_SPECIFIC |
					(is_address ? SAN_ADDRESS : SAN_DNS)));
	if (written >= 0)
		written = mbedtls_asn1_write_len(&at, der,
						 (size_t)(der + sizeof(der) - at));
	if (written >= 0)
		written = mbedtls_asn1_write_tag(
			&at, der, MBEDTLS_ASN1_CONSTRUCTED | MBEDTLS_ASN1_SEQUENCE);
	if (written < 0)
		return written;
	return add_extension(request, MBEDTLS_OID_SUBJECT_ALT_NAME,
			     MBEDTLS_OID_SIZE(MBEDTLS_OID_SUBJECT_ALT_NAME), at,
			     (size_t)(der + sizeof(der) - at));
}

static int fill(mbedtls_x509write_csr *request, const char *name,
		enum certificate_use use)
{
	char subject[CERTIFICATE_NAME_MAX + 8];
	bool is_server = use == CERTIFICATE_SERVER;
	int failure;

	(void)snprintf(subject, sizeof(subject), "CN=%s", name);
	failure = mbedtls_x509write_csr_set_subject_name(request, subject);
	if (!failure)
		failure = mbedtls_x509write_csr_set_key_usage(
			request, MBEDTLS_X509_KU_DIGITAL_SIGNATURE);
	if (!failure)
		failure = add_extension(request, MBEDTLS_OID_EXTENDED_KEY_USAGE,
					MBEDTLS_OID_SIZE(MBEDTLS_OID_EXTENDED_KEY_USAGE),
					is_server ? server_only : both_ends,
					is_server ? sizeof(server_only)
						  : sizeof(both_ends));
	return failure ? failure : add_name(request, name);
}

enum kakou_err certificate_write_request(const char *key_file, uid_t key_owner,
					 const char *name, enum certificate_use use,
					 char out[CERTIFICATE_REQUEST_MAX],
					 struct why *why)
{
	mbedtls_x509write_csr request;
	struct certificate_key key;
	enum kakou_err err = certificate_open_key(&key, key_file, key_owner, why);

	mbedtls_x509write_csr_init(&request);
	if (!err) {
		int failure;

		mbedtls_x509write_csr_set_md_alg(&request, MBEDTLS_MD_SHA256);
		mbedtls_x509write_csr_set_key(&request, &key.pk);
		failure = fill(&request, name, use);
		if (!failure)
			failure = mbedtls_x509write_csr_pem(
				&request, (unsigned char *)out, CERTIFICATE_REQUEST_MAX,
				mbedtls_ctr_drbg_random, &key.random);
		if (failure)
			err = certificate_explain(why, name, "a name for a request",
						  failure);
	}
	mbedtls_x509write_csr_free(&request);
	certificate_close_key(&key);
	return err;
}

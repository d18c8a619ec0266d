/* SPDX-License-Identifier: MIT */
/*
 * Certificates, keys and revocation lists from files into a TLS configuration.
 *
 * Layer: hal. Blocks on the disk; start and rotation only.
 */
#include "hal/linux/tls_private.h"

#include <stdlib.h>
#include <string.h>

#include <mbedtls/error.h>
#if TLS_HAS_MBEDTLS_3
#include <psa/crypto.h>
#endif

#include "hal/file.h"
#include "hal/linux/certificate_private.h"

enum { KEY_MAX_BYTES = 16 * 1024, MBEDTLS_TEXT_BYTES = 96 };

static int parse_key(struct tls_context *context, const unsigned char *pem, size_t size)
{
#if TLS_HAS_MBEDTLS_3
	return mbedtls_pk_parse_key(&context->key, pem, size, NULL, 0,
				    mbedtls_ctr_drbg_random, &context->random);
#else
	return mbedtls_pk_parse_key(&context->key, pem, size, NULL, 0);
#endif
}

static int check_pair(struct tls_context *context)
{
#if TLS_HAS_MBEDTLS_3
	return mbedtls_pk_check_pair(&context->own.pk, &context->key,
				     mbedtls_ctr_drbg_random, &context->random);
#else
	return mbedtls_pk_check_pair(&context->own.pk, &context->key);
#endif
}

static enum kakou_err load_key(struct tls_context *context, const char *path,
			       struct why *why)
{
	char *pem;
	size_t len;
	int failure;
	enum kakou_err err = file_read_secret(path, KEY_MAX_BYTES, &pem, &len, why);

	if (err)
		return err;
	failure = parse_key(context, (unsigned char *)pem, len + 1);
	explicit_bzero(pem, len);
	free(pem);
	if (failure)
		return certificate_explain(why, path, "a private key in PEM", failure);
	failure = check_pair(context);
	return failure ? certificate_explain(why, path, "the key of the certificate",
					     failure)
		       : KAKOU_OK;
}

static enum kakou_err load_files(struct tls_context *context,
				 const struct tls_config *config, struct why *why)
{
	enum kakou_err err =
		certificate_load_chain(&context->trusted, config->ca_file, why);

	if (!err && config->crl_file)
		err = certificate_load_lists(&context->revoked, config->crl_file, why);
	if (!err)
		err = certificate_load_chain(&context->own, config->cert_file, why);
	if (!err)
		err = load_key(context, config->key_file, why);
	return err;
}

static void require_tls_1_2(mbedtls_ssl_config *config)
{
#if TLS_HAS_MBEDTLS_3
	mbedtls_ssl_conf_min_tls_version(config, MBEDTLS_SSL_VERSION_TLS1_2);
#else
	mbedtls_ssl_conf_min_version(config, MBEDTLS_SSL_MAJOR_VERSION_3,
				     MBEDTLS_SSL_MINOR_VERSION_3);
#endif
}

/* 0 or a failure of mbedtls. */
static int seed(struct tls_context *context)
{
#if TLS_HAS_MBEDTLS_3
	/* TLS 1.3 works through PSA; a second call does nothing. */
	if (psa_crypto_init() != PSA_SUCCESS)
		return MBEDTLS_ERR_CTR_DRBG_ENTROPY_SOURCE_FAILED;
#endif
	return mbedtls_ctr_drbg_seed(&context->random, mbedtls_entropy_func,
				     &context->entropy, NULL, 0);
}

/* mbedtls 2.28 begins with P-521, which makes a handshake several times as dear as P-256; 3.6
 * orders its groups by itself. The others stay, for peers whose certificates need them. */
static void prefer_quick_groups(mbedtls_ssl_config *config)
{
#if TLS_HAS_MBEDTLS_3
	(void)config;
#else
	static const mbedtls_ecp_group_id groups[] = {
		MBEDTLS_ECP_DP_SECP256R1, MBEDTLS_ECP_DP_CURVE25519,
		MBEDTLS_ECP_DP_SECP384R1, MBEDTLS_ECP_DP_SECP521R1,
		MBEDTLS_ECP_DP_NONE,
	};

	mbedtls_ssl_conf_curves(config, groups);
#endif
}

/* Each connection of TLS 1.3 brings a new ticket, so that a peer which keeps the newest would never be
 * checked again. Our client keeps none; the server takes and gives none either. */
static void want_whole_tls_1_3(mbedtls_ssl_config *config)
{
#if TLS_HAS_MBEDTLS_3 && defined(MBEDTLS_SSL_PROTO_TLS1_3)
	mbedtls_ssl_conf_tls13_key_exchange_modes(
		config, MBEDTLS_SSL_TLS1_3_KEY_EXCHANGE_MODE_EPHEMERAL);
	mbedtls_ssl_conf_new_session_tickets(config, 0);
#else
	(void)config;
#endif
}

/* 0 or a failure of mbedtls. */
static int configure(struct tls_context *context)
{
	mbedtls_ssl_config *config = &context->config;
	int failure = mbedtls_ssl_config_defaults(
		config,
		context->is_server ? MBEDTLS_SSL_IS_SERVER : MBEDTLS_SSL_IS_CLIENT,
		MBEDTLS_SSL_TRANSPORT_STREAM, MBEDTLS_SSL_PRESET_DEFAULT);

	if (failure)
		return failure;
	require_tls_1_2(config);
	prefer_quick_groups(config);
	want_whole_tls_1_3(config);
	mbedtls_ssl_conf_authmode(config, MBEDTLS_SSL_VERIFY_REQUIRED);
	mbedtls_ssl_conf_ca_chain(config, &context->trusted,
				  context->wants_crl ? &context->revoked : NULL);
	mbedtls_ssl_conf_rng(config, mbedtls_ctr_drbg_random, &context->random);
	failure = mbedtls_ssl_conf_own_cert(config, &context->own, &context->key);
	if (!failure && context->is_server)
		failure = tls_session_serve(context);
	return failure;
}

static void init_parts(struct tls_context *context)
{
	mbedtls_ssl_config_init(&context->config);
	mbedtls_x509_crt_init(&context->trusted);
	mbedtls_x509_crl_init(&context->revoked);
	mbedtls_x509_crt_init(&context->own);
	mbedtls_pk_init(&context->key);
	mbedtls_entropy_init(&context->entropy);
	mbedtls_ctr_drbg_init(&context->random);
	mbedtls_ssl_ticket_init(&context->tickets);
}

enum kakou_err tls_context_create(struct tls_context **out,
				  const struct tls_config *config, struct why *why)
{
	struct tls_context *context = calloc(1, sizeof(*context));
	char text[MBEDTLS_TEXT_BYTES];
	enum kakou_err err;
	int failure;

	if (!context)
		return why_set(why, KAKOU_E_NOMEM, "no memory for a TLS context");
	init_parts(context);
	context->owners = 1;
	context->is_server = config->is_server;
	context->wants_crl = config->crl_file;
	failure = seed(context);
	if (failure)
		goto explain;
	err = load_files(context, config, why);
	if (err)
		goto destroy;
	failure = configure(context);
	if (failure)
		goto explain;
	*out = context;
	return KAKOU_OK;

explain:
	mbedtls_strerror(failure, text, sizeof(text));
	err = why_set(why, KAKOU_E_INVALID, "TLS can't be set up: %s", text);
destroy:
	tls_context_destroy(context);
	return err;
}

void tls_context_share(struct tls_context *context)
{
	context->owners++;
}

void tls_context_destroy(struct tls_context *context)
{
	if (!context || --context->owners > 0)
		return;
	tls_session_forget(context);
	mbedtls_ssl_ticket_free(&context->tickets);
	mbedtls_ssl_config_free(&context->config);
	mbedtls_x509_crt_free(&context->trusted);
	mbedtls_x509_crl_free(&context->revoked);
	mbedtls_x509_crt_free(&context->own);
	mbedtls_pk_free(&context->key);
	mbedtls_ctr_drbg_free(&context->random);
	mbedtls_entropy_free(&context->entropy);
	free(context);
}

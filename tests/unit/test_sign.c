/* SPDX-License-Identifier: MIT */
/*
 * Keys and signatures; the openssl command is the other side.
 *
 * Layer: tests.
 */
#include "hal/sign.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char directory[64];
static struct why why;

static const char *path_of(const char *name)
{
	static char paths[4][128];
	static unsigned next;
	char *path = paths[next++ % 4];

	snprintf(path, sizeof(paths[0]), "%s/%s", directory, name);
	return path;
}

/* In the directory. */
static int run(const char *script)
{
	char command[1024];

	snprintf(command, sizeof(command), "cd %s && (%s) >log 2>&1", directory, script);
	return system(command);
}

static void write_file(const char *name, const void *data, size_t len)
{
	FILE *file = fopen(path_of(name), "w");

	assert_non_null(file);
	assert_int_equal(fwrite(data, 1, len, file), len);
	assert_int_equal(fclose(file), 0);
}

static int set_up(void **state)
{
	const char *parent = getenv("TMPDIR");

	(void)state;
	snprintf(directory, sizeof(directory), "%s/kakou-sign-XXXXXX",
		 parent ? parent : "/tmp");
	assert_non_null(mkdtemp(directory));
	return 0;
}

static int tear_down(void **state)
{
	char command[96];

	(void)state;
	snprintf(command, sizeof(command), "rm -r %s", directory);
	return system(command);
}

static struct sign_key *make_key(const char *name)
{
	struct sign_key *key = NULL;

	if (sign_key_make(path_of(name), &why) ||
	    sign_key_load(&key, path_of(name), &why))
		fail_msg("%s", why.text);
	return key;
}

static void what_is_signed_here_openssl_verifies(void **state)
{
	unsigned char der[SIGN_PUBLIC_BYTES];
	unsigned char signature[SIGN_SIGNATURE_MAX];
	char pem[SIGN_PUBLIC_PEM_MAX];
	struct sign_key *key = make_key("key");
	size_t len;

	(void)state;
	assert_int_equal(sign_key_sign(key, "a text\n", 7, signature, &len, &why),
			 KAKOU_OK);
	sign_key_get_public(key, der);
	sign_print_public(der, pem);
	write_file("public", pem, strlen(pem));
	write_file("text", "a text\n", 7);
	write_file("other", "a text!", 7);
	write_file("signature", signature, len);
	assert_int_equal(
		run("openssl dgst -sha256 -verify public -signature signature text"), 0);
	assert_int_not_equal(
		run("openssl dgst -sha256 -verify public -signature signature other"), 0);
	assert_int_equal(run("openssl ec -in key -pubout | diff - public"), 0);
	sign_key_destroy(key);
}

static void what_openssl_signs_is_verified_here(void **state)
{
	struct sign_public *key = NULL;
	unsigned char signature[SIGN_SIGNATURE_MAX + 8];
	unsigned char der[SIGN_PUBLIC_BYTES];
	struct sign_public *again = NULL;
	ssize_t len;
	int fd;

	(void)state;
	write_file("text", "a text\n", 7);
	assert_int_equal(run("openssl ecparam -name prime256v1 -genkey -noout -out k && "
			     "openssl ec -in k -pubout -out p && "
			     "openssl dgst -sha256 -sign k -out s text"),
			 0);
	fd = open(path_of("s"), O_RDONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	len = read(fd, signature, sizeof(signature));
	close(fd);
	if (sign_public_load(&key, path_of("p"), &why))
		fail_msg("%s", why.text);
	assert_int_equal(sign_public_verify(key, "a text\n", 7, signature, (size_t)len),
			 KAKOU_OK);
	assert_int_equal(sign_public_verify(key, "a text ", 7, signature, (size_t)len),
			 KAKOU_E_REFUSED);
	for (ssize_t i = 0; i < len; i++) {
		signature[i] ^= 4;
		assert_int_equal(
			sign_public_verify(key, "a text\n", 7, signature, (size_t)len),
			KAKOU_E_REFUSED);
		signature[i] ^= 4;
	}
	assert_int_equal(sign_public_verify(key, "a text\n", 7, signature, 0),
			 KAKOU_E_REFUSED);
	sign_public_get(key, der);
	assert_int_equal(sign_public_take(&again, der, sizeof(der), &why), KAKOU_OK);
	assert_int_equal(sign_public_verify(again, "a text\n", 7, signature, (size_t)len),
			 KAKOU_OK);
	sign_public_destroy(again);
	sign_public_destroy(key);
}

static void the_same_text_gets_the_same_signature(void **state)
{
	unsigned char first[SIGN_SIGNATURE_MAX];
	unsigned char second[SIGN_SIGNATURE_MAX];
	struct sign_key *key = make_key("key");
	size_t first_len;
	size_t second_len;

	(void)state;
	assert_int_equal(sign_key_sign(key, "x", 1, first, &first_len, &why), KAKOU_OK);
	assert_int_equal(sign_key_sign(key, "x", 1, second, &second_len, &why), KAKOU_OK);
	assert_int_equal(first_len, second_len);
	assert_memory_equal(first, second, first_len);
	sign_key_destroy(key);
}

static void a_key_that_others_may_read_is_refused(void **state)
{
	struct sign_key *key = make_key("key");
	struct stat is;

	(void)state;
	sign_key_destroy(key);
	assert_int_equal(stat(path_of("key"), &is), 0);
	assert_int_equal(is.st_mode & 07777, 0600);
	assert_int_equal(chmod(path_of("key"), 0640), 0);
	assert_int_equal(sign_key_load(&key, path_of("key"), &why), KAKOU_E_DENIED);
	assert_non_null(strstr(why.text, "mode is 0640"));
}

static void a_key_is_never_replaced(void **state)
{
	struct sign_key *key = make_key("key");

	(void)state;
	sign_key_destroy(key);
	assert_int_equal(sign_key_make(path_of("key"), &why), KAKOU_E_INVALID);
	assert_non_null(strstr(why.text, "exists"));
}

static void what_is_no_key_of_p_256_is_refused(void **state)
{
	static const char *const makes[] = {
		"openssl ecparam -name secp256k1 -genkey -noout -out k",
		"openssl ecparam -name secp384r1 -genkey -noout -out k",
		"openssl genrsa -out k 2048",
		"openssl genpkey -algorithm ed25519 -out k",
		"echo nothing >k",
		": >k",
	};
	struct sign_public *public = NULL;
	struct sign_key *key = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(makes) / sizeof(makes[0]); i++) {
		assert_int_equal(run(makes[i]), 0);
		assert_int_equal(run("chmod 600 k; openssl pkey -in k -pubout -out p || "
				     "cp k p"),
				 0);
		assert_int_equal(sign_key_load(&key, path_of("k"), &why),
				 KAKOU_E_INVALID);
		assert_int_equal(sign_public_load(&public, path_of("p"), &why),
				 KAKOU_E_INVALID);
	}
	assert_int_equal(sign_key_load(&key, path_of("none"), &why), KAKOU_E_NOTFOUND);
	assert_int_equal(sign_public_load(&public, path_of("none"), &why),
			 KAKOU_E_NOTFOUND);
}

int main(void)
{
#define IN_DIRECTORY(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
	const struct CMUnitTest tests[] = {
		IN_DIRECTORY(what_is_signed_here_openssl_verifies),
		IN_DIRECTORY(what_openssl_signs_is_verified_here),
		IN_DIRECTORY(the_same_text_gets_the_same_signature),
		IN_DIRECTORY(a_key_that_others_may_read_is_refused),
		IN_DIRECTORY(a_key_is_never_replaced),
		IN_DIRECTORY(what_is_no_key_of_p_256_is_refused),
	};
#undef IN_DIRECTORY

	return cmocka_run_group_tests_name("sign", tests, NULL, NULL);
}

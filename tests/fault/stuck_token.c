/* SPDX-License-Identifier: MIT */
/*
 * A PKCS #11 module before another one, whose token can be pulled out or be stuck while a program
 * uses it:
 *
 *   KAKOU_TOKEN_MODULE=/usr/lib/softhsm/libsofthsm2.so KAKOU_TOKEN_FILE=/path/control …
 *
 * The control file, when it exists, is read before each call: "gone" = there is no token, "stuck" =
 * the call does not return until the file says otherwise.
 *
 * Layer: tests. Threads: any.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <p11-kit/pkcs11.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR out);

static CK_FUNCTION_LIST_PTR real;

static bool says(const char *word)
{
	const char *path = getenv("KAKOU_TOKEN_FILE");
	char text[16] = "";
	int fd = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
	ssize_t got;

	if (fd < 0)
		return false;
	got = read(fd, text, sizeof(text) - 1);
	close(fd);
	return got > 0 && !strncmp(text, word, strlen(word));
}

static void wait_while_stuck(void)
{
	struct timespec pause = {.tv_nsec = 2000000};

	while (says("stuck"))
		(void)nanosleep(&pause, NULL);
}

static CK_RV list_slots(CK_BBOOL is_present, CK_SLOT_ID_PTR slots, CK_ULONG_PTR count)
{
	wait_while_stuck();
	if (!says("gone"))
		return real->C_GetSlotList(is_present, slots, count);
	*count = 0;
	return CKR_OK;
}

static CK_RV sign(CK_SESSION_HANDLE session, CK_BYTE_PTR data, CK_ULONG data_len,
		  CK_BYTE_PTR signature, CK_ULONG_PTR len)
{
	wait_while_stuck();
	if (says("gone"))
		return CKR_DEVICE_REMOVED;
	return real->C_Sign(session, data, data_len, signature, len);
}

CK_RV C_GetFunctionList(CK_FUNCTION_LIST_PTR_PTR out)
{
	static CK_FUNCTION_LIST list;
	const char *path = getenv("KAKOU_TOKEN_MODULE");
	void *module = dlopen(path ? path : "/usr/lib/softhsm/libsofthsm2.so", RTLD_NOW);
	CK_C_GetFunctionList get;

	if (!module)
		return CKR_GENERAL_ERROR;
	*(void **)&get = dlsym(module, "C_GetFunctionList");
	if (!get || get(&real) != CKR_OK)
		return CKR_GENERAL_ERROR;
	list = *real;
	list.C_GetSlotList = list_slots;
	list.C_Sign = sign;
	*out = &list;
	return CKR_OK;
}

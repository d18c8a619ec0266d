/* SPDX-License-Identifier: MIT */
/*
 * Words of what came of an update. Layer: firmware. Pure.
 */
#include "firmware/update/note.h"

#include <assert.h>

const char *update_note_word(int note)
{
	static const char *const words[UPDATE_NOTES] = {
		[UPDATE_REFUSED] = "refused",     [UPDATE_FAILED] = "failed",
		[UPDATE_INSTALLED] = "installed", [UPDATE_BOOTED] = "booted",
		[UPDATE_TRIED] = "tried",         [UPDATE_CONFIRMED] = "confirmed",
		[UPDATE_GAVE_UP] = "gave_up",     [UPDATE_ROLLED_BACK] = "rolled_back",
	};

	assert(note >= 0 && note < UPDATE_NOTES);
	return words[note];
}

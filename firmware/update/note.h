/* SPDX-License-Identifier: MIT */
/*
 * What came of an update, as the record has it.
 *
 * Layer: firmware. Pure.
 */
#ifndef KAKOU_FIRMWARE_UPDATE_NOTE_H
#define KAKOU_FIRMWARE_UPDATE_NOTE_H

enum update_note {
	UPDATE_REFUSED, /**< of another board, badly signed, older: nothing was changed */
	UPDATE_FAILED,  /**< while it was copied; what ran goes on */
	UPDATE_INSTALLED,   /**< whole in the other slot, which the next start takes */
	UPDATE_BOOTED,      /**< a start: which slot, which version */
	UPDATE_TRIED,       /**< a start that is the new version's trial */
	UPDATE_CONFIRMED,   /**< its kakoud was healthy for long enough */
	UPDATE_GAVE_UP,     /**< it was not; back to the version before */
	UPDATE_ROLLED_BACK, /**< the machine came up with the version before */
	UPDATE_NOTES,
};

/** "refused", "failed", "installed", "booted", "tried", "confirmed", "gave_up", "rolled_back". */
const char *update_note_word(int note);

#endif

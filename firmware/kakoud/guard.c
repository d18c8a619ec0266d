/* SPDX-License-Identifier: MIT */
/*
 * Guard. Layer: firmware. Threads: main.
 */
#include "firmware/kakoud/guard.h"

#include <stdlib.h>
#include <string.h>

#include "firmware/kakoud/guard_judge.h"
#include "hal/file.h"
#include "hal/log.h"
#include "hal/notify.h"
#include "hal/text.h"
#include "hal/watchdog.h"

/* The watchdog's time-out is ten times this at least. */
enum { KICK_MS = 1000 };

struct guard {
	const struct site *site;
	struct mailbox *mailbox;
	struct snapshot_guard view;
	struct guard_memory memory; /* as it is to be written */
	struct guard_cause cause;
	struct watchdog_found found;
	struct watchdog *watchdog; /* NULL = not armed */
	struct guard_pulse pulse;
	int64_t armed_ms, kicked_ms;
	bool has_begun, is_settled;
};

static void show(struct guard *guard)
{
	mailbox_put(guard->mailbox, &guard->view);
}

/* What can't be written is said and not repeated: a full disk is the record's alarm, not ours. */
static void remember(struct guard *guard)
{
	struct why why;

	if (guard_memory_write(&guard->memory, guard->site->state_dir, &why))
		log_warning("guard", "%s", why.text);
}

static void read_boot(char boot[GUARD_BOOT_MAX + 1])
{
	char *text;
	size_t len;

	boot[0] = '\0';
	if (file_read_whole("/proc/sys/kernel/random/boot_id", GUARD_BOOT_MAX, &text,
			    &len, NULL))
		return;
	text[strcspn(text, "\n")] = '\0';
	text_copy(boot, GUARD_BOOT_MAX + 1, text);
	free(text);
}

static void judge(struct guard *guard, bool was_stopped)
{
	struct guard_memory old;
	struct why why;
	enum kakou_err err = guard_memory_read(&old, guard->site->state_dir, &why);
	struct guard_past past = {
		.memory = err ? NULL : &old,
		.boot = guard->memory.boot,
		.causes = guard->found.causes,
		.was_stopped = was_stopped,
	};

	if (err && err != KAKOU_E_NOTFOUND)
		log_warning("guard", "what the last run left is not known: %s", why.text);
	guard_judge(&past, &guard->cause);
	guard->memory.resets = guard->cause.resets;
	guard->view.resets = guard->cause.resets;
	text_copy(guard->view.reset_by, sizeof(guard->view.reset_by), guard->cause.by);
	text_copy(guard->view.reset_why, sizeof(guard->view.reset_why), guard->cause.why);
}

enum kakou_err guard_open(struct guard **out, const struct site *site, bool was_stopped,
			  struct mailbox *view)
{
	struct guard *guard = calloc(1, sizeof(*guard));
	struct why why;

	if (!guard)
		return KAKOU_E_NOMEM;
	guard->site = site;
	guard->mailbox = view;
	guard->view.state = "none";
	read_boot(guard->memory.boot);
	text_copy(guard->view.identity, sizeof(guard->view.identity), site->watchdog);
	if (site->watchdog[0] && watchdog_find(&guard->found, site->watchdog, &why)) {
		log_error("guard", "%s", why.text);
		guard->view.state = "missing";
		text_copy(guard->view.why, sizeof(guard->view.why), why.text);
	}
	judge(guard, was_stopped);
	show(guard);
	*out = guard;
	return KAKOU_OK;
}

bool guard_fill_event(const struct guard *guard, struct event *event)
{
	if (!guard->cause.is_told)
		return false;
	event_begin(event, EVENT_RESET, EVENT_NO_LANE, 0);
	event_add_text(event, "by", guard->cause.by);
	event_add_text(event, "why", guard->cause.why);
	event_add_number(event, "resets", guard->cause.resets);
	return true;
}

static void start_watchdog(struct guard *guard)
{
	struct why why;

	if (!guard->site->watchdog[0] || !guard->found.identity[0])
		return;
	if (!guard->cause.may_arm) {
		guard->view.state = "withheld";
		text_copy(guard->view.why, sizeof(guard->view.why),
			  "it has reset the machine three times in a row");
		log_error("guard", "the watchdog is not armed: %s", guard->view.why);
	} else if (watchdog_open(&guard->watchdog, &guard->found, guard->site->watchdog_s,
				 &why)) {
		guard->view.state = "refused";
		text_copy(guard->view.why, sizeof(guard->view.why), why.text);
		log_error("guard", "the watchdog is not armed: %s", why.text);
	} else {
		guard->view.state = "armed";
		guard->view.timeout_s = watchdog_timeout_s(guard->watchdog);
	}
}

void guard_arm(struct guard *guard, uint64_t scans, int64_t now_ms)
{
	start_watchdog(guard);
	guard->has_begun = true;
	guard->memory.was_armed = guard->watchdog != NULL;
	guard->armed_ms = now_ms;
	guard->kicked_ms = now_ms - KICK_MS;
	guard_pulse_begin(&guard->pulse, scans, now_ms);
	remember(guard);
	show(guard);
	(void)notify_send("READY=1");
}

static void kick(struct guard *guard, int64_t now_ms)
{
	if (now_ms - guard->kicked_ms < KICK_MS)
		return;
	guard->kicked_ms = now_ms;
	if (guard->watchdog && watchdog_kick(guard->watchdog))
		log_error("guard", "the watchdog can't be kicked");
	(void)notify_send("WATCHDOG=1");
}

/* Written before the reset it explains. */
static void note_hang(struct guard *guard)
{
	log_error("guard", "the control loop hangs: no healthy scan for %d ms",
		  GUARD_HUNG_MS);
	text_copy(guard->memory.reason, sizeof(guard->memory.reason),
		  "the control loop hung");
	guard->view.is_hung = true;
	show(guard);
	remember(guard);
}

static void note_revival(struct guard *guard)
{
	log_warning("guard", "the control loop goes on");
	guard->memory.reason[0] = '\0';
	guard->view.is_hung = false;
	show(guard);
	remember(guard);
}

static void settle(struct guard *guard, int64_t now_ms)
{
	if (guard->is_settled || now_ms - guard->armed_ms < GUARD_SETTLED_MS)
		return;
	guard->is_settled = true;
	if (guard->memory.resets == 0)
		return;
	guard->memory.resets = 0;
	remember(guard);
}

void guard_step(struct guard *guard, uint64_t scans, int64_t now_ms)
{
	switch (guard_pulse_step(&guard->pulse, scans, now_ms)) {
	case GUARD_WAITING: return;
	case GUARD_HANGS: note_hang(guard); return;
	case GUARD_REVIVED: note_revival(guard); break;
	case GUARD_ALIVE: break;
	}
	kick(guard, now_ms);
	settle(guard, now_ms);
}

void guard_show_machine(struct guard *guard, const struct machine *machine)
{
	guard->view.is_measured = true;
	guard->view.machine = *machine;
	show(guard);
}

void guard_disarm(struct guard *guard)
{
	if (!guard)
		return;
	watchdog_close(guard->watchdog);
	guard->watchdog = NULL;
	(void)notify_send("STOPPING=1");
}

void guard_close(struct guard *guard)
{
	if (!guard)
		return;
	guard->memory.was_armed = false;
	guard->memory.reason[0] = '\0';
	if (guard->has_begun)
		remember(guard);
	free(guard);
}

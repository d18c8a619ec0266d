/* SPDX-License-Identifier: MIT */
/*
 * Desk: what each job does. A change is made in a copy, saved, and only then taken over.
 *
 * Layer: firmware. Threads: the desk's.
 */
#include <assert.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "firmware/people/desk_internal.h"
#include "hal/clock.h"
#include "hal/text.h"

const char *desk_verb_name(enum desk_verb verb)
{
	static const char *const names[DESK_VERBS] = {
		[DESK_LOGIN] = "login",     [DESK_CHANGE_OWN] = "own_password",
		[DESK_ADD] = "added",       [DESK_SET_PASSWORD] = "password",
		[DESK_SET_ROLE] = "role",   [DESK_LOCK] = "locked",
		[DESK_UNLOCK] = "unlocked", [DESK_REMOVE] = "removed",
	};

	return (unsigned)verb < DESK_VERBS ? names[verb] : NULL;
}

const char desk_damaged[] =
	"the people file is damaged, so nobody can log in: root puts it "
	"right, see kakou people";

KAKOU_PRINTF(3, 4)
static void refuse(struct desk_answer *answer, enum kakou_err err, const char *format,
		   ...)
{
	va_list args;

	answer->error = (int8_t)err;
	va_start(args, format);
	(void)vsnprintf(answer->why, sizeof(answer->why), format, args);
	va_end(args);
}

static void refuse_why(struct desk_answer *answer, enum kakou_err err,
		       const struct why *why)
{
	refuse(answer, err, "%.150s", why->text);
}

/* ---- failures ------------------------------------------------------------------------- */

struct desk_failures *desk_failures_of(struct desk *desk, const char *name)
{
	struct desk_failures *free_one = NULL;

	for (size_t i = 0; i < PEOPLE_MAX; i++) {
		struct desk_failures *failures = &desk->failures[i];

		if (!strcmp(failures->name, name))
			return failures;
		if (!people_find(&desk->people, failures->name))
			free_one = failures; /* never used, or of one who was removed */
	}
	assert(free_one); /* as many as people */
	memset(free_one, 0, sizeof(*free_one));
	text_copy(free_one->name, sizeof(free_one->name), name);
	return free_one;
}

/* False: kept out, which is answered. */
static bool may_try(struct desk *desk, const struct desk_job *job,
		    struct desk_answer *answer)
{
	struct desk_failures *failures = desk_failures_of(desk, job->name);
	int64_t left_ms = failures->until_ms - clock_mono_ms();

	if (failures->until_ms == 0)
		return true;
	if (left_ms <= 0) {
		failures->until_ms = 0;
		failures->in_row = 0;
		return true;
	}
	answer->is_kept_out = true;
	answer->failures = failures->in_row;
	refuse(answer, KAKOU_E_REFUSED,
	       "kept out after %d wrong passwords: try again in %d s, or ask a "
	       "supervisor",
	       DESK_FAILURES_MAX, (int)(left_ms / 1000) + 1);
	return false;
}

static void note_failure(struct desk *desk, const struct desk_job *job,
			 struct desk_answer *answer)
{
	struct desk_failures *failures = desk_failures_of(desk, job->name);

	failures->in_row++;
	if (failures->in_row >= DESK_FAILURES_MAX)
		failures->until_ms = clock_mono_ms() + DESK_KEEP_OUT_MS;
	answer->failures = failures->in_row;
}

/* ---- passwords ------------------------------------------------------------------------ */

/* The person when the password is right. What is wrong is not told apart: no name is found out
 * by trying, and an unknown one takes as long. */
static struct person *check_password(struct desk *desk, const struct desk_job *job,
				     struct desk_answer *answer)
{
	struct person *person = people_find(&desk->people, job->name);
	enum kakou_err err;

	if (person && !may_try(desk, job, answer))
		return NULL;
	err = password_verify(desk->room, job->secret->password,
			      person ? person->hash : desk->dummy);
	if (err == KAKOU_E_NOMEM) {
		refuse(answer, err, "no memory to look at a password: try again");
		return NULL;
	}
	if (err || !person) {
		if (person)
			note_failure(desk, job, answer);
		refuse(answer, KAKOU_E_REFUSED, "wrong name or password");
		return NULL;
	}
	if (person->is_locked) {
		refuse(answer, KAKOU_E_REFUSED, "%s is locked: ask a supervisor",
		       person->name);
		return NULL;
	}
	desk_failures_of(desk, job->name)->in_row = 0;
	answer->role = person->role;
	answer->must_change = person->must_change;
	return person;
}

/* False: answered. */
static bool make_hash(struct desk *desk, const struct desk_job *job,
		      struct desk_answer *answer, char hash[PERSON_HASH_MAX + 1])
{
	struct why why;
	enum kakou_err err = password_check(job->secret->fresh, job->name, &why);

	if (err) {
		refuse_why(answer, err, &why);
		return false;
	}
	err = password_hash(desk->room, job->secret->fresh, desk->cost, hash,
			    PERSON_HASH_MAX + 1);
	if (err)
		refuse(answer, err, "no memory for a password: try again");
	return err == KAKOU_OK;
}

/* ---- changes --------------------------------------------------------------------------- */

/* What root begins anew over stays for whoever can still read it. */
static enum kakou_err set_aside(const struct desk *desk, struct why *why)
{
	char aside[sizeof(desk->path) + sizeof(".damaged")];

	if (!desk->damage[0])
		return KAKOU_OK;
	(void)snprintf(aside, sizeof(aside), "%s.damaged", desk->path);
	if (rename(desk->path, aside) && errno != ENOENT)
		return why_set(why, KAKOU_E_IO, "%s: can't be set aside: %s", desk->path,
			       strerror(errno));
	return KAKOU_OK;
}

/* Saves `next` and takes it over; the answer is its person's role. */
static void take_over(struct desk *desk, struct desk_answer *answer)
{
	struct why why;
	enum kakou_err err;
	const struct person *person;

	if (people_count_supervisors(&desk->next) == 0) {
		refuse(answer, KAKOU_E_REFUSED,
		       "%s is the last supervisor who is not locked: nobody could "
		       "change people any more",
		       answer->name);
		return;
	}
	err = set_aside(desk, &why);
	if (!err)
		err = people_save(&desk->next, desk->path, &why);
	if (err) {
		refuse_why(answer, err, &why);
		return;
	}
	desk->damage[0] = '\0';
	desk->people = desk->next;
	person = people_find(&desk->people, answer->name);
	if (person)
		answer->role = person->role;
}

/* The last of the list is who was just added. */
static void add_last(struct desk *desk, const struct desk_job *job,
		     struct desk_answer *answer)
{
	desk->next.person[desk->next.count - 1].must_change = job->must_change;
	answer->must_change = job->must_change;
	take_over(desk, answer);
}

static void do_add(struct desk *desk, const struct desk_job *job,
		   struct desk_answer *answer)
{
	char hash[PERSON_HASH_MAX + 1];
	struct why why;
	enum kakou_err err;

	if (job->is_rescue && desk->people.count > 0) {
		refuse(answer, KAKOU_E_DENIED,
		       "there are people already: a supervisor logs in and adds others");
		return;
	}
	if (desk->people.count == 0 && job->role != ROLE_SUPERVISOR) {
		refuse(answer, KAKOU_E_INVALID,
		       "role: got %s, expected supervisor for the first person",
		       role_name((enum role)job->role));
		return;
	}
	err = people_check_name(job->name, &why);
	if (err)
		refuse_why(answer, err, &why);
	else if (make_hash(desk, job, answer, hash)) {
		err = people_add(&desk->next, job->name, (enum role)job->role, hash,
				 clock_wall_ms(), &why);
		if (err)
			refuse_why(answer, err, &why);
		else
			add_last(desk, job, answer);
	}
}

static void set_hash(struct desk *desk, const struct desk_job *job,
		     struct desk_answer *answer, struct person *person)
{
	if (!make_hash(desk, job, answer, person->hash))
		return;
	person->changed_wall_ms = clock_wall_ms();
	person->must_change = job->must_change; /* never of one's own */
	answer->must_change = job->must_change;
	take_over(desk, answer);
}

static void do_change(struct desk *desk, const struct desk_job *job,
		      struct desk_answer *answer)
{
	struct person *person = people_find(&desk->next, job->name);

	if (!person) {
		refuse(answer, KAKOU_E_NOTFOUND, "name: got \"%s\", who is not there",
		       job->name);
		return;
	}
	answer->role = person->role;
	if (job->is_rescue && person->role != ROLE_SUPERVISOR) {
		refuse(answer, KAKOU_E_DENIED,
		       "%s is no supervisor: a supervisor logs in and does it",
		       job->name);
		return;
	}
	switch ((enum desk_verb)job->verb) {
	case DESK_SET_PASSWORD: set_hash(desk, job, answer, person); return;
	case DESK_SET_ROLE: person->role = job->role; break;
	case DESK_LOCK: person->is_locked = true; break;
	case DESK_UNLOCK:
		person->is_locked = false;
		*desk_failures_of(desk, job->name) = (struct desk_failures){0};
		break;
	case DESK_REMOVE: people_remove(&desk->next, person); break;
	default: break;
	}
	take_over(desk, answer);
}

/* False: answered. Root may have put the file right since. */
static bool has_people(struct desk *desk, const struct desk_job *job,
		       struct desk_answer *answer)
{
	struct why why;
	enum kakou_err err = desk->damage[0] ? desk_load(desk, &why) : KAKOU_OK;
	bool begins_anew = job->verb == DESK_ADD && job->is_rescue;

	if (!err && (!desk->damage[0] || begins_anew))
		return true;
	refuse(answer, KAKOU_E_INVALID, "%s", desk_damaged);
	return false;
}

void desk_do(struct desk *desk, const struct desk_job *job, struct desk_answer *answer)
{
	if (!has_people(desk, job, answer))
		return;
	desk->next = desk->people;
	switch ((enum desk_verb)job->verb) {
	case DESK_LOGIN: (void)check_password(desk, job, answer); return;
	case DESK_CHANGE_OWN:
		if (check_password(desk, job, answer))
			set_hash(desk, job, answer, people_find(&desk->next, job->name));
		return;
	case DESK_ADD: do_add(desk, job, answer); return;
	default: do_change(desk, job, answer); return;
	}
}

/* SPDX-License-Identifier: MIT */
/*
 * The site file: the record's keys, receipts for it, and how long it keeps what.
 *
 * Layer: firmware. One thread.
 */
#include <string.h>

#include "firmware/config/site_internal.h"
#include "hal/text.h"

/* The text itself is not quoted: it might hold a PIN. */
static enum kakou_err take_token(struct site_build *build,
				 const struct conf_section *root)
{
	static const char key[] = "record_key_token";
	struct site *site = build->site;
	struct why why;

	text_copy(site->record_key_token, sizeof(site->record_key_token),
		  conf_text(root, key));
	if (!site->record_key_token[0])
		return KAKOU_OK;
	if (sign_check_token_uri(site->record_key_token, &why))
		return conf_complain(root, key, build->why, "%s", why.text);
	if (site->record_key_file[0])
		return conf_complain(root, key, build->why,
				     "got a token and record_key_file, expected one of "
				     "both");
	return KAKOU_OK;
}

static enum kakou_err take_keys(struct site_build *build, const struct conf_section *root,
				struct site *site)
{
	enum kakou_err err =
		site_take_path(build, root, "record_key_file", "", site->record_key_file,
			       sizeof(site->record_key_file));

	if (!err)
		err = take_token(build, root);
	if (!err)
		err = site_take_path(build, root, "receipt_key_file", "",
				     site->receipt_key_file,
				     sizeof(site->receipt_key_file));
	text_copy(site->receipt_name, sizeof(site->receipt_name),
		  conf_text(root, "receipt_name"));
	if (!err && site->receipt_key_file[0] && !site->receipt_name[0])
		err = conf_complain(root, "receipt_name", build->why,
				    "got nothing, expected the name that goes with "
				    "receipt_key_file");
	return err;
}

static enum kakou_err take_retention(struct site_build *build,
				     const struct conf_section *root, struct site *site)
{
	site->retention_days = (int32_t)conf_integer(root, "retention_days");
	site->retention_trusts_clock = conf_flag(root, "retention_trusts_clock");
	for (size_t i = 0; i < conf_list_count(root, "retention_waits_for"); i++) {
		const char *word = conf_list_at(root, "retention_waits_for", i);

		if (strcmp(word, "customs") != 0)
			return conf_complain(root, "retention_waits_for", build->why,
					     "got \"%s\", expected customs", word);
		site->retention_waits_customs = true;
	}
	return KAKOU_OK;
}

enum kakou_err site_take_record(struct site_build *build)
{
	const struct conf_section *root = conf_root(build->conf);
	enum kakou_err err = take_keys(build, root, build->site);

	return err ? err : take_retention(build, root, build->site);
}

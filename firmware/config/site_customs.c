/* SPDX-License-Identifier: MIT */
/*
 * The customs platform, as the site file describes it.
 *
 * Layer: firmware. Pure but for what conf holds.
 */
#include "firmware/config/site_internal.h"

#include <stdio.h>
#include <string.h>

#include "hal/text.h"

static bool says(const struct conf_section *section, const char *key, const char *word)
{
	return !strcmp(conf_text(section, key), word);
}

static enum customs_encoding take_encoding(const struct conf_section *section)
{
	int encoding = 0;

	if (says(section, "encoding", "standard"))
		return says(section, "generation", "smart") ? CUSTOMS_UTF8
							    : CUSTOMS_GB18030;
	while (!says(section, "encoding",
		     customs_encoding_name((enum customs_encoding)encoding)))
		encoding++; /* the key's choices are all among the names */
	return (enum customs_encoding)encoding;
}

static void take_dialect(const struct conf_section *section, struct customs_dialect *to)
{
	to->is_smart = says(section, "generation", "smart");
	to->frame.big_endian = says(section, "byte_order", "big");
	to->frame.ident_ones = says(section, "ident", "ones");
	to->frame.wide_code = says(section, "code_width", "4");
	to->frame.is_bare = says(section, "framing", "bare_xml");
	to->encoding = take_encoding(section);
	to->ic_is_flat = says(section, "ic_block", "flat");
	to->seal_key_is_short = says(section, "seal_key_tag", "seal_key");
	to->weight_tag_is_long = says(section, "vehicle_weight_tag", "ve_weight");
	to->verdict_is_plain = says(section, "verdict", "plain");
	to->reco_one_is_recognised = says(section, "conta_reco", "one_recognised");
	to->absent_tags_left_out = says(section, "absent_devices", "no_tags");
	to->table = says(section, "status_table", "regional") ? STATUS_REGIONAL
							      : STATUS_ANNEX_B;
	to->lift_after_inspection = conf_flag(section, "lift_after_inspection");
}

static enum kakou_err take_times(struct site_build *build,
				 const struct conf_section *section,
				 struct customs_link_config *to)
{
	to->connect_ms = (int32_t)conf_integer(section, "connect_ms");
	to->resend_ms = (int32_t)conf_integer(section, "resend_ms");
	to->pictures_wait_ms = (int32_t)conf_integer(section, "pictures_wait_ms");
	to->pictures_bytes = (int32_t)conf_integer(section, "pictures_kb") * 1024;
	(void)snprintf(to->pictures_dir, sizeof(to->pictures_dir), "%s/pictures",
		       build->site->state_dir);
	to->register_ms = (int32_t)conf_integer(section, "register_s") * 1000;
	text_copy(to->user_id, sizeof(to->user_id), conf_text(section, "user_id"));
	if (!to->user_id[0] != !conf_text(section, "password_file")[0])
		return conf_complain(section, "password_file", build->why,
				     "got \"%s\" with user_id \"%s\", expected both or "
				     "neither",
				     conf_text(section, "password_file"), to->user_id);
	to->states_ms = (int32_t)conf_integer(section, "device_states_s") * 1000;
	to->resend_max_ms = (int32_t)conf_integer(section, "resend_max_ms");
	if (to->pictures_wait_ms && (to->dialect.is_smart || to->dialect.frame.is_bare))
		return conf_complain(section, "pictures_wait_ms", build->why,
				     "got %d with %s, expected 0: only the frame of the "
				     "traditional generation carries pictures",
				     to->pictures_wait_ms,
				     to->dialect.is_smart ? "generation = smart"
							  : "framing = bare_xml");
	if (to->resend_max_ms >= to->resend_ms)
		return KAKOU_OK;
	return conf_complain(section, "resend_max_ms", build->why,
			     "got %d, expected at least resend_ms, which is %d",
			     to->resend_max_ms, to->resend_ms);
}

static enum kakou_err take_files(struct site_build *build,
				 const struct conf_section *section,
				 struct customs_link_config *to)
{
	const struct {
		const char *key;
		char *to;
	} files[] = {
		{"ca_file",       to->ca_file      },
		{"crl_file",      to->crl_file     },
		{"cert_file",     to->cert_file    },
		{"key_file",      to->key_file     },
		{"password_file", to->password_file},
	};
	enum kakou_err err = KAKOU_OK;

	for (size_t i = 0; !err && i < sizeof(files) / sizeof(files[0]); i++)
		err = site_take_path(build, section, files[i].key, "", files[i].to,
				     sizeof(to->ca_file));
	return err;
}

/* A DNS name: labels of letters, digits and '-' with dots between them. */
static enum kakou_err take_peer_name(struct site_build *build,
				     const struct conf_section *section,
				     struct customs_link_config *to)
{
	static const char letters[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				      "abcdefghijklmnopqrstuvwxyz0123456789-.";
	const char *name = conf_text(section, "peer_name");
	size_t len = strlen(name);

	if (strspn(name, letters) != len || strstr(name, "..") || name[0] == '.' ||
	    name[len - 1] == '.')
		return conf_complain(section, "peer_name", build->why,
				     "got \"%s\", expected a DNS name", name);
	text_copy(to->peer_name, sizeof(to->peer_name), name);
	return KAKOU_OK;
}

/* The zone's prefix and the customs code are separate settings (gate-domain section 3). */
static enum kakou_err take_customs_code(struct site_build *build,
					const struct conf_section *section)
{
	const char *code = conf_text(section, "customs_code");

	if (code[0] && (strlen(code) != 4 || strspn(code, "0123456789") != 4))
		return conf_complain(section, "customs_code", build->why,
				     "got \"%s\", expected 4 digits", code);
	text_copy(build->site->customs_code, sizeof(build->site->customs_code), code);
	return KAKOU_OK;
}

enum kakou_err site_take_customs(struct site_build *build)
{
	const struct conf_section *root = conf_root(build->conf);
	struct customs_link_config *to = &build->site->customs;
	size_t count = conf_count(root, "customs");
	const struct conf_section *section;
	enum kakou_err err;

	if (count != 1)
		return conf_complain(count ? conf_at(root, "customs", 1) : root, NULL,
				     build->why, "got %zu customs sections, expected one",
				     count);
	section = conf_at(root, "customs", 0);
	take_dialect(section, &to->dialect);
	build->site->departed = says(section, "departed", "all")    ? DEPARTED_ALL
				: says(section, "departed", "none") ? DEPARTED_NONE
								    : DEPARTED_PASSED;
	to->port = (uint16_t)conf_integer(section, "port");
	to->listen_port = (uint16_t)conf_integer(section, "listen_port");
	err = take_times(build, section, to);
	if (!err)
		err = site_take_address(build, section, "host", to->host,
					sizeof(to->host));
	if (!err)
		err = site_take_address(build, section, "listen_host", to->listen_host,
					sizeof(to->listen_host));
	if (!err)
		err = take_peer_name(build, section, to);
	if (!err)
		err = take_files(build, section, to);
	if (!err)
		err = site_take_id(build, section, "area_id", build->site->area_id);
	if (!err)
		err = take_customs_code(build, section);
	return err;
}

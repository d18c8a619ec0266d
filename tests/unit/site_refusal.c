/* SPDX-License-Identifier: MIT */
/*
 * Refusals of site files.
 *
 * Layer: tests.
 */
#include "tests/unit/site_refusal.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "tests/unit/site_file.h"

const char site_refusal_well[] = "name = \"gate-1\"\n"
				 "state_dir = \"state\"\n"
				 "control_socket = \"kakoud.sock\"\n"
				 "maps_dir = \"@MAPS@\"\n"
				 "customs \"platform\" {\n"
				 "	host = \"192.0.2.1\"\n"
				 "	port = 9001\n"
				 "	listen_host = \"192.0.2.2\"\n"
				 "	listen_port = 9002\n"
				 "	peer_name = \"customs.invalid\"\n"
				 "	ca_file = \"ca.pem\"\n"
				 "	cert_file = \"gate.pem\"\n"
				 "	key_file = \"gate.key\"\n"
				 "	area_id = \"3301500001\"\n"
				 "}\n"
				 "port \"cameras\" {\n"
				 "	type = tcp\n"
				 "	host = \"192.0.2.10\"\n"
				 "}\n"
				 "port \"serial\" {\n"
				 "	type = rtu\n"
				 "	tty = \"/dev/ttyS1\"\n"
				 "}\n"
				 "device \"plate\" {\n"
				 "	port = cameras\n"
				 "	unit = 1\n"
				 "	map = kakou-plate-camera\n"
				 "}\n"
				 "device \"plate2\" {\n"
				 "	port = cameras\n"
				 "	unit = 2\n"
				 "	map = kakou-plate-camera\n"
				 "}\n"
				 "device \"io\" {\n"
				 "	port = cameras\n"
				 "	unit = 3\n"
				 "	map = iologik-e1214\n"
				 "}\n"
				 "device \"scale\" {\n"
				 "	port = serial\n"
				 "	unit = 7\n"
				 "	map = seneca-ze-sg3\n"
				 "}\n"
				 "device \"sign\" {\n"
				 "	port = cameras\n"
				 "	unit = 4\n"
				 "	map = kakou-sign\n"
				 "}\n"
				 "lane \"in1\" {\n"
				 "	chnl_no = \"3301500101\"\n"
				 "	direction = I\n"
				 "	gpio = \"chip:gate,lamps\"\n"
				 "	sign = sign\n"
				 "	line \"safety_loop\" { name = \"a1\" }\n"
				 "	line \"beam\" { name = \"a2\" }\n"
				 "	line \"limit_up\" { name = \"a3\" }\n"
				 "	line \"limit_down\" { name = \"a4\" }\n"
				 "	line \"raise\" { name = \"a5\" }\n"
				 "	line \"lower\" { name = \"a6\" }\n"
				 "	line \"beam_test\" { name = \"a7\" }\n"
				 "	line \"loop_test\" { name = \"a8\" }\n"
				 "	line \"heartbeat\" { name = \"a9\" }\n"
				 "	line \"approach\" { name = \"a10\" }\n"
				 "	line \"exit\" { name = \"a11\" }\n"
				 "	line \"scale_entry\" { name = \"a13\" }\n"
				 "	line \"scale_exit\" { name = \"a14\" }\n"
				 "	line \"red\" { name = \"a12\" }\n"
				 "	evidence \"plate\" { device = plate }\n"
				 "	evidence \"weight\" { device = scale }\n"
				 "}\n"
				 "lane \"out1\" {\n"
				 "	chnl_no = \"3301500102\"\n"
				 "	direction = E\n"
				 "	gpio = \"chip:gate2\"\n"
				 "	loop_proof = activity\n"
				 "	beam_proof = activity\n"
				 "	line \"safety_loop\" { name = \"b1\" }\n"
				 "	line \"beam\" { name = \"b2\" }\n"
				 "	line \"limit_up\" { name = \"b3\" }\n"
				 "	line \"limit_down\" { name = \"b4\" }\n"
				 "	line \"raise\" { name = \"b5\" }\n"
				 "	line \"lower\" { name = \"b6\" }\n"
				 "	line \"heartbeat\" { name = \"b7\" }\n"
				 "	line \"approach\" { device = io bit = 0 }\n"
				 "	line \"exit\" { device = io bit = 1 }\n"
				 "	line \"red\" { device = io bit = 0 }\n"
				 "	evidence \"plate\" { device = plate2 }\n"
				 "}\n";

static char *directory;

int site_refusal_set_up(void **state)
{
	(void)state;
	directory = site_file_make_directory();
	return 0;
}

int site_refusal_tear_down(void **state)
{
	(void)state;
	site_file_remove_directory(directory);
	return 0;
}

const char *site_refusal_directory(void)
{
	return directory;
}

void site_refusal_expect(const struct refusal *refusal, const char *text)
{
	char *path = site_file_write(directory, "site.conf", text);
	char where[512];
	struct site *site = NULL;
	struct why why = {""};
	enum kakou_err err = site_load(&site, path, &why);

	if (err != KAKOU_E_INVALID)
		fail_msg("\"%s\" gave %s (%s), expected invalid", refusal->new,
			 kakou_err_name(err), why.text);
	assert_null(site);
	snprintf(where, sizeof(where), "%s:%d: ", path,
		 site_file_find_line(text, refusal->at));
	if (strncmp(why.text, where, strlen(where)) != 0)
		fail_msg("\"%s\", expected it to begin with \"%s\"", why.text, where);
	for (size_t i = 0; i < 2 && refusal->says[i]; i++) {
		if (!strstr(why.text, refusal->says[i]))
			fail_msg("\"%s\", expected \"%s\" in it", why.text,
				 refusal->says[i]);
	}
	free(path);
}

void site_refusal_expect_all(const struct refusal *refusals, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *text = site_file_replace(site_refusal_well, refusals[i].old,
					       refusals[i].new);

		site_refusal_expect(&refusals[i], text);
		free(text);
	}
}

void site_refusal_expect_well(const char *old, const char *new)
{
	char *text = site_file_replace(site_refusal_well, old, new);
	char *path = site_file_write(directory, "site.conf", text);
	struct site *site;
	struct why why = {""};

	if (site_load(&site, path, &why))
		fail_msg("\"%s\": %s", new, why.text);
	site_free(site);
	free(path);
	free(text);
}

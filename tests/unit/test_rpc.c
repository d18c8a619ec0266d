/* SPDX-License-Identifier: MIT */
/*
 * The control socket as a protocol: requests, garbage, long lines.
 *
 * Layer: tests.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "hal/fake/fake.h"
#include "tests/unit/rpc_linked.h"

enum {
	LINE_MAX_BYTES = 65536,
	PARSE = -32700,
	REQUEST = -32600,
	METHOD = -32601,
	PARAMS = -32602,
};

#define HEAD "{\"jsonrpc\":\"2.0\",\"id\":1,"
#define LINK HEAD "\"method\":\"link\"}"

static struct rpc_rig rig;

static int start(void **state)
{
	(void)state;
	rpc_linked_start(&rig);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	rpc_rig_tear_down(&rig);
	return 0;
}

static void an_answer_carries_the_id_of_its_request(void **state)
{
	int fd = rpc_rig_connect(&rig);
	json_t *answer;

	(void)state;
	answer = rpc_rig_ask(fd,
			     "{\"jsonrpc\":\"2.0\",\"id\":-9007199254740993,\"method\":"
			     "\"link\"}");
	assert_int_equal(json_integer_value(json_object_get(answer, "id")),
			 -9007199254740993);
	json_decref(answer);
	answer = rpc_rig_ask(fd, "{\"id\":\"车\\\"道\",\"method\":\"link\",\"jsonrpc\":"
				 "\"2.0\",\"params\":{}}");
	assert_string_equal(json_string_value(json_object_get(answer, "id")), "车\"道");
	json_decref(answer);
	close(fd);
}

static void requests_in_one_packet_are_answered_in_their_order(void **state)
{
	char packet[2000] = "";
	int fd = rpc_rig_connect(&rig);
	size_t used = 0;

	(void)state;
	for (int i = 1; i <= 20; i++)
		used += (size_t)snprintf(packet + used, sizeof(packet) - used,
					 "{\"jsonrpc\":\"2.0\",\"id\":%d,\"method\":"
					 "\"link\"}\n",
					 i);
	rpc_rig_send(fd, packet, used);
	for (int i = 1; i <= 20; i++) {
		json_t *answer = rpc_rig_receive(fd);

		assert_int_equal(json_integer_value(json_object_get(answer, "id")), i);
		json_decref(answer);
	}
	close(fd);
}

static void a_request_may_come_byte_by_byte(void **state)
{
	static const char line[] = LINK "\n";
	int fd = rpc_rig_connect(&rig);
	json_t *answer;

	(void)state;
	for (size_t i = 0; i < sizeof(line) - 1; i++)
		rpc_rig_send(fd, line + i, 1);
	answer = rpc_rig_receive(fd);
	(void)rpc_rig_result(answer);
	json_decref(answer);
	close(fd);
}

static void garbage_is_answered_with_what_was_expected(void **state)
{
	static const struct {
		const char *line;
		int code;
		const char *part;
	} garbage[] = {
		{"",								     PARSE,   "expected one JSON object a line"},
		{"{",								    PARSE,   "expected one JSON object a line"},
		{"hello",								PARSE,   "byte"                           },
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"link\"} {}",                PARSE,   "byte"                           },
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"id\":2,\"method\":\"link\"}",          PARSE,
		 "duplicate"												       },
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"\xC3\x28\"}",               PARSE,   "byte"                           },
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\tb\"}",                   PARSE,   "byte"                           },
		{"{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"a\\u0000b\"}",              PARSE,
		 "byte"													    },
		{"[]",								   REQUEST, "an array"                       },
		{"[" LINK "]",							   REQUEST, "an array"                       },
		{"42",								   REQUEST, "a plain value"                  },
		{"null",								 REQUEST, "a plain value"                  },
		{"\"link\"",							     REQUEST, "a plain value"                  },
		{"{}",								   REQUEST, "id"                             },
		{"{\"jsonrpc\":\"2.0\",\"method\":\"link\"}",                            REQUEST, "id"                             },
		{"{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"link\"}",                REQUEST, "id"                             },
		{"{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"link\"}",                 REQUEST, "id"                             },
		{"{\"jsonrpc\":\"2.0\",\"id\":[1],\"method\":\"link\"}",                 REQUEST, "id"                             },
		{"{\"jsonrpc\":\"2.0\",\"id\":\"0123456789012345678901234567890123456789"
		 "0123456789012345678901234567\",\"method\":\"link\"}", REQUEST, "id"                             },
		{"{\"id\":1,\"method\":\"link\"}",                                       REQUEST, "2.0"                            },
		{"{\"jsonrpc\":\"1.0\",\"id\":1,\"method\":\"link\"}",                   REQUEST, "2.0"                            },
		{"{\"jsonrpc\":2.0,\"id\":1,\"method\":\"link\"}",                       REQUEST, "2.0"                            },
		{HEAD "\"method\":\"link\",\"token\":\"x\"}",                            REQUEST, "\"token\""                      },
		{HEAD "\"params\":{}}",						  REQUEST, "method"                         },
		{HEAD "\"method\":7}",						   REQUEST, "method"                         },
		{HEAD "\"method\":\"lnk\"}",					     METHOD,  "\"lnk\""                        },
		{HEAD "\"method\":\"\"}",						METHOD,  "method"                         },
		{HEAD "\"method\":\"link\",\"params\":[]}",                              PARAMS,  "[]"                             },
		{HEAD "\"method\":\"link\",\"params\":null}",                            PARAMS,  "null"                           },
		{HEAD "\"method\":\"link\",\"params\":{\"a\":1}}",                       PARAMS,  "\"a\""                          },
		{"[[[[[[[[[]]]]]]]]]",						   REQUEST, "nested deeper"                  },
		{HEAD "\"method\":\"link\",\"params\":{\"a\":[[[[[[[1]]]]]]]}}",         REQUEST,
		 "nested deeper"												   },
	};
	int fd = rpc_rig_connect(&rig);

	(void)state;
	for (size_t i = 0; i < sizeof(garbage) / sizeof(garbage[0]); i++) {
		rpc_rig_expect_error(rpc_rig_ask(fd, garbage[i].line), garbage[i].code,
				     garbage[i].part);
		rpc_rig_expect_served(fd);
	}
	close(fd);
}

static void brackets_inside_a_text_are_no_nesting(void **state)
{
	int fd = rpc_rig_connect(&rig);

	(void)state;
	rpc_rig_expect_error(
		rpc_rig_ask(fd, HEAD "\"method\":\"[[[[[[[[[[{{{{{{\\\"[[[[[[\"}"),
		METHOD, "which is none");
	close(fd);
}

/* `head`, `count` times 浙, `tail`. */
static char *make_chinese_line(const char *head, int count, const char *tail)
{
	char *line = malloc(strlen(head) + strlen(tail) + (size_t)count * 3 + 1);
	char *end;

	assert_non_null(line);
	end = mempcpy(line, head, strlen(head));
	for (int i = 0; i < count; i++)
		end = mempcpy(end, "浙", 3);
	memcpy(end, tail, strlen(tail) + 1);
	return line;
}

static void a_long_value_is_quoted_in_part_and_never_in_half_a_character(void **state)
{
	int fd = rpc_rig_connect(&rig);

	(void)state;
	/* The client's JSON reader refuses half a character. */
	for (int count = 20; count < 200; count++) {
		char *unknown = make_chinese_line(HEAD "\"method\":\"", count, "\"}");
		char *broken = make_chinese_line(HEAD "\"method\":", count, "}");

		rpc_rig_expect_error(rpc_rig_ask(fd, unknown), METHOD, "which is none");
		rpc_rig_expect_error(rpc_rig_ask(fd, broken), PARSE, "byte");
		free(unknown);
		free(broken);
	}
	close(fd);
}

static void a_nul_byte_is_garbage_like_any_other(void **state)
{
	static const char line[] = "{\"jsonrpc\":\"2.0\"\0,\"id\":1}\n";
	int fd = rpc_rig_connect(&rig);

	(void)state;
	rpc_rig_send(fd, line, sizeof(line) - 1);
	rpc_rig_expect_error(rpc_rig_receive(fd), PARSE, "byte");
	rpc_rig_expect_served(fd);
	close(fd);
}

/* A request padded with spaces to `len` bytes, newline excluded. */
static char *make_long_line(size_t len)
{
	char *line = malloc(len + 2);

	assert_non_null(line);
	memset(line, ' ', len);
	memcpy(line, LINK, sizeof(LINK) - 1);
	line[len] = '\n';
	line[len + 1] = '\0';
	return line;
}

static void a_line_of_64_kilobytes_is_served(void **state)
{
	char *line = make_long_line(LINE_MAX_BYTES);
	int fd = rpc_rig_connect(&rig);
	json_t *answer;

	(void)state;
	rpc_rig_send(fd, line, LINE_MAX_BYTES + 1);
	answer = rpc_rig_receive(fd);
	(void)rpc_rig_result(answer);
	json_decref(answer);
	rpc_rig_expect_served(fd);
	close(fd);
	free(line);
}

static void a_longer_line_is_refused_and_ends_the_connection(void **state)
{
	char *line = make_long_line(LINE_MAX_BYTES + 1);
	int fd = rpc_rig_connect(&rig);

	(void)state;
	rpc_rig_send(fd, line, LINE_MAX_BYTES + 2);
	rpc_rig_expect_error(rpc_rig_receive(fd), REQUEST, "65536 bytes");
	rpc_rig_expect_ended(fd);
	free(line);
}

static void a_line_without_end_is_refused_and_ends_the_connection(void **state)
{
	int fd = rpc_rig_connect(&rig);
	char block[4096];

	(void)state;
	memset(block, '[', sizeof(block));
	for (int i = 0; i < 64; i++) {
		/* The server may close in the middle of it: that is what is expected. */
		if (send(fd, block, sizeof(block), MSG_NOSIGNAL) < 0)
			break;
	}
	rpc_rig_expect_error(rpc_rig_receive(fd), REQUEST, "65536 bytes");
	rpc_rig_expect_ended(fd);
}

static void brackets_without_end_do_not_exhaust_the_stack(void **state)
{
	char *line = malloc(LINE_MAX_BYTES + 1);
	int fd = rpc_rig_connect(&rig);

	(void)state;
	assert_non_null(line);
	memset(line, '[', LINE_MAX_BYTES);
	line[LINE_MAX_BYTES] = '\n';
	rpc_rig_send(fd, line, LINE_MAX_BYTES + 1);
	rpc_rig_expect_error(rpc_rig_receive(fd), REQUEST, "nested deeper");
	rpc_rig_expect_served(fd);
	close(fd);
	free(line);
}

static void random_bytes_never_break_the_server(void **state)
{
	unsigned seed = 20260801;
	int other = rpc_rig_connect(&rig);

	(void)state;
	for (int round = 0; round < 200; round++) {
		int fd = rpc_rig_connect(&rig);
		char block[1500];

		for (size_t i = 0; i < sizeof(block); i++) {
			seed = seed * 1103515245 + 12345;
			block[i] = (char)(seed >> 16);
		}
		rpc_rig_send(fd, block, sizeof(block));
		close(fd);
		if (round % 20 == 0)
			rpc_rig_expect_served(other);
	}
	rpc_rig_expect_served(other);
	close(other);
}

int main(void)
{
#define WITH_SERVER(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		WITH_SERVER(an_answer_carries_the_id_of_its_request),
		WITH_SERVER(requests_in_one_packet_are_answered_in_their_order),
		WITH_SERVER(a_request_may_come_byte_by_byte),
		WITH_SERVER(garbage_is_answered_with_what_was_expected),
		WITH_SERVER(brackets_inside_a_text_are_no_nesting),
		WITH_SERVER(a_long_value_is_quoted_in_part_and_never_in_half_a_character),
		WITH_SERVER(a_nul_byte_is_garbage_like_any_other),
		WITH_SERVER(a_line_of_64_kilobytes_is_served),
		WITH_SERVER(a_longer_line_is_refused_and_ends_the_connection),
		WITH_SERVER(a_line_without_end_is_refused_and_ends_the_connection),
		WITH_SERVER(brackets_without_end_do_not_exhaust_the_stack),
		WITH_SERVER(random_bytes_never_break_the_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Number plates.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "drivers/ident/ident.h"

static const struct {
	const char *text;
	enum plate_kind kind;
} GOOD[] = {
	{"浙A12345",    PLATE_ORDINARY  },
	{"京N8P8F8",    PLATE_ORDINARY  },
	{"粤O00001",    PLATE_ORDINARY  }, /* O in place two is legal */
	{"琼ZZZZZZ",    PLATE_ORDINARY  },
	{"浙AD12345",   PLATE_NEW_ENERGY},
	{"沪AF0A123",   PLATE_NONE      },
	{"沪AFA0123",   PLATE_NEW_ENERGY},
	{"京AA12345",   PLATE_NEW_ENERGY},
	{"京AK12345",   PLATE_NEW_ENERGY},
	{"京A12345D",   PLATE_NEW_ENERGY},
	{"京A12345F",   PLATE_NEW_ENERGY},
	{"浙A1234挂",  PLATE_TRAILER   },
	{"浙AB12C挂",  PLATE_TRAILER   },
	{"浙A1234学",  PLATE_COACH     },
	{"浙A1234警",  PLATE_POLICE    },
	{"京O1234警",  PLATE_POLICE    },
	{"粤Z1A23港",  PLATE_HONG_KONG },
	{"粤ZF023澳",  PLATE_MACAO     },
	{"使014578",    PLATE_EMBASSY   },
	{"224001使",    PLATE_EMBASSY   },
	{"沪A0023领",  PLATE_CONSULATE },
	{"浙A1234临",  PLATE_TEMPORARY },
	{"浙A12345临", PLATE_TEMPORARY },
	{"临A12345",    PLATE_TEMPORARY },
};

static void every_kind_of_plate_is_recognised(void **state)
{
	struct why why;

	(void)state;
	for (size_t i = 0; i < sizeof(GOOD) / sizeof(GOOD[0]); i++) {
		enum plate_kind kind = plate_classify(GOOD[i].text, &why);

		if (kind != GOOD[i].kind)
			fail_msg("%s is kind %d, expected %d", GOOD[i].text, (int)kind,
				 (int)GOOD[i].kind);
	}
}

static void every_province_is_known(void **state)
{
	static const char *const PROVINCES[] = {
		"京", "津", "沪", "渝", "冀", "豫", "云", "辽", "黑", "湘", "皖",
		"鲁", "新", "苏", "浙", "赣", "鄂", "桂", "甘", "晋", "蒙", "陕",
		"吉", "闽", "贵", "粤", "青", "藏", "川", "宁", "琼",
	};
	char plate[16];

	(void)state;
	for (size_t i = 0; i < sizeof(PROVINCES) / sizeof(PROVINCES[0]); i++) {
		memcpy(plate, PROVINCES[i], 3);
		memcpy(plate + 3, "B12345", 7);
		assert_int_equal(plate_classify(plate, NULL), PLATE_ORDINARY);
	}
}

static void what_is_no_plate_is_refused_with_a_reason(void **state)
{
	static const struct {
		const char *text, *reason;
	} BAD[] = {
		{"",				  "0 characters, expected 7 or 8"},
		{"浙A1234",                          "6 characters"                 },
		{"浙A1234567",                       "9 characters"                 },
		{"浙A12I45",                         "without I and O"              },
		{"浙A12O45",                         "without I and O"              },
		{"浙AI2345挂",                      "4 places"                     },
		{"浙AI234挂",                       "without I and O"              },
		{"浙a12345",                         "a letter A to Z in place 2"   },
		{"浙A1234a",                         "without I and O"              },
		{"浙112345",                         "a letter A to Z in place 2"   },
		{"A123456",                           "a province first"             },
		{"中A12345",                         "a province first"             },
		{"港A12345",                         "a province first"             },
		{"浙A·2345",                        "without I and O"              },
		{"浙A 12345",                        "without I and O"              },
		{"浙A123456",                        "8 places with one of A to K"  },
		{"浙AF1234A",                        "8 places with one of A to K"  },
		{"沪AF0A123",                        "8 places with one of A to K"  },
		{"浙AL12345",                        "8 places with one of A to K"  },
		{"浙ADO2345",                        "without I and O"              },
		{"浙A挂1234",                       "without I and O"              },
		{"浙Z1234港",                       "粤Z before"                  },
		{"粤A1234澳",                       "粤Z before"                  },
		{"使01457",                          "6 characters"                 },
		{"使01457A",                         "使 before or after 6 digits" },
		{"A24001使",                         "使 before or after 6 digits" },
		{"临112345",                         "临, a letter"                },
		{"浙A12345\xE4\xB8",                 "expected UTF-8"               },
		{"浙江杭州市西湖区一二三", "11 characters"                },
	};
	struct why why;

	(void)state;
	for (size_t i = 0; i < sizeof(BAD) / sizeof(BAD[0]); i++) {
		assert_int_equal(plate_classify(BAD[i].text, &why), PLATE_NONE);
		if (!strstr(why.text, BAD[i].reason))
			fail_msg("%s: got '%s', expected '%s'", BAD[i].text, why.text,
				 BAD[i].reason);
	}
	assert_int_equal(plate_classify("x", NULL), PLATE_NONE);
}

static void an_i_or_o_is_refused_in_every_place_from_the_third(void **state)
{
	char plate[16];

	(void)state;
	for (size_t place = 2; place < 7; place++) {
		for (const char *c = "IO"; *c; c++) {
			memcpy(plate, "浙A12345", sizeof("浙A12345"));
			plate[3 + place - 1] = *c;
			assert_int_equal(plate_classify(plate, NULL), PLATE_NONE);
		}
	}
}

static void a_trailer_never_stands_for_a_vehicle_in_an_order(void **state)
{
	(void)state;
	assert_false(plate_kind_matches_order(plate_classify("浙A1234挂", NULL)));
	assert_false(plate_kind_matches_order(PLATE_NONE));
	assert_true(plate_kind_matches_order(plate_classify("浙A12345", NULL)));
	assert_true(plate_kind_matches_order(plate_classify("京A12345D", NULL)));
	assert_true(plate_kind_matches_order(plate_classify("粤Z1A23港", NULL)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_kind_of_plate_is_recognised),
		cmocka_unit_test(every_province_is_known),
		cmocka_unit_test(what_is_no_plate_is_refused_with_a_reason),
		cmocka_unit_test(an_i_or_o_is_refused_in_every_place_from_the_third),
		cmocka_unit_test(a_trailer_never_stands_for_a_vehicle_in_an_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: MIT */
/*
 * Reasons. Layer: firmware. Pure. The signs are those of gate-domain section 8.
 */
#include "firmware/lane/reason.h"

#include <stddef.h>

static const struct {
	const char *code, *sign, *text;
} reasons[REASON_COUNT] = {
	[REASON_NONE] = {"-",                  "请等候",              "none"                 },
	[REASON_NO_ORDER] = {"no_order",           "未关联单据",
			 "no release order is bound to the vehicle"                             },
	[REASON_SEVERAL_ORDERS] = {"several_orders",     "请等候人工",
			 "several open orders: an officer chooses"                              },
	[REASON_WEIGHT_DIFFERS] = {"weight_differs",     "重量不符 请等候",
			 "the weight differs from the order's"                                  },
	[REASON_EMPTY_DIFFERS] = {"empty_differs",      "重量不符 请等候",
			 "empty by order, but weight or box say otherwise"                      },
	[REASON_PLATE_DIFFERS] = {"plate_differs",      "车牌不符 请等候",
			 "camera and electronic plate are certain and differ"                   },
	[REASON_PLATE_MISSING] = {"plate_missing",      "车牌待核 请等候",
			 "no certain plate from any source"                                     },
	[REASON_BOX_CHECK] = {"box_check",          "箱号待核 请等候",
			 "a box number fails its check digit"                                   },
	[REASON_BOX_MISSING] = {"box_missing",        "箱号待核 请等候",
			 "no box number was read"                                               },
	[REASON_BOX_DIFFERS] = {"box_differs",        "箱号不符 请等候",
			 "a box is not in the release order"                                    },
	[REASON_SEAL_BROKEN] = {"seal_broken",        "封志异常 请等候", "the seal is open"     },
	[REASON_SEAL_ABSENT] = {"seal_absent",        "封志异常 请等候", "no seal was found"    },
	[REASON_SEAL_LOW_BATTERY] = {"seal_low_battery",   "封志异常 请等候",
			 "the seal's battery is low"                                            },
	[REASON_TARGETED] = {"targeted",           "请到查验区",
			 "targeted for inspection by customs"                                   },
	[REASON_CUSTOMS_REFUSED] = {"customs_refused",    "请等候人工",
			 "customs does not release"                                             },
	[REASON_CUSTOMS_SILENT] = {"customs_silent",     "网络等待中",
			 "customs has not answered in time; asked again"                        },
	[REASON_CARD_MISSING] = {"card_missing",       "请刷卡",
			 "no card or code was presented"                                        },
	[REASON_DEVICE_DEAD] = {"device_dead",        "设备故障 请等候",
			 "a required device does not answer"                                    },
	[REASON_NOT_ON_SCALE] = {"not_on_scale",       "请前行 请后退",
			 "the vehicle is not wholly on the scale or not at rest"                },
	[REASON_RECORD_FAILED] = {"record_failed",      "系统故障 请等候",
			 "the record can't be written: nothing is cleared"                      },
	[REASON_RESTARTED] = {"restarted",          "请等候人工",
			 "a vehicle was found in the lane after a restart or reset"             },
	[REASON_ARM_FAULT] = {"arm_fault",          "设备故障 请等候",
			 "the arm did not move as commanded"                                    },
	[REASON_OFFICER] = {"officer",            "请等候人工",        "an officer decided so"},
	[REASON_UNCONTROLLED] = {"uncontrolled",       "请等候人工",
			 "the arm was opened without a command"                                 },
	[REASON_EMERGENCY] = {"emergency",          "紧急开启",
			 "emergency: the arm is raised and stays"                               },
	[REASON_FIRST_GATE_MISSED] = {"first_gate_missed",  "请等候人工",
			 "it did not pass the first gate"                                       },
	[REASON_FIRST_GATE_LATE] = {"first_gate_late",    "请等候人工",
			 "it passed the first gate too long ago"                                },
	[REASON_FIRST_GATE_UNKNOWN] = {"first_gate_unknown", "请等候人工",
			 "whether it passed the first gate is not known: "
				       "the controller started since"                           },
	[REASON_HOLD_TO_RUN] = {"hold_to_run",        "请等候人工",
			 "the arm is moved by hold-to-run at the gate"                          },
	[REASON_NO_RIGHT] = {"no_right",           "未登记 请等候",
			 "not registered, and orders give no right here"                        },
	[REASON_REGISTRATION] = {"registration",       "登记无效 请等候",
			 "registered, but not valid here now or too heavy"                      },
	[REASON_ENTRY_OPEN] =
		{"entry_open",         "请等候人工",
			 "the entry arm does not close behind the vehicle: the exit stays down" },
};

const char *reason_code(enum reason reason)
{
	return reasons[reason < REASON_COUNT ? reason : REASON_NONE].code;
}

const char *reason_text(enum reason reason)
{
	return reasons[reason < REASON_COUNT ? reason : REASON_NONE].text;
}

const char *reason_sign(enum reason reason)
{
	return reasons[reason < REASON_COUNT ? reason : REASON_NONE].sign;
}

/* SPDX-License-Identifier: MIT */
/*
 * What each state shows on entry: light and sign.
 *
 * Layer: firmware. Pure.
 */
#include <assert.h>

#include "firmware/lane/lane_internal.h"
#include "hal/text.h"

void lane_show(struct lane *lane, const char *sign)
{
	text_copy(lane->sign, sizeof(lane->sign), sign);
}

/* What the driver whose arm rises is told. Customs' own words are for a release of its own. */
static const char *sign_of_lift(const struct lane *lane)
{
	switch (lane->verdict) {
	case VERDICT_INSPECT: return "请到查验区";
	case VERDICT_RETURN: return "请驶入返回道";
	default: break;
	}
	return lane->inquiry.verdict == VERDICT_RELEASE && lane->inquiry.hint[0]
		       ? lane->inquiry.hint
		       : "放行 请通过";
}

/* A lane that can't work welcomes nobody. */
static const char *sign_of_idle(const struct lane *lane)
{
	if (lane->alarms & 1u << ALARM_RECORD)
		return reason_sign(REASON_RECORD_FAILED);
	if (lane_is_shut(lane))
		return "通道关闭";
	return (lane->alarms & 1u << ALARM_LOOPS) ? reason_sign(REASON_DEVICE_DEAD)
						  : "欢迎";
}

/* The sign of each state; states that hold show their reason's. */
static const char *sign_of_state(const struct lane *lane, enum lane_state state)
{
	switch (state) {
	case LANE_BLOCKED: return reason_sign(lane->block_reason);
	case LANE_IDLE: return sign_of_idle(lane);
	case LANE_GATHERING:
	case LANE_ASKING:
	case LANE_RECORDING: return "请等候";
	case LANE_SILENT: return reason_sign(REASON_CUSTOMS_SILENT);
	case LANE_HELD:
		return lane->reason == REASON_CUSTOMS_REFUSED && lane->inquiry.hint[0]
			       ? lane->inquiry.hint
			       : reason_sign(lane->reason);
	case LANE_LIFTING:
	case LANE_PASSING: return sign_of_lift(lane);
	case LANE_FOLLOWED: return "禁止跟车";
	case LANE_CLOSING:
		return lane->alarms & 1u << ALARM_LIFTED_NOT_PASSED ? "请退出" : "请等候";
	case LANE_LEAVING:
		return lane->verdict == VERDICT_INSPECT ? "请到查验区" : "请退出";
	case LANE_STATES: break;
	}
	assert(!"lane state out of range");
	return "";
}

void lane_enter(struct lane *lane, enum lane_state state)
{
	lane->state = state;
	lane->state_since_ms = lane->now_ms;
	lane->light = state == LANE_PASSING && !(lane->alarms & 1u << ALARM_LIGHTS)
			      ? LIGHT_GREEN
			      : LIGHT_RED;
	lane_show(lane, sign_of_state(lane, state));
}

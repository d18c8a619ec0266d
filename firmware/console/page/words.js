// SPDX-License-Identifier: MIT
// Everything the page says, in Chinese and English. tests/browser/words.py compares the codes here with
// those of the product, so that none is shown untranslated.

const WORDS = {
  // the frame
  title: ["卡口", "Kakou"],
  live: ["实时", "Live"],
  stale: ["画面已停止更新，不是当前状态", "Not live: the picture is not of now"],
  gate_away: ["控制器没有应答，画面不是当前状态", "The controller does not answer: the picture is not of now"],
  login: ["登录", "Log in"],
  logout: ["退出", "Log out"],
  name: ["姓名", "Name"],
  password: ["密码", "Password"],
  fresh: ["新密码", "New password"],
  fresh_why: ["请先更换他人设置的密码", "Another gave this password: replace it first"],
  language: ["English", "中文"],
  theme: ["昼夜", "Day / night"],
  lanes: ["车道", "Lanes"],
  alarms: ["报警", "Alarms"],
  history: ["历史", "History"],
  numbers: ["统计", "Numbers"],
  devices: ["设备", "Devices"],
  people: ["人员", "People"],
  handover: ["交接班", "Hand over"],
  skip: ["跳到内容", "Skip to content"],
  none: ["无", "none"],
  never: ["从未", "never"],
  yes: ["是", "yes"],
  no: ["否", "no"],
  close: ["关闭", "Close"],
  cancel: ["取消", "Cancel"],
  confirm: ["确认", "Confirm"],
  back: ["返回全部车道", "All lanes"],
  more: ["更多", "More"],
  failed: ["没有成功", "It did not succeed"],
  loading: ["正在读取…", "Reading…"],
  nothing: ["没有记录", "Nothing is on record"],
  code: ["代码", "Code"],
  sound: ["报警声", "Sound"],

  // a lane
  lane_empty: ["空闲", "No vehicle"],
  passage: ["过卡", "Passage"],
  plate: ["车牌", "Plate"],
  box: ["箱号", "Box"],
  tag: ["电子车牌", "Tag"],
  weight: ["重量", "Weight"],
  card: ["卡 / 二维码", "Card"],
  seal: ["封志", "Seal"],
  climate: ["冷藏温度", "Reefer"],
  order: ["核放单", "Order"],
  orders: ["可能的核放单", "Orders on file"],
  evidence: ["采集", "Evidence"],
  collected_of: ["已采集 {a} / {b}", "{a} of {b} collected"],
  verdict: ["结论", "Verdict"],
  why: ["原因", "Reason"],
  by: ["依据", "By"],
  arm: ["栏杆", "Arm"],
  entry_arm: ["入口栏杆", "Entry arm"],
  sign: ["显示屏", "Sign"],
  light: ["信号灯", "Light"],
  state: ["状态", "State"],
  in_lane: ["在道时间", "In the lane"],
  in_state: ["本阶段", "In this stage"],
  timeline: ["过程", "Timeline"],
  pictures: ["照片", "Pictures"],
  no_picture: ["无照片", "No picture"],
  source: ["来源", "Source"],
  confidence: ["可信度", "Confidence"],
  age: ["时间", "Age"],
  required: ["必需", "required"],
  optional: ["可选", "optional"],
  customs: ["海关", "Customs"],
  bypasses: ["旁路", "Bypassed"],
  emergency_mode: ["应急模式：{a}，剩余 {b}", "Emergency mode: {a}, {b} left"],
  help_called: ["司机按了求助", "The driver calls for help"],
  locked: ["车道已锁", "Lane locked"],
  direction_I: ["进区", "In"],
  direction_E: ["出区", "Out"],
  sensors: ["线圈与光电", "Loops and beams"],
  occupied: ["有车", "occupied"],
  clear: ["无车", "clear"],
  drawing: ["{a}：栏杆{b}，信号灯{c}，{d}", "{a}: arm {b}, light {c}, {d}"],
  truck_somewhere: ["车辆在道，目前没有传感器看到", "a vehicle, seen by no sensor now"],
  truck_at: ["车辆在 {a}", "a vehicle at {a}"],

  // acts
  acts: ["处置", "Acts"],
  reason: ["理由", "Reason"],
  reason_own: ["或自己填写", "or in your own words"],
  value: ["正确值", "Correct value"],
  act_refused: ["车道拒绝：", "The lane refuses: "],
  act_done: ["已记录，序号 {a}", "On record as event {a}"],
  act_gone: ["那辆车已经离开", "That vehicle has left"],
  interlock_says: ["联锁", "Interlock"],
  minutes: ["分钟", "minutes"],
  second: ["第二人（主管）批准", "Second person: a supervisor approves"],
  second_why: ["放行海关未放行的车，按本站规定须两人", "Release against customs: two people, by this site's rule"],
  choose_order: ["选择核放单", "Choose the order"],
  pick: ["选择", "Choose"],
  handover_why: ["接班人在此登录；交班人的登录随即结束", "Who takes over logs in here; the login of who hands over ends"],
  handed: ["已交接给 {a}", "Handed over to {a}"],
  holds: ["未了的等候", "Open holds"],
  locked_lanes: ["锁定车道", "Locked lanes"],
  calls: ["未应答呼叫", "Calls not answered"],

  // alarms
  severity: ["级别", "Severity"],
  high: ["高", "High"],
  medium: ["中", "Medium"],
  low: ["低", "Low"],
  cause: ["发生了什么", "What happened"],
  consequence: ["后果", "What it means"],
  todo: ["怎么办", "What to do"],
  ack: ["确认报警", "Acknowledge"],
  acked: ["已确认", "acknowledged"],
  unacked: ["未确认", "not acknowledged"],
  shelved: ["搁置，剩余 {a}", "put aside, {a} left"],
  now: ["当前", "Now"],
  past: ["以往", "Before"],
  begun: ["开始", "Began"],
  ended: ["结束", "Ended"],
  going_on: ["持续中", "goes on"],
  no_alarms: ["没有报警", "No alarm"],

  // history
  search: ["查询", "Search"],
  seal_no: ["封志号", "Seal"],
  officer: ["关员", "Officer"],
  lane: ["车道", "Lane"],
  from: ["从", "From"],
  until: ["到", "Until"],
  time: ["时间", "Time"],
  any: ["全部", "any"],
  outcome: ["结果", "Outcome"],
  lift: ["抬杆", "Lift"],
  lift_00: ["自动", "automatic"],
  lift_10: ["人工", "by hand"],
  lift_99: ["未抬", "not lifted"],
  older: ["更早", "Older"],
  newest: ["最新", "Newest"],
  csv: ["导出 CSV", "Export CSV"],
  jsonl: ["导出签名记录", "Export signed events"],
  slip: ["打印过磅单", "Print slip"],
  slip_title: ["过磅单", "Weighing slip"],
  proof: ["证明", "Proof"],
  to_lift: ["到抬杆", "To the lift"],
  alarm_text: ["说明", "Text"],
  event_no: ["序号", "Event"],
  hash: ["记录哈希", "Leaf hash"],
  proof_how: ["下载后可用 kakou log verify 核对", "What is downloaded can be checked with kakou log verify"],
  followed: ["查询库跟随到事件 {a}", "The search knows the record up to event {a}"],

  // numbers
  by_hour: ["按小时", "By hour"],
  by_day: ["按日", "By day"],
  by_shift: ["按班", "By shift"],
  period: ["时段", "Period"],
  trucks: ["车辆", "Trucks"],
  automatic: ["自动放行", "Automatic"],
  by_hand: ["人工放行", "By hand"],
  not_lifted: ["未放行", "Not lifted"],
  held: ["等候", "Held"],
  median: ["中位数", "Median"],
  p95: ["95%", "95 %"],
  stages: ["各阶段用时", "Time by stage"],
  hold_reasons: ["等候原因", "Why held"],
  read_rates: ["识读率", "Read rates"],
  device: ["设备", "Device"],
  health: ["状态", "Health"],
  read: ["读数", "Reading"],
  port: ["接口", "Port"],
  rate: ["比例", "Rate"],
  count: ["次数", "Count"],
  backlog: ["待送海关 {a} 件", "{a} waiting for customs"],
  record_well: ["记录正常", "Record well"],
  record_ill: ["记录写不进去", "The record can't be written"],
  customs_up: ["海关连接正常", "Customs reached"],
  customs_down: ["海关连不上", "Customs not reached"],
  devices_ill: ["{a} 台设备异常", "{a} devices not well"],
  baseline: ["对照基准", "Baseline"],
  baseline_set: ["以此时段为基准", "Take this as baseline"],
  baseline_none: ["尚无基准", "No baseline yet"],
  faster: ["比基准快 {a}%", "{a} % faster than the baseline"],
  slower: ["比基准慢 {a}%", "{a} % slower than the baseline"],

  // people
  role: ["角色", "Role"],
  add_person: ["添加人员", "Add a person"],
  role_viewer: ["查看", "viewer"],
  role_officer: ["关员", "officer"],
  role_supervisor: ["主管", "supervisor"],
  role_technician: ["技术员", "technician"],
  lock_person: ["停用", "Lock"],
  unlock_person: ["启用", "Unlock"],
  person_locked: ["已停用", "locked"],
  kept_out: ["多次失败，暂停登录", "kept out after failures"],
  must_change: ["须换密码", "must change the password"],
};

// Codes of the product: what the gate says of itself, in words that officers use.
const CODES = {
  state: {
    blocked: ["封闭", "Blocked"], idle: ["空闲", "Idle"], gathering: ["采集中", "Gathering"],
    asking: ["询问海关", "Asking customs"], silent: ["海关未答", "Customs silent"], held: ["等候处置", "Held"],
    recording: ["记录中", "Recording"], lifting: ["抬杆中", "Lifting"], passing: ["通过中", "Passing"],
    followed: ["有车跟随", "Followed"], closing: ["落杆中", "Closing"], leaving: ["离开中", "Leaving"],
  },
  arm: {
    unknown: ["位置不明", "unknown"], rising: ["上升", "rising"], lowering: ["下降", "lowering"],
    down: ["落下", "down"], up: ["抬起", "up"], between: ["停在中间", "between"],
  },
  light: { red: ["红灯", "red"], green: ["绿灯", "green"] },
  evidence: {
    awaited: ["等待", "awaited"], collected: ["已采集", "collected"], doubtful: ["存疑", "doubtful"],
    missing: ["缺", "missing"],
  },
  hand: { device: ["设备", "device"], corrected: ["人工更正", "corrected"], entered: ["人工补采", "entered"] },
  verdict: {
    none: ["无", "none"], release: ["放行", "release"], interim: ["暂未定", "interim"],
    inspect: ["查验", "inspection"], inspection: ["查验", "inspection"], return: ["退回", "return"], hold: ["等候", "hold"],
  },
  by: {
    customs: ["海关", "customs"], controller: ["控制器", "controller"], officer: ["关员", "officer"], offline: ["离线策略", "offline policy"],
    registered: ["登记车辆", "registered vehicle"], emergency: ["应急", "emergency"], site: ["本站规则", "site rule"],
    policy: ["本站规则", "site rule"], lane: ["车道", "lane"], evidence: ["采集结果", "evidence"],
  },
  outcome: {
    passed: ["已通过", "passed"], returned: ["已退回", "returned"], to_inspection: ["去查验", "to inspection"],
    not_passed: ["未通过", "not passed"], lifted_not_passed: ["抬杆未过", "lifted, not passed"], void: ["作废", "void"],
  },
  stage: {
    gather: ["采集", "Gather"], ask: ["询问", "Ask"], record: ["记录", "Record"], lift: ["抬杆", "Lift"],
    leave: ["离开", "Leave"], own: ["控制器自身", "Controller's own"], total: ["全程", "Whole way"],
  },
  health: { well: ["正常", "well"], sick: ["异常", "sick"], lost: ["失联", "lost"], unknown: ["未知", "not asked yet"] },
  loop: {
    approach: ["来车线圈", "approach loop"], scale_entry: ["秤入口光电", "scale entry beam"],
    scale_exit: ["秤出口光电", "scale exit beam"], safety_loop: ["安全线圈", "safety loop"],
    beam: ["安全光电", "safety beam"], exit: ["出口线圈", "exit loop"],
    entry_loop: ["入口安全线圈", "entry safety loop"], entry_beam: ["入口安全光电", "entry safety beam"],
  },
  bypass: {
    lane_locked: ["车道锁定", "lane locked"], emergency_mode: ["应急模式", "emergency mode"],
    emergency_raise: ["应急抬杆", "emergency raise"], open_arm: ["栏杆常开", "arm stands open"],
    safety_device: ["安全装置故障", "safety device faulty"], registered_unasked: ["登记车辆不问海关", "registered vehicles unasked"],
    offline_policy: ["离线策略", "offline policy"], offline_unsettled: ["离线放行待核", "cleared offline, to settle"],
  },
  act: {
    release: ["放行", "Release"], inspect: ["去查验", "To inspection"], return: ["退回", "Return"], hold: ["等候", "Hold"],
    correct: ["更正", "Correct"], enter: ["补采", "Enter"], choose: ["选核放单", "Choose order"], regather: ["重新采集", "Re-gather"],
    ask: ["再问海关", "Ask again"], lock: ["锁车道", "Lock lane"], open: ["开车道", "Open lane"], turn: ["换向", "Turn lane"],
    emergency: ["应急抬杆", "Emergency raise"], ack: ["确认报警", "Acknowledge"], shelve: ["搁置报警", "Put aside"],
    answer: ["应答呼叫", "Answer call"], reset: ["复位", "Reset"], pulse: ["点动", "Pulse"], commission: ["验收", "Commission"],
    "emergency-mode": ["应急模式", "Emergency mode"],
  },
  reason: {
    "-": ["", ""], none: ["", ""],
    no_order: ["车辆未关联核放单", "no release order is bound to the vehicle"],
    several_orders: ["有多张核放单，请选择", "several open orders: choose one"],
    weight_differs: ["重量与核放单不符", "the weight differs from the order's"],
    empty_differs: ["申报空车，但重量或箱不符", "empty by order, but weight or box say otherwise"],
    plate_differs: ["车牌与电子车牌不一致", "camera and electronic plate differ"],
    plate_missing: ["没有可信的车牌", "no certain plate from any source"],
    box_check: ["箱号校验位不对", "a box number fails its check digit"],
    box_missing: ["没有读到箱号", "no box number was read"],
    box_differs: ["箱号不在核放单里", "a box is not in the release order"],
    seal_broken: ["封志已打开", "the seal is open"],
    seal_absent: ["没有封志", "no seal was found"],
    seal_low_battery: ["封志电量低", "the seal's battery is low"],
    targeted: ["海关布控查验", "targeted for inspection by customs"],
    customs_refused: ["海关不放行", "customs does not release"],
    customs_silent: ["海关超时未答，已重发", "customs has not answered in time; asked again"],
    card_missing: ["司机没有刷卡", "no card or code was presented"],
    device_dead: ["必需设备没有应答", "a required device does not answer"],
    not_on_scale: ["车没有完全上秤或没有停稳", "the vehicle is not wholly on the scale, or not at rest"],
    record_failed: ["记录写不进去，停止放行", "the record can't be written: nothing is cleared"],
    restarted: ["重启后发现道内有车", "a vehicle was found in the lane after a restart"],
    arm_fault: ["栏杆没有按命令动作", "the arm did not move as commanded"],
    officer: ["关员决定", "an officer decided so"],
    uncontrolled: ["栏杆未经命令被打开", "the arm was opened without a command"],
    emergency: ["应急：栏杆抬起并保持", "emergency: the arm is raised and stays"],
    first_gate_missed: ["没有经过第一道卡口", "it did not pass the first gate"],
    first_gate_late: ["经过第一道卡口已太久", "it passed the first gate too long ago"],
    first_gate_unknown: ["控制器重启过，不知是否经过第一道卡口", "whether it passed the first gate is not known"],
    hold_to_run: ["现场正在点动栏杆", "the arm is moved by hold-to-run at the gate"],
    no_right: ["未登记，此处核放单无效", "not registered, and orders give no right here"],
    registration: ["登记无效或超重", "registered, but not valid here now or too heavy"],
    entry_open: ["入口栏杆未落下", "the entry arm does not close behind the vehicle"],
  },
  event: {
    started: ["控制器启动", "controller started"], stopped: ["控制器停止", "controller stopped"], reset: ["重新启动原因", "reason of the restart"],
    passage_opened: ["车辆进道", "vehicle arrives"], evidence: ["采集", "evidence"], picture: ["照片", "picture"],
    picture_missing: ["缺照片", "no picture"], registered: ["已向海关登记", "registered with customs"], pictures_fetched: ["海关取照片", "pictures fetched by customs"], pictures_removed: ["旧照片已清除", "old pictures removed"], vote: ["车牌表决", "plates voted"],
    inquiry: ["拟问海关", "customs is to be asked"], inquiry_sent: ["已问海关", "customs asked"], inquiry_failed: ["询问没有送达", "the question did not arrive"],
    inquiry_withdrawn: ["撤回询问", "question withdrawn"], answer: ["海关答复", "customs answers"], verdict: ["结论", "verdict"],
    hold: ["等候", "held"], officer_act: ["关员处置", "officer acts"], act_refused: ["处置被拒", "act refused"], shift: ["交接班", "shift handed over"],
    lane_locked: ["车道锁定", "lane locked"], lane_opened: ["车道开放", "lane opened"], arm_locked: ["栏杆锁定", "arm locked"],
    arm_unlocked: ["栏杆解锁", "arm unlocked"], lane_turned: ["车道换向", "lane turned"], lane_turn_withdrawn: ["换向撤回", "turn withdrawn"],
    login: ["登录", "login"], login_refused: ["登录被拒", "login refused"], logout: ["退出", "logout"], people_changed: ["人员变更", "people changed"],
    access_refused: ["无权", "access refused"], pulse_ended: ["点动结束", "pulse ended"], lift_authorised: ["准许抬杆", "lift authorised"],
    lift_withdrawn: ["撤回抬杆", "lift withdrawn"], lift_commanded: ["命令抬杆", "lift commanded"], lift_observed: ["栏杆已抬起", "lift observed"],
    lift_unknown: ["抬杆结果不明", "lift unknown"], arm_lowered: ["栏杆已落下", "arm lowered"], safety: ["安全联锁", "safety interlock"],
    alarm: ["报警", "alarm"], alarm_ended: ["报警结束", "alarm ends"], call: ["呼叫", "call"], device: ["设备", "device"],
    command_received: ["海关命令", "command of customs"], command_result: ["命令结果", "its result"], delivery: ["送达海关", "delivered to customs"],
    peer_refused: ["拒绝对端", "peer refused"], certificates: ["证书", "certificates"], device_order: ["设备顺序", "device order"],
    peer_dialect: ["对端设置不符", "peer's dialect differs"], signing_key: ["签名密钥", "signing key"], signed_late: ["补签", "signed late"],
    registry_changed: ["登记变更", "registry changed"], lookup: ["查登记", "looked up"], order: ["核放单", "order"], weight_check: ["比对重量", "weight compared"],
    receipt: ["回执", "receipt"], checkpoint_held: ["检查点已外存", "checkpoint held elsewhere"], range_removed: ["旧记录已清除", "old events removed"],
    passage_closed: ["过卡结束", "passage ends"], crossing: ["有车穿过", "a crossing"], barrier: ["入口栏杆", "entry arm"], position: ["车位", "position"],
    handed_over: ["交给下一道", "handed to the next gate"], taken_over: ["接自上一道", "taken over from the first gate"], observed: ["恢复观察", "observed again"],
    emergency_mode: ["应急模式", "emergency mode"],
  },
};

// Alarms after ISA-18.2: severity, cause, consequence, what to do. The last three: [zh, en] each.
const ALARMS = {
  emergency: ["high", ["应急输入或应急抬杆", "Emergency input, or raised by an officer"],
    ["栏杆抬起不落，过车不受控", "The arm is up and stays; crossings are not controlled"],
    ["到现场查看，排除后在现场复位", "Go and look; when it is over, reset at the gate"]],
  uncontrolled_opening: ["high", ["栏杆未经命令离开落位", "The arm left its lower limit without a command"],
    ["可能有车未查而过；过车逐一记录", "Vehicles may pass unseen; each crossing is recorded"],
    ["到现场查看栏杆和遥控", "Look at the arm and for a remote control at the gate"]],
  tailgate: ["high", ["第二辆车紧跟通过", "A second vehicle followed through"],
    ["该车没有结论", "It has no verdict"], ["查看照片，追查该车", "Look at its picture and find it"]],
  wrong_way: ["high", ["出口线圈先动作：逆行", "The exit loop came first: wrong way"],
    ["没有过卡记录，栏杆不动", "There is no passage; the arm does not move"], ["到现场劝离", "Send it back"]],
  record_failed: ["high", ["记录写不进去", "The record can't be written"],
    ["全部车道停止放行", "All lanes stop clearing"], ["检查磁盘，通知技术员", "Look at the disk; call a technician"]],
  safety_device: ["high", ["安全线圈或光电未通过检验", "Safety loop or beam failed its proof"],
    ["栏杆不再自动动作", "The arm makes no automatic movement"], ["清除障碍；检查装置，现场复位", "Clear the way; check the device, reset at the gate"]],
  arm_fault: ["high", ["栏杆没有按命令到位", "The arm did not arrive as commanded"],
    ["车道停用", "The lane is out of use"], ["到现场查看栏杆，点动复位", "Look at the arm; move it by hold-to-run, reset"]],
  entry_fault: ["high", ["入口栏杆故障", "The entry arm is faulty"], ["车道停用", "The lane is out of use"],
    ["到现场查看入口栏杆", "Look at the entry arm"]],
  hold: ["medium", ["车辆等候处置", "A vehicle is held"], ["车辆排队", "The queue grows"],
    ["看原因，作出处置", "See why, and decide"]],
  overstay: ["medium", ["已放行，车仍在栏杆下", "Released, but still under the arm"], ["栏杆保持抬起", "The arm stays up"],
    ["请车辆通过", "Ask it to move on"]],
  lifted_not_passed: ["medium", ["抬杆后车辆退出", "The vehicle backed out after the lift"], ["核放单可再用", "Its order can be used again"],
    ["查看车辆去向", "See where it went"]],
  restarted: ["medium", ["重启后道内有车", "A vehicle was in the lane after a restart"], ["该车没有结论", "It has no verdict"],
    ["重新采集或人工处置", "Re-gather, or decide"]],
  offline_disputed: ["medium", ["离线放行与海关答复不一致", "Customs disagrees with what was cleared offline"], ["须核对", "It must be settled"],
    ["联系海关，核对该车", "Settle it with customs"]],
  loops_lost: ["medium", ["来车或出口线圈失联", "Approach or exit loop is lost"], ["来车可能没有记录", "Vehicles may come unseen"],
    ["通知技术员", "Call a technician"]],
  lights_lost: ["medium", ["信号灯输出失联", "The lights can't be reached"], ["灯可能与状态不符", "The lights may not tell the truth"],
    ["通知技术员", "Call a technician"]],
};

const DEFAULT_ALARM = ["medium", ["控制器报警", "The controller raises an alarm"], ["见说明", "See its text"], ["通知技术员", "Call a technician"]];

let index = localStorage.getItem("language") === "en" ? 1 : 0;

export const languages = ["zh-CN", "en"];
export const language = () => languages[index];

export function setLanguage(name) {
  index = name === "en" ? 1 : 0;
  localStorage.setItem("language", name);
}

export function fill(text, values = {}) {
  return text.replace(/\{(\w+)\}/g, (_, key) => values[key] ?? "");
}

// A word of the page.
export function t(key, values) {
  const word = WORDS[key];
  if (!word) throw new Error(`no word for ${key}`);
  return fill(word[index], values);
}

// A code of the product; what is not known is shown as it is, with its name.
export function tc(group, code) {
  if (!code) return "–";
  const word = CODES[group]?.[code];
  if (!word) document.documentElement.dataset.untranslated = `${group}.${code}`;
  return word ? word[index] : code;
}

export function alarmWords(code) {
  const [severity, ...texts] = ALARMS[code] ?? DEFAULT_ALARM;
  const [cause, consequence, todo] = texts.map((text) => text[index]);
  return { severity, cause, consequence, todo };
}

export const all = { WORDS, CODES, ALARMS };

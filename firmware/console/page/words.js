// SPDX-License-Identifier: MIT
// Everything the page says, in Chinese and English. tests/system/test_page_words.py compares the codes here
// with those of the product, so that none is shown untranslated.

const WORDS = {
  // the frame
  title: ["卡口", "Kakou"],
  live: ["实时", "Live"],
  stale: ["画面已停止更新，不是当前状态", "Not live: the picture is not of now"],
  live_again: ["画面恢复更新", "Live again"],
  login: ["登录", "Log in"],
  logout: ["退出", "Log out"],
  name: ["姓名", "Name"],
  password: ["密码", "Password"],
  fresh: ["新密码（至少 8 位）", "New password (8 characters at least)"],
  password_own: ["更换我的密码", "Change my password"],
  password_changed: ["密码已更换", "The password is changed"],
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
  onfile: ["备案", "On file"],
  skip: ["跳到内容", "Skip to content"],
  none: ["无", "none"],
  never: ["从未", "never"],
  close: ["关闭", "Close"],
  cancel: ["取消", "Cancel"],
  confirm: ["确认", "Confirm"],
  back: ["返回全部车道", "All lanes"],
  loading: ["正在读取…", "Reading…"],
  nothing: ["没有记录", "Nothing is on record"],
  code: ["代码", "Code"],
  sound: ["报警声", "Sound"],

  // a lane
  lane_empty: ["空闲", "No vehicle"],
  passage: ["过卡", "Passage"],
  plate: ["车牌", "Plate"],
  box: ["箱号", "Box"],
  box_and_order: ["箱号、核放单", "Box, order"],
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
  timeline: ["过程", "Timeline"],
  pictures: ["照片", "Pictures"],
  source: ["来源", "Source"],
  confidence: ["可信度", "Confidence"],
  age: ["时间", "Age"],
  required: ["必需", "required"],
  optional: ["可选", "optional"],
  customs: ["海关", "Customs"],
  bypasses: ["旁路", "Bypassed"],
  emergency_mode: ["应急模式（{a}）", "Emergency mode ({a})"],
  mode_until: ["至 {a}", "until {a}"],
  mode_crossings: ["已过 {a} 辆", "{a} passed so far"],
  mode_end: ["结束应急模式", "End the emergency mode"],
  mode_why: ["期间不问海关，车辆逐辆放行，每辆以您的名义记录；到时自动结束，最长 {a}", "Customs is not asked: vehicles pass one by one, each on record in your name; it ends by itself, after {a} at most"],
  mode_end_why: ["已放行 {a} 辆；此后照常核放", "{a} passed so far; from now on each is cleared as usual"],
  mode_ended: ["{a}：应急模式结束，共过 {b} 辆", "{a}: the emergency mode has ended; {b} passed"],
  turning: ["正在换向：改为{a}", "Being turned: {a}"],
  turn_to: ["换向：改为{a}", "Turn: {a}"],
  turn_why: ["先到现场看清道内无车：线圈之间的车传感器看不到。换向期间两端都不放车", "Look into the lane first: between its loops a vehicle stands unseen. Nobody is taken from either side until it is turned"],
  turn_withdrawn: ["{a}：换向已撤回", "{a}: the turn was withdrawn"],
  direction_lost: ["方向不明，须换向后使用", "Direction not known: turn the lane before it is used"],
  direction_unknown: ["方向不明", "direction unknown"],
  reversible: ["可换向", "reversible"],
  no_lane: ["没有这条车道", "There is no such lane"],
  besides: ["并列车道", "Lanes beside this one"],
  not_asked: ["没有问海关", "Customs was not asked"],
  event_kind: ["事件", "Event"],
  value_said: ["内容", "What was said"],
  none_on_file: ["没有备案", "nothing on file"],
  help_called: ["司机按了求助", "The driver calls for help"],
  locked: ["车道已锁", "Lane locked"],
  direction_I: ["进区", "In"],
  direction_E: ["出区", "Out"],
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
  act_refused: ["拒绝：", "Refused: "],
  act_done: ["已记录，序号 {a}", "On record as event {a}"],
  interlock_says: ["联锁", "Interlock"],
  all_clear: ["线圈与光电都无车", "no loop or beam sees a vehicle"],
  orders_more: ["共 {a} 张，其余见备案", "{a} in all; the others are under On file"],
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
  high: ["高", "High"],
  medium: ["中", "Medium"],
  low: ["低", "Low"],
  cause: ["发生了什么", "What happened"],
  consequence: ["后果", "What it means"],
  todo: ["怎么办", "What to do"],
  ack: ["确认报警", "Acknowledge"],
  acked: ["已确认", "acknowledged"],
  unacked: ["未确认", "not acknowledged"],
  shelved: ["搁置，剩余", "put aside, left:"],
  put_aside: ["已搁置", "put aside"],
  take_back: ["取消搁置", "Take back"],
  new_alarm: ["新报警", "New alarm"],
  new_call: ["司机求助", "A driver calls for help"],
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
  first_event: ["从序号", "From event"],
  last_event: ["到序号", "To event"],
  jsonl_how: ["一次至多 10000 条；kakou log verify 可核对", "10,000 at most; kakou log verify checks them"],
  slip: ["打印过磅单", "Print slip"],
  slip_title: ["过磅单", "Weighing slip"],
  gross: ["毛重", "Gross weight"],
  printed: ["打印时间", "Printed"],
  proof: ["证明", "Proof"],
  to_lift: ["到抬杆", "To the lift"],
  alarm_detail: ["说明", "Detail"],
  alarm_text: ["控制器原文", "In the controller's words"],
  event_no: ["序号", "Event"],
  hash: ["记录哈希", "Leaf hash"],
  proof_how: ["下载后可用 kakou log verify 核对", "What is downloaded can be checked with kakou log verify"],
  followed: ["查询库跟随到事件 {a}", "The search knows the record up to event {a}"],

  // numbers
  by_hour: ["按小时", "By hour"],
  by_day: ["按日", "By day"],
  by_shift: ["按班", "By shift"],
  period: ["时段", "Period"],
  as_of: ["截至 {a}", "As of {a}"],
  refresh: ["刷新", "Refresh"],
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
  buses: ["总线", "Buses"],
  cycle: ["轮询周期", "Cycle"],
  requests: ["请求", "Requests"],
  errors: ["错误", "Errors"],
  last_error: ["最近错误", "Last error"],
  backoff: ["退避", "Backs off"],
  backlog: ["待送海关 {a} 件", "{a} waiting for customs"],
  disk: ["磁盘已用 {a}%", "Disk {a} % full"],
  record_well: ["记录正常", "Record well"],
  record_ill: ["记录写不进去", "The record can't be written"],
  customs_up: ["海关连接正常", "Customs reached"],
  customs_down: ["海关连不上", "Customs not reached"],
  whole_gate: ["整个卡口", "The whole gate"],
  whole_gate_alarms: ["卡口报警 {a} 项", "Alarms of the gate: {a}"],
  devices_ill: ["{a} 台设备异常", "Devices not well: {a}"],
  baseline: ["对照基准", "Baseline"],
  baseline_set: ["以此时段为基准", "Take this as baseline"],
  baseline_none: ["尚无基准", "No baseline yet"],
  faster: ["比基准快 {a}%", "{a} % faster than the baseline"],
  slower: ["比基准慢 {a}%", "{a} % slower than the baseline"],

  cargo: ["过卡统计（与 kakou stats 相同）", "What passed (the figures of kakou stats)"],
  passages: ["过卡", "Passages"],
  automatic_share: ["自动率", "Automatic, %"],
  passed_through: ["通过", "Passed"],
  loaded: ["重车", "Loaded"],
  empty: ["空车", "Empty"],
  load_unknown: ["空重不明", "Load ?"],
  box_count: ["箱数", "Boxes"],
  teu: ["TEU", "TEU"],
  gross_tonnes: ["毛重 t", "Gross, t"],
  all_together: ["合计", "All"],
  by_type: ["按核放单类型", "By order type"],
  by_arrival: ["按到达时间", "By arrival"],
  type_unknown: ["类型不明", "not known"],
  manual_lifts: ["人工抬杆", "Lifts by hand"],
  tally_how: ["按结束时间计；通过起各列只计通过的车。“+3?”为不明：没有看箱、没有箱型或没有过磅的数目；TEU 按识读的箱型代码计", "Counted when a passage ended; from Passed on, only of those that passed. “+3?” is what is not known: nobody looked at the box, it has no size, it was not weighed. TEU by the size-type codes that were read"],

  // on file
  release_orders: ["核放单", "Release orders"],
  vehicles: ["登记车辆", "Registered vehicles"],
  offline: ["离线放行", "Cleared offline"],
  find: ["查找（车牌、单号、箱号…的一部分）", "Find (a part of a plate, number, box …)"],
  number: ["单号", "Number"],
  type: ["类型", "Type"],
  boxes: ["箱号", "Boxes"],
  approved: ["批准时间", "Approved"],
  documents: ["单证", "Documents"],
  expected: ["应有重量", "Weight expected"],
  uses: ["本卡口使用", "Used here"],
  in_use_only: ["只看占用中", "In use only"],
  valid: ["有效期", "Valid"],
  valid_from: ["生效日", "Valid from"],
  valid_to: ["失效日", "Valid to"],
  way: ["方向", "Way"],
  way_in: ["进", "in"],
  way_out: ["出", "out"],
  way_both: ["进出", "both"],
  max_kg: ["限重 kg", "Limit, kg"],
  tag_or_card: ["电子车牌 / 卡", "Tag / card"],
  approver: ["批准人", "Approver"],
  add_vehicle: ["登记车辆", "Register a vehicle"],
  all_lanes: ["全部车道", "all lanes"],
  import_file: ["导入文件", "Import a file"],
  import_why: ["整份导入，有一行不对就什么都不改", "Taken over whole: one wrong line, and nothing is changed"],
  import_bad: ["有 {a} 行不对，没有导入", "{a} lines are wrong: nothing was taken over"],
  import_done: ["已导入 {a} 条，其中新增 {b} 条", "{a} taken over, {b} of them new"],
  line: ["行", "Line"],
  open_only: ["只看待核对", "Only what waits"],
  cleared: ["放行时间", "Cleared"],
  order_age: ["核放单已批准", "Order's age"],
  settled: ["核对", "Settled"],
  settle: ["核对", "Settle"],
  to_settle: ["离线放行待核 {a}", "{a} cleared offline, to settle"],
  next: ["下一页", "Next page"],
  first_page: ["首页", "First page"],

  // people
  new_password: ["设新密码", "New password"],
  new_password_why: ["本人首次登录须更换", "It must be changed at the first login"],
  change_role: ["改角色", "Change role"],
  remove: ["删除", "Remove"],
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
    none: ["无", "none"], customs: ["海关", "customs"], controller: ["控制器", "controller"], officer: ["关员", "officer"], offline: ["离线策略", "offline policy"],
    registered: ["登记车辆", "registered vehicle"], emergency: ["应急", "emergency"], site: ["本站规则", "site rule"],
    policy: ["本站规则", "site rule"], lane: ["车道", "lane"], evidence: ["采集结果", "evidence"],
  },
  seal: { sealed: ["完好", "sealed"], open: ["已打开", "open"], absent: ["没有", "absent"], low_battery: ["电量低", "low battery"], broken: ["破损", "broken"] },
  outcome: {
    passed: ["已通过", "passed"], returned: ["已退回", "returned"], to_inspection: ["去查验", "to inspection"],
    not_passed: ["未通过", "not passed"], lifted_not_passed: ["抬杆未过", "lifted, not passed"], void: ["作废", "void"],
  },
  side: { front: ["前", "front"], rear: ["后", "rear"], left: ["左", "left"], right: ["右", "right"], "": ["", ""] },
  effect: {
    counts: ["有效", "counts"], interim: ["暂未定", "interim"], late: ["迟到，不计", "late, does nothing"], foreign: ["非本车，不计", "foreign, does nothing"],
    repeated: ["重复，不计", "repeated, does nothing"], not_awaited: ["未在等候，不计", "not awaited, does nothing"], reconciles: ["核对离线放行", "reconciles an offline clearance"],
  },
  order_step: {
    in_use: ["占用", "in use"], passed: ["已过", "passed"], freed: ["可再用", "usable again"], agreed: ["核对一致", "agreed"], disputed: ["核对不一致", "disputed"],
  },
  order_state: {
    0: ["已申报", "applied"], 1: ["已审批", "approved"], 2: ["已过卡", "passed"], 3: ["已过第一道", "passed the first gate"],
    4: ["已过第二道", "passed the second"], 5: ["已删除", "deleted"], 6: ["已作废", "void"],
  },
  order_type: {
    1: ["先入区后报关", "enter before declaring"], 2: ["一线", "first line"], 3: ["二线", "second line"], 4: ["不报关", "without declaration"],
    5: ["卡口登记", "registered at the gate"], 6: ["空车", "empty vehicle"],
  },
  order_use: {
    free: ["可用", "free"], in_use: ["占用中", "in use"], passed: ["已过", "passed"], passed_first: ["已过第一道", "passed the first gate"],
    passed_second: ["已过第二道", "passed the second"],
  },
  change: {
    void: ["作废", "Make void"], reopen: ["恢复可用", "Reopen"], remove: ["移除", "Remove"], expire: ["停用", "Expire"],
  },
  offline_state: {
    lifted: ["已抬杆，未见通过", "lifted, not seen to pass"], passed: ["已通过，海关未答复", "passed, customs not heard"],
    agreed: ["一致", "agreed"], disputed: ["不一致", "disputed"],
  },
  stage: {
    hold: ["等候", "Held"],
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
  // The closed list of errors (hal/err.h): of a device, a question to customs, a picture.
  error: {
    ok: ["正常", "well"], again: ["还没有", "nothing yet"], stale: ["数据过时", "too old"], timeout: ["超时，没有等到", "nothing came in time"],
    link: ["连接失败或中断", "the connection failed or ended"], refused: ["对方拒绝", "the other side refused"],
    foreign: ["答非所问", "an answer to another question"], garbled: ["内容损坏或不合规定", "damaged, or not what is allowed"],
    full: ["超过限额或空间不足", "a limit was reached, or there is no room"], invalid: ["内容不对", "not a valid value"],
    notfound: ["找不到", "not found"], denied: ["没有权限", "the right is missing"], io: ["磁盘或系统出错", "disk or system failed"],
    nomem: ["内存不足", "no memory"], second: ["须第二人批准", "a second person has to approve"],
  },
  delivery: {
    sent: ["已发送，不会有答复", "sent, nothing comes back"], unanswered: ["一直没有答复，不再发送", "never answered, sent no more"],
    unsendable: ["无法发送", "could not be sent"],
  },
  refusal: {
    gone: ["那辆车已经离开", "that vehicle has left"], second_needed: ["须主管批准", "a supervisor has to approve it"],
    not_now: ["当前状态下不能做", "not possible in this state"], already: ["已经是这样", "it is so already"],
    absent: ["没有这样的对象", "there is nothing of the kind"], bad_value: ["填写的值不对", "no such value"],
    waited: ["等得太久或情况已变，请再看再做", "it waited too long, or things have changed: look, and ask again"],
    key_needed: ["须在现场用钥匙解锁", "the key at the gate is needed"], arm_unseen: ["看不到栏杆位置", "the arm can't be seen"],
    record_ill: ["记录写不进去", "the record can't be written"], lane_busy: ["车道不空闲", "the lane is not idle"],
    occupied: ["线圈或光电有车，或刚刚有过", "a loop or beam sees something, or did just now"],
    device_ill: ["线圈或安全装置失联、故障", "a loop or a safety device is lost or faulty"], in_mode: ["车道在应急模式", "the lane is in emergency mode"], refused: ["不允许", "refused"],
    denied: ["您的角色无权这样做", "your role may not do that"], login_refused: ["姓名或密码不对，或暂停登录", "name or password is wrong, or kept out for a while"],
    not_logged_in: ["请先登录", "log in first"], must_change: ["请先更换密码", "change the password first"],
    csrf: ["请刷新本页后再试", "reload this page and try again"], too_many: ["太频繁，请稍候", "too often: wait a little"],
    bad_request: ["请求有误", "the request is not right"], not_found: ["没有找到", "not found"],
    method_not_allowed: ["请求有误", "the request is not right"], wrong_type: ["请求有误", "the request is not right"],
    too_large: ["内容太大", "too large"], changed: ["与记录的哈希不符", "it is not what the record's hash says"],
    full: ["现在太忙，请再试", "too busy now: try again"], late: ["没有及时答复，请看记录", "no answer in time: the record tells what became of it"],
    unreachable: ["控制器没有应答", "the controller does not answer"], failed: ["没有成功", "it did not succeed"],
    no_memory: ["内存不足", "no memory"], no_console: ["连不上本机页面服务", "the console does not answer"],
  },
  reason: {
    none: ["", ""],
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
  vote: {
    camera: ["相机", "camera"], tag: ["电子车牌", "tag"], officer: ["关员", "officer"], "camera+tag": ["相机与电子车牌", "camera and tag"],
    "camera+order": ["相机与核放单", "camera and order"], "card+order": ["卡与核放单", "card and order"],
  },
  // What an alarm, the interlock or a call says beside its own name; reasons are said there, too.
  detail: {
    reversed: ["落杆中有障碍，已抬起", "obstruction while lowering: raised"],
    arm_locked: ["连续两次障碍，栏杆锁定，须在现场复位", "two obstructions in a row: locked until reset at the gate"],
    unproved: ["安全装置未通过检验，栏杆不动", "safety is not proved: no movement is made"],
    travel: ["栏杆没有按时到位，已停", "the arm did not arrive at its limit in time: stopped"],
    limits: ["上下限位同时动作，栏杆不动", "both limits at once: no movement"],
    late_scan: ["扫描迟到，停止动作并重新检验", "late scan: movement stopped, proving again"],
    blind: ["看不到输入，全部输出关闭", "inputs unknown: everything off"],
    opened_uncommanded: ["栏杆未经命令打开", "the arm opened without a command"],
    emergency: ["应急：抬杆，不受控", "emergency: raising, uncontrolled"],
    pair_differs: ["一路输入的两个触点不一致，须在现场复位", "two contacts of one input disagree: faulty until reset at the gate"],
    reset_key: ["现场复位钥匙已转动", "the reset key at the gate was turned"],
    hold_to_run: ["现场正在点动栏杆", "the arm is moved by hold-to-run at the gate"],
    hold_over: ["现场点动结束，栏杆停住", "hold-to-run at the gate is over: the arm stands"],
    arm_wrong_way: ["栏杆反向移动，已停", "the arm moved the wrong way: stopped"],
    arm_sank: ["栏杆未经命令离开上限位", "the arm left its upper limit without a command"],
    battery_low: ["时钟电池电压低", "the battery of the clock is low"], clock_unset: ["时钟从未设置", "the clock was never set"],
    own_certificate: ["本机证书", "the gate's own certificate"], authority: ["CA 证书", "an authority"], revocation_list: ["吊销列表", "a revocation list"],
    backed_out: ["车辆已退出", "the vehicle backed out"], offline: ["已按离线策略放行", "cleared by the offline policy"],
    help: ["司机按了求助", "the driver pressed help"], silence: ["海关未答", "customs is silent"], choose: ["须选择核放单", "an order has to be chosen"],
    opened: ["打开", "opened"], shut: ["关上", "shut"],
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
    emergency_mode: ["应急模式", "emergency mode"], update: ["系统更新", "update"], clock_step: ["时钟跳变", "the clock was set"], door: ["控制柜门", "cabinet door"],
    maintained: ["维护", "maintained"],
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
  cabinet_open: ["high", ["控制柜门被打开", "The door of the cabinet was opened"],
    ["栏杆接线和控制器可能被动过；车道照常", "The arm's wires and the controller may be tampered with; the lane goes on"],
    ["核实是谁；不是技术员就到现场查看；关门后确认", "Find out who it is; if no technician, go and look; shut it, and acknowledge"]],
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
  record_disk: ["medium", ["记录所在磁盘将满", "The record's disk fills up"], ["满了就停止放行", "When it is full, nothing is cleared"],
    ["通知技术员清理或换盘", "Call a technician"]],
  record_signing: ["medium", ["检查点没有签名", "Checkpoints are not signed"], ["记录照常，稍后补签", "The record goes on and is signed later"],
    ["通知技术员查看签名设备", "Call a technician: the signing device"]],
  customs_backlog: ["medium", ["待送海关的报文积压", "Messages for customs pile up"], ["海关看到的比实际晚", "Customs sees them late"],
    ["检查海关连接", "Look at the connection to customs"]],
  certificate_ended: ["high", ["海关连接的证书或吊销列表已到期", "A certificate or revocation list of the link to customs has ended"],
    ["海关连接中断，车辆等候", "Customs can't be reached, and vehicles are held"], ["立即通知技术员更换", "Call a technician at once: renew it"]],
  certificate_ends: ["medium", ["海关连接的证书或吊销列表将在 30 天内到期", "A certificate or revocation list of the link to customs ends within 30 days"],
    ["到期后海关连接中断", "Then customs can't be reached"], ["通知技术员更换", "Call a technician: renew it"]],
  people_damaged: ["medium", ["人员文件损坏", "The file of people is damaged"], ["可能无法登录", "People may not be able to log in"],
    ["通知技术员恢复备份", "Call a technician: restore it"]],
  lights_lost: ["medium", ["信号灯输出失联", "The lights can't be reached"], ["灯可能与状态不符", "The lights may not tell the truth"],
    ["通知技术员", "Call a technician"]],
  machine_clock: ["medium", ["控制器时钟电池电压低或时间未设", "The clock's battery is low, or it was never set"],
    ["断电后时间会错", "The time is lost with the power"], ["更换电池，校时", "Change the battery, set the time"]],
  machine_flash: ["medium", ["控制器存储芯片磨损", "The controller's flash is worn"], ["记录可能写不进去", "The record may become impossible to write"],
    ["备份后更换控制器", "Back up, and change the board"]],
  machine_heat: ["medium", ["控制器过热", "The controller is hot"], ["可能降速或停机", "It may slow down or stop"],
    ["检查机柜通风", "Look at the cabinet's air"]],
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
  if (!code || code === "-") return "–";
  const word = CODES[group]?.[code];
  if (!word) document.documentElement.dataset.untranslated = `${group}.${code}`;
  return word ? word[index] : code;
}

export const MARK = { high: "▲", medium: "◆", low: "●" };

// What is bypassed, as kakoud lists it: "emergency_mode", "no_seal", "offline_unsettled:3".
export function bypassText(code) {
  const [head, count] = code.split(":");
  const kind = head.startsWith("no_") && t(head.slice(3));
  return kind ? `${t("none")} ${kind}` : `${tc("bypass", head)}${count ? ` ${count}` : ""}`;
}

// Which way a lane goes, and whether that can change.
export function directionOf(lane) {
  const way = t(lane.turn === "unknown" ? "direction_unknown" : `direction_${lane.direction}`);
  return lane.is_reversible ? `${way} ⇄` : way;
}

export const modeText = (lane) => t("emergency_mode", { a: lane.emergency_mode.by });

// A verdict, who gave it, and why: as much of it as there is.
export const partsOf = ({ verdict, by, reason }) => [["verdict", verdict], ["by", by], ["reason", reason]]
  .filter(([, code]) => code && code !== "-" && code !== "none").map(([group, code]) => tc(group, code));
export const decided = (what) => partsOf(what).join(" · ") || "–";

// What stands beside a name in the record: a code in the reader's words. A sentence of the controller's own is English:
// it is shown to who reads English, and to everybody under the event's number; what a person wrote is shown as it is.
export function said(text) {
  if (!text || text === "-") return "";
  const word = ["detail", "reason", "outcome", "act", "refusal"].map((group) => CODES[group][text]).find(Boolean);
  if (word) return word[index];
  return index === 1 || !/[A-Za-z]{3}/.test(text) || /[^\x00-\x7f]/.test(text) || !/ /.test(text) && /\d/.test(text) ? String(text) : "";
}

export function alarmWords(code) {
  const [severity, ...texts] = ALARMS[code] ?? DEFAULT_ALARM;
  const [cause, consequence, todo] = texts.map((text) => text[index]);
  return { severity, cause, consequence, todo };
}

export const all = { WORDS, CODES, ALARMS };

"""Compares what was sent, what the log holds and what the target did. Every check gives figures,
and the records that break a promise."""

import collections

import policy as rules

TERMINAL = {"DONE", "FAILED", "UNKNOWN", "EXPIRED", "REFUSED", "EDITED", "OVERRIDDEN"}
CARRIED_OUT = {"DONE", "EDITED"}
EMITTING = {"EXECUTE", "TASK", "RELEASED"}
SANE_MS = (946_684_800_000, 4_102_444_800_000)  # 2000 to 2100.
# What a poison line may be dead-lettered for: by whoever loads it, or by who reads the topic.
POISON_REASONS = {
    "broken_json": {"malformed_row", "undecodable"},
    "no_customer": {"no_customer", "missing_customer"},
    "absurd_time": {"absurd_time"},
    "nan_value": {"bad_value", "not_finite", "invalid_field"},
    "other_content": {"id_reused"},
}


class Report:
    def __init__(self):
        self.figures, self.broken, self.examples = {}, [], {}

    def figure(self, name, value):
        self.figures[name] = value

    def promise(self, name, offenders, count=None):
        """`offenders` must be empty; None where the check could not be made."""
        if offenders is None:
            self.figures[name] = None
            return
        offenders = sorted(offenders, key=str)
        self.figures[name] = len(offenders) if count is None else count
        if self.figures[name]:
            self.broken.append(name)
            self.examples[name] = offenders[:5]


class World:
    """Everything that was read, with the indexes that the checks share."""

    def __init__(self, sent, log, target, policy):
        self.sent, self.log, self.target, self.policy = sent, log, target, policy
        self.actions = {action.id: action for action in log.actions}
        self.statuses = collections.defaultdict(list)
        self.done_ms = collections.defaultdict(list)
        for _, receipt in log.receipts:
            status = receipt.get("status", "").removeprefix("RECEIPT_STATUS_")
            self.statuses[receipt.get("action_id", "")].append(status)
            if status in CARRIED_OUT:
                self.done_ms[receipt["action_id"]].append(receipt.get("occurred_time_ms", 0))
        self.final = {name: one for name, all_of in self.statuses.items()
                      for one in all_of if one in TERMINAL}
        self.last_commits = {}
        for _, commit in log.commits:
            place = commit.get("changelog_topic", ""), commit.get("row", 0)
            last = self.last_commits.get(place)
            if last is None or commit.get("sequence", 0) > last.get("sequence", 0):
                self.last_commits[place] = commit

    def when(self, action):
        """The time of a contact: made, or planned."""
        return min(self.done_ms.get(action.id, [action.start_ms]))

    @staticmethod
    def inputs(commit, prefix):
        return {one.get("topic", "").removeprefix(prefix): one.get("next", 0)
                for one in commit.get("inputs", [])}


def doubled(items):
    return {item for item, count in collections.Counter(items).items() if count > 1}


def check_signals(world, report, unmapped, prefix):
    sent, log = world.sent, world.log
    on_log = collections.Counter(record.headers.get("ce_id") for record in log.signals)
    report.figure("signals", len(log.signals))
    report.figure("duplicates", sum(on_log.values()) - len(on_log) - sum(
        min(sent.forged[name], count - 1) for name, count in on_log.items() if count > 1))
    report.figure("customers", len({record.key for record in log.signals} & sent.customers))
    report.figure("loaded_again", sum(
        max(0, on_log[name] - copies - sent.forged[name]) for name, copies in sent.copies.items()))
    report.promise("lost_signals", {
        name for name, kind in sent.kinds.items()
        if kind not in unmapped and on_log[name] < 1 + sent.forged[name]})
    report.promise("invented_signals", set(on_log) - set(sent.kinds) - sent.poison_ids)
    report.promise("unprocessed_signals", unprocessed(world, prefix))


def unprocessed(world, prefix):
    """Signals that the last commit of their task does not cover."""
    ends = {}
    for (_, row), commit in world.last_commits.items():
        for topic, offset in world.inputs(commit, prefix).items():
            ends[topic, row] = max(offset, ends.get((topic, row), 0))
    topics = {topic for topic, _ in ends}
    if not topics & {record.topic for record in world.log.signals}:
        return None if world.log.signals else set()
    return {record.place for record in world.log.signals
            if record.topic in topics and record.offset >= ends.get((record.topic, record.partition), 0)}


def check_dead_letters(world, report):
    found = collections.Counter(
        record.headers.get("evenkeel.errors.reason", "unstated") for record in world.log.dead_letters)
    report.figure("dead_letters", dict(sorted(found.items())))
    missing, left = [], found.copy()
    for kind, wanted in world.sent.poison.items():
        for _ in range(wanted):
            reason = next((one for one in sorted(POISON_REASONS[kind]) if left[one]), None)
            if reason is None:
                missing.append(kind)
            else:
                left[reason] -= 1
    report.promise("missing_dead_letters", missing)
    report.promise("unexpected_dead_letters", list(left.elements()))


def check_commits(world, report):
    sequences = collections.defaultdict(list)
    for _, commit in world.log.commits:
        place = commit.get("changelog_topic", ""), commit.get("row", 0), commit.get("task_epoch", 0)
        sequences[place].append(commit.get("sequence", 0))
    if not sequences:
        report.promise("journal_gaps", None)
        return
    report.promise("journal_gaps", [
        place for place, numbers in sequences.items()
        if sorted(numbers) != list(range(1, len(numbers) + 1))])


def check_decisions(world, report):
    decisions = world.log.decisions
    verdicts = collections.Counter(decision.verdict for decision in decisions)
    report.figure("decisions", len(decisions))
    report.figure("verdicts", dict(sorted(verdicts.items())))
    report.figure("no_action_share",
                  round(verdicts["NO_ACTION"] / len(decisions), 4) if decisions else None)
    report.promise("doubled_decisions", doubled(decision.id for decision in decisions))
    report.promise("bad_digests", {d.id for d in decisions if not d.digest_ok})
    chains = collections.defaultdict(list)
    for decision in decisions:
        place = decision.envelope.get("task", 0), decision.envelope.get("task_epoch", 0)
        chains[place].append(decision.envelope.get("sequence", 0))
    report.promise("chain_gaps", [
        place for place, numbers in chains.items()
        if sorted(numbers) != list(range(1, len(numbers) + 1))])
    planned = {d.payload.get("action", {}).get("action_id") for d in decisions
               if d.verdict in EMITTING}
    report.promise("actions_not_emitted", planned - set(world.actions))
    report.promise("actions_without_decision", set(world.actions) - planned)


def row_clock(world, prefix):
    """Where the deciders' clock of each partition ended, by the journal or else by the signals."""
    clocks = collections.defaultdict(int)
    topics = {record.topic for record in world.log.signals}
    for (_, row), commit in world.last_commits.items():
        if topics & set(world.inputs(commit, prefix)):
            clocks[row] = max(clocks[row], commit.get("as_of_time_ms", 0))
    if not clocks:
        for record in world.log.signals:
            if SANE_MS[0] <= record.timestamp_ms < SANE_MS[1]:
                clocks[record.partition] = max(clocks[record.partition], record.timestamp_ms)
    return clocks


def check_actions(world, report, options):
    actions = list(world.actions.values())
    kinds = collections.Counter(
        f"{a.payload.get('action', '')}/{a.channel}" for a in actions)
    report.figure("actions", dict(sorted(kinds.items())))
    report.figure("actions_total", len(actions))
    report.figure("actions_by_proposer", dict(sorted(collections.Counter(
        action.payload.get("proposer", "") for action in actions).items())))
    report.figure("tasks", sum(action.channel == "task" for action in actions))
    statuses = collections.Counter(one for all_of in world.statuses.values() for one in all_of)
    report.figure("receipts", sum(statuses.values()))
    report.figure("receipts_by_status", dict(sorted(statuses.items())))
    report.figure("executed", sum(1 for status in world.final.values() if status in CARRIED_OUT))
    clocks = row_clock(world, options.prefix)
    open_actions = [a for a in actions if a.id not in world.final]
    due = [a for a in open_actions if a.channel not in options.by_people and
           a.start_ms < (options.until_ms or clocks[a.record.partition])]
    report.figure("waiting", len(open_actions) - len(due))
    report.promise("lost", {a.id for a in due})
    report.promise("receipts_without_action", set(world.statuses) - set(world.actions))


def check_effects(world, report, webhook_channels):
    target = world.target
    twice = {name for name, count in target.applied.items() if count > 1} if target else set()
    twice |= {name for name, all_of in world.statuses.items()
              if sum(status in TERMINAL for status in all_of) > 1}
    twice |= doubled(action.id for action in world.log.actions)
    report.promise("doubled", twice)
    if target is None:
        for name in ("applied_at_target", "retried_calls", "refused_calls", "conflicting_calls",
                     "applied_without_action", "applied_but_denied", "claimed_but_not_applied"):
            report.figure(name, None)
        return
    report.figure("applied_at_target", len(target.applied))
    report.figure("retried_calls", target.retried)
    report.promise("refused_calls", [], count=target.refused)
    report.promise("conflicting_calls", [], count=target.conflicts)
    report.promise("applied_without_action", set(target.applied) - set(world.actions))
    report.promise("applied_but_denied", {
        name for name in target.applied if world.final.get(name) in rules.NOT_DELIVERED})
    by_webhook = {a.id for a in world.actions.values() if a.channel in webhook_channels}
    report.promise("claimed_but_not_applied", {
        name for name in by_webhook
        if world.final.get(name) in CARRIED_OUT and name not in target.applied})


def check_policy(world, report):
    policy, actions = world.policy, list(world.actions.values())
    reached = rules.delivered(actions, world.final)
    held_out = {d.payload["customer_id"] for d in world.log.decisions
                if d.payload.get("arm", {}).get("arm") == "ARM_HOLDOUT"}
    treated = {d.payload["customer_id"] for d in world.log.decisions
               if d.payload.get("arm", {}).get("arm") == "ARM_TREATED"}
    report.figure("held_out", len(held_out))
    report.promise("two_arms", held_out & treated)
    contacts = policy.contacts(actions, "holdout")
    report.promise("holdout_contacts", {a.id for a in contacts if a.customer in held_out})
    report.promise("cap_violations", policy.caps and rules.over_cap(policy, reached, world.when))
    report.promise("cool_down_violations",
                   policy.cool_downs and rules.over_cool_down(policy, reached, world.when))
    report.promise("quiet_hour_violations", policy.quiet and rules.in_quiet_hours(
        policy, reached, world.sent.zones, world.done_ms))
    report.promise("consent_violations", policy.consent and rules.without_consent(
        policy, actions, world.sent.refused))
    report.promise("outside_send_window", {
        name for name, times in world.done_ms.items() if name in world.actions
        for window in [world.actions[name].payload.get("send_window", {})]
        if any(not window.get("start_time_ms", 0) <= at < window.get("end_time_ms", at + 1)
               for at in times)})

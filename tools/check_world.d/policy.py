"""The contact rules, written down a second time by people, and what they say about what was done.

The policy file is JSON. Every part may be absent; what is absent is not checked and its figure is
null:

  {"contact_channels": ["email", "sms", "push", "phone"],
   "caps": [{"name": "week", "limit": 2, "window_hours": 168, "channels": ["email", "sms"]}],
   "cool_downs": [{"name": "discounts", "hours": 720, "actions": ["discount_10", "discount_25"],
                   "per_action": false}],
   "quiet_hours": {"from": "21:00", "to": "08:00", "time_zone": "UTC",
                   "channels": ["sms", "push", "phone"]},
   "consent": {"purposes": ["marketing"]},
   "exempt": {"caps": ["mandatory", "transactional"], "counting": ["mandatory", "transactional"],
              "cool_downs": ["mandatory", "transactional"], "quiet_hours": ["mandatory"],
              "consent": ["mandatory"], "holdout": ["mandatory", "transactional", "remedial"]},
   "approvals": {"actions": ["discount_25"], "risk": ["medium", "high"], "money_above": 8.0,
                 "role": "approver"}}

`channels` of a cap or of quiet hours: all contact channels where absent. `actions` of a cool-down:
all where absent; `per_action` (default): each waits for itself alone. `time_zone` is for customers
who never told theirs. `approvals`: these actions, those of these risk classes, and those that give more
than so much over their full term never go out without a person. A contact counts at the time at which it was made, or else is planned for.
"""

import collections
import datetime
import functools
import json
import zoneinfo

EXEMPT = {"caps": ["mandatory", "transactional"], "counting": ["mandatory", "transactional"],
          "cool_downs": ["mandatory", "transactional"], "quiet_hours": ["mandatory"],
          "consent": ["mandatory"], "holdout": ["mandatory", "transactional", "remedial"]}
KNOWN = {"contact_channels", "caps", "cool_downs", "quiet_hours", "consent", "exempt", "approvals"}
NOT_DELIVERED = {"FAILED", "EXPIRED", "REFUSED", "OVERRIDDEN"}
HOUR_MS = 3_600_000
# An opt-out is on its way for a moment; nobody can heed it before it arrives.
OPT_OUT_GRACE_MS = HOUR_MS


class PolicyError(Exception):
    pass


class Policy:
    def __init__(self, text="{}"):
        rules = json.loads(text)
        unknown = set(rules) - KNOWN
        if unknown:
            raise PolicyError(f"unknown key '{sorted(unknown)[0]}'; known are {sorted(KNOWN)}")
        self.channels = set(rules.get("contact_channels", ["email", "sms", "push", "phone"]))
        self.caps = rules.get("caps")
        self.cool_downs = rules.get("cool_downs")
        self.quiet = rules.get("quiet_hours")
        self.consent = rules.get("consent")
        self.approvals = rules.get("approvals")
        self.exempt = {**EXEMPT, **rules.get("exempt", {})}

    def contacts(self, actions, rule, channels=None):
        wanted = self.channels if channels is None else set(channels)
        return [action for action in actions
                if action.channel in wanted and action.action_class not in self.exempt[rule]]


def delivered(actions, final_status):
    """Contacts that reached the customer or may have: what never will does not count."""
    return [a for a in actions if final_status.get(a.id) not in NOT_DELIVERED]


def by_customer(actions):
    """Each customer's contacts in the order in which they were decided on."""
    contacts = collections.defaultdict(list)
    for action in sorted(actions, key=lambda a: (a.payload.get("issued_time_ms", 0), a.id)):
        contacts[action.customer].append(action)
    return contacts.values()


def worst_window(times, at, window):
    """The most of `times` that any window, wherever it starts, holds together with `at`."""
    starts = [one for one in times if at - window < one <= at]
    return max((sum(start <= one < start + window for one in times) for start in starts), default=0)


def over_cap(policy, actions, when):
    """Ids of the contacts that made a window hold more than its limit. A later one is to blame,
    never one that was decided on before it."""
    found = set()
    for cap in policy.caps:
        counted = policy.contacts(actions, "counting", cap.get("channels"))
        window = int(cap["window_hours"] * HOUR_MS)
        for contacts in by_customer(counted):
            times = []
            for action in contacts:
                times.append(when(action))
                if action.action_class in policy.exempt["caps"]:
                    continue
                if worst_window(times, times[-1], window) > cap["limit"]:
                    found.add(action.id)
    return found


def over_cool_down(policy, actions, when):
    found = set()
    for rule in policy.cool_downs:
        pause = rule["hours"] * HOUR_MS
        meant = [a for a in actions if a.action_class not in policy.exempt["cool_downs"] and
                 a.payload.get("action") in rule.get("actions", [a.payload.get("action")])]
        for contacts in by_customer(meant):
            for index, action in enumerate(contacts):
                for before in contacts[:index]:
                    same = before.payload.get("action") == action.payload.get("action")
                    near = abs(when(action) - when(before)) < pause
                    if near and (same or not rule.get("per_action", True)):
                        found.add(action.id)
    return found


@functools.lru_cache(maxsize=None)
def zone_of(name):
    return zoneinfo.ZoneInfo(name)


def is_quiet(quiet, zone, at_ms):
    local = datetime.datetime.fromtimestamp(at_ms / 1000, zone_of(zone)).strftime("%H:%M")
    begin, end = quiet["from"], quiet["to"]
    return begin <= local < end if begin <= end else local >= begin or local < end


def in_quiet_hours(policy, actions, zones, done_ms):
    """Planned, or carried out, while the customer sleeps."""
    found = set()
    for action in policy.contacts(actions, "quiet_hours", policy.quiet.get("channels")):
        zone = zones.get(action.customer) or policy.quiet.get("time_zone", "UTC")
        times = [action.start_ms, *done_ms.get(action.id, [])]
        if any(is_quiet(policy.quiet, zone, at) for at in times):
            found.add(action.id)
    return found


def without_consent(policy, actions, refused):
    found = set()
    for action in policy.contacts(actions, "consent"):
        since = refused.get((action.customer, action.channel))
        if action.payload.get("purpose") not in policy.consent["purposes"] or since is None:
            continue
        if action.payload.get("issued_time_ms", 0) > since + OPT_OUT_GRACE_MS:
            found.add(action.id)
    return found

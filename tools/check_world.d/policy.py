"""The contact rules, written down a second time by people, and what they say about what was done.

The policy file is JSON. Every part may be absent; what is absent is not checked and its figure is
null:

  {"contact_channels": ["email", "sms", "push", "phone"],
   "caps": [{"name": "week", "limit": 2, "window_hours": 168, "channels": ["email", "sms"]}],
   "cool_downs": [{"action": "discount_10", "hours": 720}],
   "quiet_hours": {"from": "21:00", "to": "08:00", "time_zone": "UTC",
                   "channels": ["sms", "push", "phone"]},
   "consent": {"purposes": ["marketing"]},
   "exempt": {"caps": ["mandatory", "transactional"], "quiet_hours": ["mandatory"],
              "holdout": ["mandatory", "transactional", "remedial"], "consent": ["mandatory"]}}

`channels` of a cap or of quiet hours: all contact channels where absent. `time_zone` is for
customers who never told theirs. A contact counts at the time it was planned for.
"""

import bisect
import collections
import datetime
import functools
import json
import zoneinfo

EXEMPT = {"caps": ["mandatory", "transactional"], "quiet_hours": ["mandatory"],
          "holdout": ["mandatory", "transactional", "remedial"], "consent": ["mandatory"]}
KNOWN = {"contact_channels", "caps", "cool_downs", "quiet_hours", "consent", "exempt"}
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
        self.exempt = {**EXEMPT, **rules.get("exempt", {})}

    def contacts(self, actions, rule, channels=None):
        wanted = self.channels if channels is None else set(channels)
        return [action for action in actions
                if action.channel in wanted and action.action_class not in self.exempt[rule]]


def delivered(actions, final_status):
    """Contacts that reached the customer or may have: what never will does not count."""
    return [a for a in actions if final_status.get(a.id) not in NOT_DELIVERED]


def over_cap(policy, actions):
    """Ids of the contacts at which a rolling window held more than its limit."""
    found = set()
    for cap in policy.caps:
        times = collections.defaultdict(list)
        for action in policy.contacts(actions, "caps", cap.get("channels")):
            times[action.customer].append((action.start_ms, action.id))
        window = int(cap["window_hours"] * HOUR_MS)
        for contacts in times.values():
            contacts.sort()
            starts = [at for at, _ in contacts]
            for last, (at, name) in enumerate(contacts):
                first = bisect.bisect_right(starts, at - window)
                if last + 1 - first > cap["limit"]:
                    found.add(name)
    return found


def over_cool_down(policy, actions):
    found = set()
    for rule in policy.cool_downs:
        latest = {}
        same = (a for a in actions if a.payload.get("action") == rule["action"])
        for action in sorted(same, key=lambda a: (a.start_ms, a.id)):
            before = latest.get(action.customer)
            if before is not None and action.start_ms - before < rule["hours"] * HOUR_MS:
                found.add(action.id)
            latest[action.customer] = action.start_ms
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

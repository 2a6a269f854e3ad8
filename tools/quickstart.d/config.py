"""Configurations that the quickstart writes: JSON, which is YAML too, so a person can read and change them."""

import base64
import json
import secrets

from processes import run, secret_file

CHANNELS = ["email", "sms", "push", "task"]
PARTITIONS = 8
UNSIGNED = {"is_unsigned_allowed": True}


def write(path, content):
    path.write_text(json.dumps(content, indent=2) + "\n")
    return path


class Secrets:
    """A signing key for actions, and the secret that the webhook target shares."""

    def __init__(self, folder, evenkeel):
        self.signing, self.trusted = folder / "action-signing.key", folder / "action-signing.pub"
        self.webhook = folder / "webhook.secret"
        if not self.signing.exists():
            run([evenkeel, "key", "create", "--private", self.signing, "--public", self.trusted])
        if not self.webhook.exists():
            secret_file(self.webhook, "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode() + "\n")


def clock(lockstep):
    """Simulated time: with the events, or only as far as the simulator's tick says."""
    return {"mode": "event", "advance": "to_tick" if lockstep else "with_records"}


def decider(secret):
    return {"channels": CHANNELS, "bundles": UNSIGNED, "signing": {"key_file": str(secret.signing)}}


def executor(secret, url):
    return {
        "actions": {"public_keys_file": str(secret.trusted)},
        "connectors": [{
            "name": "target", "channels": CHANNELS,
            "webhook": {"url": url, "secret_file": str(secret.webhook), "is_private_allowed": True, "timeout_ms": "5s", "concurrency": 8,
                        "attempts_max": 12, "backoff_ms": "100ms", "backoff_max_ms": "5s"},
        }],
    }


def standalone(folder, secret, url, lockstep, api):
    return write(folder / "standalone.yaml", {
        "directory": str(folder / "data"),
        "log": {"partition_count": PARTITIONS},
        "clock": clock(lockstep),
        "decider": {**decider(secret), "engine": {"workers": 1}},
        "executor": {**executor(secret, url), "engine": {"workers": 1}},
        "ingest": {"bundles": UNSIGNED},
        "console": {},
        "api": api,
    })


def engine(folder, name, workers=1):
    return {"engine": {"instance": name, "workers": workers, "state": {"directory": str(folder / "state" / name)}}}


def on_kafka(folder, bootstrap, name, lockstep, parts):
    (folder / "state" / name).mkdir(parents=True, exist_ok=True)
    return write(folder / f"{name}.yaml", {
        "log": {"kafka": {"bootstrap_servers": bootstrap}, "partition_count": PARTITIONS},
        "clock": clock(lockstep),
        **parts,
    })


def kafka_services(folder, bootstrap, secret, url, lockstep, api=dict):
    """Configuration files by process name; the part before the dash names the program. `api()` gives each its doors."""
    parts = {
        "decider-a": {**decider(secret), **engine(folder, "decider-a"), "api": api()},
        "decider-b": {**decider(secret), **engine(folder, "decider-b"), "api": api()},
        "executor-a": {**executor(secret, url), **engine(folder, "executor-a")},
        "ingest-a": {"instance": "a", "directory": str(folder / "state" / "ingest-a"), "bundles": UNSIGNED, "api": api()},
        "console-a": {"instance": "a", "view_directory": str(folder / "state" / "console-a"), "channels": CHANNELS, "api": api()},
    }
    return {name: on_kafka(folder, bootstrap, name, lockstep, content) for name, content in parts.items()}

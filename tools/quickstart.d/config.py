"""Configurations that the quickstart writes: JSON, which is YAML too, so a person can read and change them."""

import base64
import json
import secrets

from processes import run, secret_file

CHANNELS = ["email", "sms", "push", "task"]
PARTITIONS = 8


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


def decider(secret):
    return {"channels": CHANNELS, "bundles": {"is_unsigned_allowed": True}, "signing": {"key_file": str(secret.signing)}}


def executor(secret, url):
    return {
        "actions": {"public_keys_file": str(secret.trusted)},
        "connectors": [{
            "name": "target", "channels": CHANNELS,
            "webhook": {"url": url, "secret_file": str(secret.webhook), "is_private_allowed": True, "timeout_ms": "5s", "concurrency": 8,
                        "attempts_max": 12, "backoff_ms": "100ms", "backoff_max_ms": "5s"},
        }],
    }


def standalone(folder, secret, url):
    return write(folder / "standalone.yaml", {
        "directory": str(folder / "data"),
        "log": {"partition_count": PARTITIONS},
        "clock": {"mode": "event"},
        "decider": {**decider(secret), "engine": {"workers": 1}},
        "executor": {**executor(secret, url), "engine": {"workers": 1}},
    })


def on_kafka(folder, bootstrap, name, application, parts, workers):
    return write(folder / f"{name}.yaml", {
        "log": {"kafka": {"bootstrap_servers": bootstrap}, "partition_count": PARTITIONS},
        "clock": {"mode": "event"},
        "engine": {"instance": name, "workers": workers, "state": {"directory": str(folder / "state" / name)}},
        **parts,
    })

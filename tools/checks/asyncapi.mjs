// Validates docs/asyncapi.yaml and prints its topics, one a line, as `evenkeel topics list` does.
// usage: node asyncapi.mjs NODE_MODULES DOCUMENT
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, resolve } from "node:path";

const [modules, file] = process.argv.slice(2).map((path) => resolve(path));
const { Parser, fromFile } = createRequire(modules + "/")("@asyncapi/parser");

// Which message it is, and that its file has it, is checked below.
const protobuf = {
  getMimeTypes: () => ["application/vnd.google.protobuf;version=3"],
  validate: ({ data }) => (typeof data === "string" ? [] : [{ message: "the schema is no text" }]),
  parse: () => ({ type: "object" }),
};

const parser = new Parser();
parser.registerSchemaParser(protobuf);
const { document, diagnostics } = await fromFile(parser, file).parse();
const problems = diagnostics
  .filter(({ severity }) => severity <= 1)
  .map(({ message, path, range }) => `${file}:${range.start.line + 1}: ${path.join(".")}: ${message}`);

for (const [name, message] of Object.entries(document?.json().components.messages ?? {})) {
  if (name === "deadLetter") continue; // Bytes as they were.
  for (const contract of message["x-protobuf-message"] ?? [undefined]) {
    const path = /import public "(.+)";/.exec(message.payload?.["x-parser-original-payload"] ?? "")?.[1];
    const defined = path && readFileSync(resolve(dirname(file), "../proto", path), "utf8");
    if (!defined || !new RegExp(`^message ${contract} \\{`, "m").test(defined)) {
      problems.push(`components.messages.${name}: ${path} has no message ${contract}`);
    }
  }
}

// An address with its parameters filled in, in every way.
function addresses(address, parameters) {
  const name = /\{(\w+)\}/.exec(address)?.[1];
  if (!name) return [address];
  return parameters[name].enum.flatMap((word) => addresses(address.replace(`{${name}}`, word), parameters));
}

for (const channel of document?.channels() ?? []) {
  const { address, parameters, bindings } = channel.json();
  const { partitions, topicConfiguration } = bindings.kafka;
  const compacted = topicConfiguration["cleanup.policy"].includes("compact") ? ", compacted" : "";
  for (const topic of addresses(address, parameters)) console.log(`${topic}: ${partitions} partitions${compacted}`);
}
for (const problem of problems) console.error(problem);
process.exit(problems.length ? 1 : 0);

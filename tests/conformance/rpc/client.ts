// Makes the calls that standard input lists, as JSON, with the client that is generated from our
// contracts, and prints what came of each.
import { readFileSync } from "node:fs";
import { create, fromJson, toJson, type DescMessage, type DescService, type JsonValue } from "@bufbuild/protobuf";
import { createClient, type CallOptions, Code, ConnectError, type Transport } from "@connectrpc/connect";
import { createConnectTransport, createGrpcTransport } from "@connectrpc/connect-node";
import { ApprovalService } from "./gen/evenkeel/v1/approval_service_pb.js";
import { ControlService } from "./gen/evenkeel/v1/control_service_pb.js";
import { DecisionService } from "./gen/evenkeel/v1/decision_service_pb.js";
import { ScoreService } from "./gen/evenkeel/v1/score_service_pb.js";
import { BadRequestSchema, ErrorInfoSchema, RetryInfoSchema } from "./gen/google/rpc/error_details_pb.js";

type Call = {
  how: "connect-json" | "connect-proto" | "connect-get" | "grpc";
  http: string;
  grpc: string;
  method: string;
  request: JsonValue;
  headers: Record<string, string>;
};

const SERVICES: DescService[] = [ApprovalService, ControlService, DecisionService, ScoreService];
const DETAILS: DescMessage[] = [ErrorInfoSchema, BadRequestSchema, RetryInfoSchema];

// Only answers to GET say that they are not to be kept.
const verbOf = (headers: Headers) => (headers.get("cache-control") === "no-store" ? "GET" : "POST");

function transportOf(call: Call): Transport {
  if (call.how === "grpc") return createGrpcTransport({ baseUrl: call.grpc });
  return createConnectTransport({
    baseUrl: call.http,
    httpVersion: "1.1",
    useBinaryFormat: call.how === "connect-proto",
    useHttpGet: call.how === "connect-get",
  });
}

function outcomeOf(error: unknown): JsonValue {
  if (!(error instanceof ConnectError)) throw error;
  const details: Record<string, JsonValue> = {};
  for (const schema of DETAILS) {
    for (const found of error.findDetails(schema)) details[schema.typeName] = toJson(schema, found);
  }
  const code = Code[error.code].replace(/\B[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
  return { verb: verbOf(error.metadata), error: { code, message: error.rawMessage, details } };
}

async function make(call: Call): Promise<JsonValue> {
  const [serviceName, methodName] = call.method.split("/");
  const service = SERVICES.find((candidate) => candidate.typeName === serviceName);
  const method = service?.methods.find((candidate) => candidate.name === methodName);
  if (service === undefined || method === undefined) throw new Error(`no ${call.method} in the generated client`);
  const client = createClient(service, transportOf(call)) as unknown as Record<
    string,
    (request: unknown, options: CallOptions) => Promise<unknown>
  >;
  const request = create(method.input, fromJson(method.input, call.request));
  let verb = "";
  const onHeader = (headers: Headers) => void (verb = verbOf(headers));
  const options = { headers: call.headers, timeoutMs: 20_000, onHeader };
  try {
    const answer = await client[method.localName]!(request, options);
    return { verb, answer: toJson(method.output, answer as never) };
  } catch (error) {
    return outcomeOf(error);
  }
}

const outcomes: JsonValue[] = [];
for (const call of JSON.parse(readFileSync(0, "utf8")) as Call[]) outcomes.push(await make(call));
process.stdout.write(JSON.stringify(outcomes), () => process.exit(0));

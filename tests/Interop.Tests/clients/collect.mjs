// Acknowledges pushed batches as a collector would: node collect.mjs PROTO REFUSED. Says its port, then each batch, as lines of JSON.
// A batch with a log line in which REFUSED stands is refused with INVALID_ARGUMENT. It ends when its standard input does.
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import { Telemetry } from "./telemetry.mjs";

const refused = process.argv[3];
const say = (value) => console.log(JSON.stringify(value));
const server = new Server();
server.addService(Telemetry.service, {
  Push(call) {
    call.on("data", ({ node, spool_id, sequence, spans, logs }) => {
      if (logs.some(({ text }) => text.includes(refused))) {
        call.emit("error", { code: status.INVALID_ARGUMENT, details: "größer als erlaubt" });
        return;
      }
      say({ node, sequence, spans: spans.map(summary), logs: logs.map(({ text }) => text) });
      call.write({ spool_id, sequence, collector_ns: "1" });
    });
    call.on("end", () => call.end());
  },
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => say({ port }));
process.stdin.on("end", () => process.exit()).resume();

function summary({ task_id, span_id, parent_span_id, name, agent_id, status, attributes }) {
  const call = JSON.parse(attributes || "{}")["nodebox.call"] ?? null;
  const id = (bytes) => bytes?.toString("hex") ?? null;
  return { task: id(task_id), span: id(span_id), parent: id(parent_span_id), name, agent: agent_id, status, call };
}

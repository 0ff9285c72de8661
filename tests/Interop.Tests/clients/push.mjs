// Pushes batches as a node would: node push.mjs PROTO HOST:PORT BATCHES NODE. Says the acks and the final status as one line of JSON.
import { credentials } from "@grpc/grpc-js";
import { Telemetry } from "./telemetry.mjs";

const [, , , address, batches, node] = process.argv;
const acks = [];
const call = new Telemetry(address, credentials.createInsecure()).Push({ deadline: Date.now() + 20_000 });
call.on("data", ({ spool_id, sequence }) => acks.push([spool_id.toString("hex"), sequence]));
call.on("error", () => {});
call.on("status", ({ code, details }) => {
  console.log(JSON.stringify({ acks, code, details }));
  process.exit();
});
for (let sequence = 1; sequence <= Number(batches); sequence++) {
  call.write({
    node,
    boot_id: "js",
    spool_id: Buffer.alloc(16, 7),
    sequence,
    spans: [
      {
        task_id: Buffer.alloc(16, 1),
        span_id: Buffer.alloc(8, sequence),
        name: "größe 🙂",
        kind: "client",
        begin_ns: "1790000000000000000",
        end_ns: "1790000000000000001",
        status: "ok",
        attributes: '{"nodebox.call":"llm"}',
      },
    ],
  });
}
call.end();

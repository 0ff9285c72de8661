// Acknowledges pushed batches as a collector would: node collect.mjs PROTO REFUSED. Says its port, then each batch, as lines of JSON.
// A batch with a log line that says REFUSED is refused with INVALID_ARGUMENT.
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import { Telemetry } from "./telemetry.mjs";

const say = (value) => console.log(JSON.stringify(value));
const server = new Server();
server.addService(Telemetry.service, {
  Push(call) {
    call.on("data", ({ node, spool_id, sequence, logs }) => {
      const texts = logs.map(({ text }) => text);
      if (texts.includes(process.argv[3])) {
        call.emit("error", { code: status.INVALID_ARGUMENT, details: "größer als erlaubt" });
        return;
      }
      say({ node, sequence, texts });
      call.write({ spool_id, sequence, collector_ns: "1" });
    });
    call.on("end", () => call.end());
  },
});
server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => say({ port }));

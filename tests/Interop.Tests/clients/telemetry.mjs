// What the push client and the push server share: the service of telemetry.proto as grpc-js sees it.
import { loadPackageDefinition } from "@grpc/grpc-js";
import { loadSync } from "@grpc/proto-loader";

export const { Telemetry } = loadPackageDefinition(loadSync(process.argv[2], { keepCase: true, longs: String, arrays: true })).nodebox.telemetry.v1;

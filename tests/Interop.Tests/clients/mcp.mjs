// The official MCP client, generation 2: node mcp.mjs URL REVISION TOOL=ARGUMENTS…
import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";
import { report } from "./mcp-report.mjs";

const [url, revision, ...calls] = process.argv.slice(2);
const mode = revision >= "2026-07-28" ? { pin: revision } : "legacy";
const client = new Client({ name: "nodebox-interop", version: "1" }, { versionNegotiation: { mode } });
await client.connect(new StreamableHTTPClientTransport(new URL(url)));
await report(client, client.getNegotiatedProtocolVersion(), calls);

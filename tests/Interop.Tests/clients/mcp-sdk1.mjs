// The official MCP client, generation 1, which knows sessions only: node mcp-sdk1.mjs URL TOOL=ARGUMENTS…
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { report } from "./mcp-report.mjs";

const [url, ...calls] = process.argv.slice(2);
const client = new Client({ name: "nodebox-interop", version: "1" });
const transport = new StreamableHTTPClientTransport(new URL(url));
await client.connect(transport);
const close = client.close.bind(client);
client.close = async () => {
  await transport.terminateSession();
  await close();
};
await report(client, transport.protocolVersion, calls);

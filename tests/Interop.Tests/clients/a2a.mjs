// The official A2A client: node a2a.mjs BASE_URL TEXT [PLAN]
// Sends TEXT, with PLAN (JSON) as nodebox's extension where given, fetches the task once more, and says it all as one line of JSON.
import { randomUUID } from "node:crypto";
import { Role, TaskState } from "@a2a-js/sdk";
import { ClientFactory } from "@a2a-js/sdk/client";

const planUri = "urn:nodebox:a2a:plan:v1";
const [baseUrl, text, plan] = process.argv.slice(2);

const part = ($case, value) => ({ content: { $case, value }, metadata: undefined, filename: "", mediaType: "" });
const message = {
  messageId: randomUUID(),
  contextId: "",
  taskId: "",
  role: Role.ROLE_USER,
  parts: [part("text", text), ...(plan ? [part("data", { [planUri]: JSON.parse(plan) })] : [])],
  metadata: undefined,
  extensions: plan ? [planUri] : [],
  referenceTaskIds: [],
};

const textOf = (parts) => parts.map(({ content }) => content.value).join("\n");
const summary = ({ id, status, artifacts }) => ({
  id,
  state: TaskState[status.state],
  reason: status.message ? textOf(status.message.parts) : null,
  answer: artifacts.map(({ parts }) => textOf(parts)).join("\n"),
});

try {
  const client = await new ClientFactory().createFromUrl(baseUrl);
  const card = await client.getAgentCard();
  const task = await client.sendMessage({ tenant: "", message, configuration: undefined, metadata: undefined });
  const again = await client.getTask({ tenant: "", id: task.id });
  console.log(JSON.stringify({ agent: card.name, task: summary(task), again: summary(again) }));
} catch (error) {
  console.log(JSON.stringify({ error: { name: error.name, message: error.message, code: error.envelopeCode ?? null } }));
  process.exitCode = 1;
}

// An agent's loop with the official OpenAI client: node openai-agent.mjs BASE_URL MODEL
// BASE_URL without /v1; the system prompt comes on stdin. The model decides (tool_choice auto): it gets each call's result and goes on until
// it answers. Says in one line of JSON what it called and what it answered, whole and streamed, and what the client's own tool runner got.
import { text as read } from "node:stream/consumers";
import OpenAI from "openai";

const MOST_TURNS = 4;
const [baseUrl, model] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${baseUrl.replace(/\/$/, "")}/v1`, apiKey: "none", maxRetries: 0 });
const system = await read(process.stdin);

const tools = [
  {
    type: "function",
    function: {
      name: "db__lookup_order",
      description: "Looks up an order by number: customer, item, quantity, status, dates.",
      parameters: {
        type: "object",
        properties: { order_id: { type: "integer", description: "The order's number.", minimum: 1, maximum: 2147483647 } },
        required: ["order_id"],
        additionalProperties: false,
      },
    },
  },
];

const order = ({ order_id }) => ({
  order_id,
  customer_id: 83,
  item_id: 19,
  quantity: 10,
  status: "shipped",
  ordered_on: "2027-05-01",
  due_on: "2027-07-26",
});

const begin = [
  { role: "system", content: system },
  { role: "user", content: "Please check order 4711." },
];
const settings = { model, tools, temperature: 0, max_tokens: 60 };

async function loop(ask) {
  const messages = [...begin];
  const calls = [];
  for (let turn = 0; turn < MOST_TURNS; turn++) {
    const { message, finish_reason } = await ask({ ...settings, messages });
    if (finish_reason !== "tool_calls") {
      return { calls, answer: message.content, finishReason: finish_reason };
    }
    messages.push(message);
    for (const { id, function: called } of message.tool_calls) {
      calls.push({ name: called.name, arguments: JSON.parse(called.arguments) });
      messages.push({ role: "tool", tool_call_id: id, content: JSON.stringify(order(JSON.parse(called.arguments))) });
    }
  }
  return { calls, answer: null, finishReason: "too many turns" };
}

const whole = async (request) => (await client.chat.completions.create(request)).choices[0];
const streamed = async (request) => (await client.chat.completions.stream(request).finalChatCompletion()).choices[0];

async function runner() {
  const ran = [];
  const runnable = { ...tools[0], function: { ...tools[0].function, parse: JSON.parse, function: (given) => (ran.push(given), JSON.stringify(order(given))) } };
  const answer = await client.chat.completions.runTools({ ...settings, messages: begin, tools: [runnable] }).finalContent();
  return { ran, answer };
}

console.log(JSON.stringify({ whole: await loop(whole), streamed: await loop(streamed), runner: await runner() }));

// The official OpenAI client: node openai.mjs BASE_URL MODEL text|calls|errors
// BASE_URL without /v1. Says in one line of JSON what it got: the models, an answer and a stream; a forced tool call both ways; errors.
import OpenAI from "openai";

const [baseUrl, model, topic] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${baseUrl.replace(/\/$/, "")}/v1`, apiKey: "none", maxRetries: 0 });

const messages = [
  { role: "system", content: "You are an agent." },
  { role: "user", content: "Look up order 4711." },
];
const text = { model, messages, max_tokens: 24, seed: 7 };
const call = {
  model,
  messages,
  seed: 7,
  tools: [
    {
      type: "function",
      function: {
        name: "lookup_order",
        description: "Looks up an order by number.",
        parameters: {
          type: "object",
          properties: { order_id: { type: "integer", const: 4711 }, note: { const: "é \"quoted\"" } },
          required: ["order_id", "note"],
          additionalProperties: false,
        },
      },
    },
  ],
  tool_choice: { type: "function", function: { name: "lookup_order" } },
};

const callOf = ({ choices: [{ finish_reason, message }] }) => ({
  finishReason: finish_reason,
  name: message.tool_calls[0].function.name,
  arguments: JSON.parse(message.tool_calls[0].function.arguments),
});

async function streamed() {
  const stream = await client.chat.completions.create({ ...text, stream: true, stream_options: { include_usage: true } });
  const result = { content: "", tokens: 0, finishReason: null, usage: null };
  for await (const { choices, usage } of stream) {
    result.usage = usage ?? result.usage;
    for (const { delta, finish_reason } of choices) {
      result.content += delta.content ?? "";
      result.tokens += 1;
      result.finishReason = finish_reason ?? result.finishReason;
    }
  }
  return result;
}

async function errorOf(request) {
  try {
    await client.chat.completions.create(request);
    return null;
  } catch (error) {
    return { class: error.constructor.name, status: error.status, code: error.code, param: error.param, type: error.type };
  }
}

async function models() {
  const ids = [];
  for await (const { id } of client.models.list()) {
    ids.push(id);
  }
  return ids;
}

async function whole() {
  const { choices: [{ finish_reason, message }], usage } = await client.chat.completions.create(text);
  return { content: message.content, finishReason: finish_reason, usage };
}

const topics = {
  text: async () => ({ models: await models(), whole: await whole(), streamed: await streamed() }),
  calls: async () => ({
    whole: callOf(await client.chat.completions.create(call)),
    streamed: callOf(await client.chat.completions.stream(call).finalChatCompletion()),
  }),
  errors: async () => ({
    model: await errorOf({ ...text, model: "gpt-none" }),
    n: await errorOf({ ...text, n: 2 }),
    overflow: await errorOf({ ...text, max_tokens: 100000 }),
    streamed: await errorOf({ ...text, stream: true, temperature: 3 }),
  }),
};
console.log(JSON.stringify(await topics[topic]()));

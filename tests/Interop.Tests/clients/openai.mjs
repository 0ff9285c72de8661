// The official OpenAI client: node openai.mjs BASE_URL MODEL text|sampling|calls|formats|completions|embeddings|errors
// BASE_URL without /v1. Says in one line of JSON what it got: the models, an answer and a stream; how seed, temperature and stop change an
// answer; a forced tool call both ways, and several; JSON, free and by a schema; a bare completion both ways; embeddings; errors.
import OpenAI from "openai";

const [baseUrl, model, topic] = process.argv.slice(2);
const client = new OpenAI({ baseURL: `${baseUrl.replace(/\/$/, "")}/v1`, apiKey: "none", maxRetries: 0 });

const messages = [
  { role: "system", content: "You are an agent." },
  { role: "user", content: "Look up order 4711." },
];
const text = { model, messages, max_tokens: 24, seed: 7, ignore_eos: true };
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

const twice = { ...call, tool_choice: "required", parallel_tool_calls: true, temperature: 2 };
const schema = {
  type: "object",
  properties: { city: { enum: ["Oslo", "Rome"] }, next: { anyOf: [{ type: "null" }, { $ref: "#/$defs/stop" }] } },
  required: ["city", "next"],
  additionalProperties: false,
  $defs: { stop: { type: "integer", minimum: 1, maximum: 9 } },
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

const contentOf = async (change) => (await client.chat.completions.create({ ...text, ...change })).choices[0];

async function sampling() {
  const { message: { content: all } } = await contentOf({ temperature: 0 });
  const stop = all.slice(all.length / 2, all.length / 2 + 3);
  const { message, finish_reason } = await contentOf({ temperature: 0, stop: [stop, "never said"] });
  const seeds = await Promise.all([7, 7, 8].map((seed) => contentOf({ seed, temperature: 1.5 })));
  const greedy = await Promise.all([1, 2].map((seed) => contentOf({ seed, temperature: 0 })));
  return {
    all,
    stop,
    stopped: message.content,
    finishReason: finish_reason,
    seeds: seeds.map(({ message: { content } }) => content),
    greedy: greedy.map(({ message: { content } }) => content),
  };
}

// A random model seldom ends an object of any shape by itself: the first seed whose answer has an end counts.
async function anyObject() {
  for (let seed = 1; seed <= 40; seed++) {
    const { choices: [{ message, finish_reason }] } = await client.chat.completions.create(
      { model, messages, seed, max_tokens: 400, response_format: { type: "json_object" } });
    if (finish_reason === "stop") {
      return JSON.parse(message.content);
    }
  }
  return null;
}

async function completions() {
  const request = { model, prompt: "look up", max_tokens: 12, seed: 1, ignore_eos: true };
  const { choices: [{ text: whole, finish_reason }], usage } = await client.completions.create(request);
  const pieces = [];
  for await (const { choices } of await client.completions.create({ ...request, stream: true })) {
    pieces.push(...choices.map(({ text: piece }) => piece));
  }
  return { whole, finishReason: finish_reason, tokens: usage.completion_tokens, streamed: pieces.join(""), events: pieces.length };
}

const topics = {
  text: async () => ({ models: await models(), whole: await whole(), streamed: await streamed() }),
  calls: async () => ({
    whole: callOf(await client.chat.completions.create(call)),
    streamed: callOf(await client.chat.completions.stream(call).finalChatCompletion()),
  }),
  formats: async () => {
    const response_format = { type: "json_schema", json_schema: { name: "trip", strict: true, schema } };
    const { choices: [{ message }] } = await client.chat.completions.create({ model, messages, seed: 7, max_tokens: 200, response_format });
    const several = await client.chat.completions.create(twice);
    return { any: await anyObject(), trip: JSON.parse(message.content), calls: several.choices[0].message.tool_calls.map(({ function: f }) => JSON.parse(f.arguments)) };
  },
  sampling,
  completions,
  embeddings: async () => {
    // Without a format the client asks for base64 and decodes it.
    const { data, usage } = await client.embeddings.create({ model, input: ["look up order 12", "check stock"] });
    const { data: [{ embedding: floats }] } = await client.embeddings.create({ model, input: "look up order 12", encoding_format: "float" });
    return { sizes: data.map(({ embedding }) => embedding.length), first: data[0].embedding, floats, tokens: usage.prompt_tokens };
  },
  errors: async () => ({
    model: await errorOf({ ...text, model: "gpt-none" }),
    n: await errorOf({ ...text, n: 2 }),
    overflow: await errorOf({ ...text, max_tokens: 100000 }),
    streamed: await errorOf({ ...text, stream: true, temperature: 3 }),
  }),
};
console.log(JSON.stringify(await topics[topic]()));

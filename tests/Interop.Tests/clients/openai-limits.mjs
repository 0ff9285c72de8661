// The official OpenAI client at a server with one slot and a queue of one: node openai-limits.mjs BASE_URL MODEL
// BASE_URL without /v1. Says in one line of JSON how a request was refused while the slot and the queue were taken, what the client's own
// retries made of it, how an aborted stream ended, and what the server counted.
import OpenAI from "openai";

const [baseUrl, model] = process.argv.slice(2);
const server = baseUrl.replace(/\/$/, "");
const client = new OpenAI({ baseURL: `${server}/v1`, apiKey: "none", maxRetries: 0 });
const request = { model, messages: [{ role: "user", content: "Look up order 4711." }], seed: 7, ignore_eos: true };
const short = { ...request, max_tokens: 4 };

async function metric(name) {
  const text = await (await fetch(`${server}/metrics`)).text();
  const line = text.split("\n").find((each) => each.startsWith(`${name} `));
  return line ? Number(line.slice(name.length + 1)) : 0;
}

async function until(name, value) {
  for (let i = 0; i < 200 && (await metric(name)) !== value; i++) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return metric(name);
}

const described = (error) => ({
  class: error.constructor.name,
  status: error.status,
  code: error.code,
  type: error.type,
  retryAfter: Number(error.headers?.get("retry-after") ?? 0),
});
const refusal = (promise) => promise.then(() => null, described);

const abort = new AbortController();
const stream = await client.chat.completions.create({ ...request, max_tokens: 8000, stream: true }, { signal: abort.signal });
const reader = stream[Symbol.asyncIterator]();
await reader.next();

const queued = client.chat.completions.create(short);
const waiting = await until(`nodebox_llm_queued{model="${model}"}`, 1);
const refused = await refusal(client.chat.completions.create(short));
const refusedStream = await refusal(client.chat.completions.create({ ...short, stream: true }));
const refusedCompletion = await refusal(client.completions.create({ model, prompt: "look", max_tokens: 4 }));
const patient = client.chat.completions.create(short, { maxRetries: 5 });
const patientRefused = await until(`nodebox_llm_rejections_total{model="${model}",code="queue_full"}`, 4);

abort.abort();
let left = 0;
for (let next = await reader.next(); !next.done; next = await reader.next()) {
  left += 1;
}

console.log(JSON.stringify({
  waiting,
  refused: [refused, refusedStream, refusedCompletion],
  patientRefused,
  left,
  queued: (await queued).usage.completion_tokens,
  patient: (await patient).usage.completion_tokens,
  cancelled: await until(`nodebox_llm_generations_total{model="${model}",outcome="cancelled"}`, 1),
  active: await until(`nodebox_llm_slots_active{model="${model}"}`, 0),
}));

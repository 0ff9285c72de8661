// What `./dev bench llm` compares with: node-llama-cpp behind the least HTTP server that streams. node peer.mjs MODEL THREADS SEQUENCES CONTEXT
// Says {"url", "version", "release"} in one line when it is ready, answers POST like /v1/completions (prompt, max_tokens, always greedy and
// streamed, an event a token, a last one with usage), and ends when its stdin does.
import { createServer } from "node:http";
import { json } from "node:stream/consumers";
import { getLlama, getModuleVersion } from "node-llama-cpp";

const [modelPath, threads, sequences, contextSize] = process.argv.slice(2).map((each, i) => (i === 0 ? each : Number(each)));
// Only the prebuilt library of the lock file: the one that nodebox binds.
const llama = await getLlama({ gpu: false, build: "never", skipDownload: true, maxThreads: threads, logLevel: "error" });
const model = await llama.loadModel({ modelPath });
const context = await model.createContext({ sequences, contextSize, batchSize: 512, threads: { ideal: threads, min: threads }, flashAttention: true });
const free = Array.from({ length: sequences }, () => context.getSequence());
const waiting = [];

const take = () => (free.length > 0 ? free.pop() : new Promise((resolve) => waiting.push(resolve)));
const giveBack = (sequence) => (waiting.length > 0 ? waiting.shift()(sequence) : free.push(sequence));

async function generate({ prompt, max_tokens }, write) {
  const tokens = [model.tokens.bos, ...model.tokenize(prompt, true)];
  const sequence = await take();
  let count = 0;
  try {
    // The end of text does not end it: all requests generate what they ask for.
    for await (const token of sequence.evaluate(tokens, { temperature: 0, yieldEogToken: true })) {
      count += 1;
      const finish_reason = count === max_tokens ? "length" : null;
      write({ object: "text_completion", choices: [{ index: 0, text: model.detokenize([token]), finish_reason }] });
      if (count === max_tokens) {
        break;
      }
    }
    await sequence.clearHistory();
  } finally {
    giveBack(sequence);
  }
  write({ object: "text_completion", choices: [], usage: { prompt_tokens: tokens.length, completion_tokens: count } });
}

const server = createServer(async (request, response) => {
  try {
    const body = await json(request);
    response.writeHead(200, { "Content-Type": "text/event-stream", "Cache-Control": "no-cache" });
    await generate(body, (event) => response.write(`data: ${JSON.stringify(event)}\n\n`));
    response.end("data: [DONE]\n\n");
  } catch (error) {
    console.error(error);
    response.destroy(error);
  }
});
server.listen(0, "127.0.0.1", async () => {
  const url = `http://127.0.0.1:${server.address().port}`;
  console.log(JSON.stringify({ url, version: await getModuleVersion(), release: llama.llamaCppRelease.release }));
});
process.stdin.on("end", () => process.exit(0)).resume();

// What both MCP clients do once they are connected: list the tools, make the calls, say it all as one line of JSON.

/** Calls are given as TOOL=ARGUMENTS, the arguments being a JSON object. */
export async function report(client, revision, calls) {
  const { tools } = await client.listTools();
  const results = [];
  for (const call of calls) {
    const [name, text] = split(call);
    results.push(await outcome(client, name, JSON.parse(text)));
  }
  await client.close();
  console.log(JSON.stringify({ revision, tools: tools.map((tool) => tool.name), results }));
}

function split(call) {
  const at = call.indexOf("=");
  return [call.slice(0, at), call.slice(at + 1)];
}

async function outcome(client, name, args) {
  try {
    const { isError = false, structuredContent = null, content } = await client.callTool({ name, arguments: args });
    return { name, isError, structuredContent, text: content.map((block) => block.text).join("") };
  } catch (error) {
    return { name, code: error.code, message: error.message };
  }
}

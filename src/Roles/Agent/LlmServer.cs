namespace NodeBox.Roles.Agent;

/// <param name="Url">Base URL of an OpenAI-compatible server, without /v1.</param>
/// <param name="Model">The model to ask that server for.</param>
public sealed record LlmServer(Uri Url, string Model);

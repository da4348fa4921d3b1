import { createRemoteRunner } from "../remote/remote-runner.js";
import { connectOpenAi } from "./connect-openai.js";

/**
 * Runs models behind OpenAI's API (vLLM, llama.cpp, Ollama, TGI, hosted ones):
 * `runner: {kind: openai, address: "https://host/v1", model, task: chat | embeddings, prompt}`.
 */
export const openAiRunner = createRemoteRunner("openai", connectOpenAi);

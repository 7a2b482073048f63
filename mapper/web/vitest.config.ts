import { defineConfig } from "vitest/config";

// @ts-expect-error a plain script, shared with build.mjs
import { failureWords } from "./words.mjs";

export default defineConfig({
  define: { FAILURE_WORDS: JSON.stringify(failureWords()), WORKER_CODE: JSON.stringify("") },
  test: { environment: "jsdom", include: ["test/**/*.test.ts"], pool: "threads", testTimeout: 60_000, server: { deps: { inline: ["proj4"] } } },
});

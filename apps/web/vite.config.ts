import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

// Where `vite dev` finds the API: the real program, or `npm run mock`.
const api = process.env.CURSOR_SELFHOST_URL ?? "http://127.0.0.1:4180";

export default defineConfig({
  // Every address is relative to the document's <base>, so that the page works below a sub-path.
  base: "./",
  plugins: [react(), tailwindcss()],
  build: {
    manifest: true,
    // Data URLs would need a hole in the Content-Security-Policy.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 800,
  },
  worker: { format: "es" },
  server: {
    proxy: {
      "/v1": { target: api, changeOrigin: true, headers: { origin: api } },
      "/sign-in": { target: api, changeOrigin: true },
    },
  },
  test: {
    environment: "happy-dom",
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
  },
});

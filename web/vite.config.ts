// Builds into ../build/web: hashed names, nothing inlined (the server's policy forbids it).
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../build/web",
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    target: "es2022",
  },
  server: { proxy: { "/api": process.env.ARIANE_URL ?? "http://127.0.0.1:8080" } },
});

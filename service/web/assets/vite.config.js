// Styles, scripts and fonts → ../static, names hashed, with a manifest that service.web.assets reads.
import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

export default defineConfig({
  root: ".",
  base: "/static/",
  publicDir: false,
  plugins: [tailwindcss()],
  build: {
    outDir: "../static",
    emptyOutDir: true,
    manifest: "manifest.json",
    // A polyfill would be a second script for browsers that lack more than this.
    modulePreload: false,
    // Fonts stay files, so that a page in another weight does not pay for them.
    assetsInlineLimit: 0,
    target: ["es2020", "chrome87", "firefox78", "safari14"],
    rollupOptions: {
      input: [
        "src/site.css",
        "src/site.ts",
        "src/staff.ts",
        "src/embed.ts",
        "src/embedded.ts",
        "src/favicon.svg",
        "src/door-worker.ts",
        "src/door/door.css",
        "src/door/door.ts",
        "src/kiosk.ts",
      ],
    },
  },
});

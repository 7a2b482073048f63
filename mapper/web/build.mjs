/**
 * Bundles the front end: `dist/app.js`, `dist/app.css`, `dist/boot.js` and the licence texts of what is inside them.
 *
 * The page carries `app.js` packed and inlines the other two, all under a content-security policy by hash, so each script must
 * be one classic script (IIFE), equal bytes for equal sources, ASCII only, and must not hold a sequence that ends or changes
 * a script element.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

import { failureWords } from "./words.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const DIST = join(HERE, "dist");
const BUNDLED = ["leaflet", "fflate", "@noble/hashes", "geographiclib-geodesic"];
const LICENCE_FILES = ["LICENSE", "LICENSE.txt"];
const FORBIDDEN = ["</script", "<!--", "<script", "</style"];

/** Leaflet's classic build would replace the `L` of a page that has its own (a notebook's); its module does not. */
const leafletAsModule = {
  name: "leaflet-as-module",
  setup(esbuild) {
    esbuild.onResolve({ filter: /^leaflet$/ }, () => ({ path: join(HERE, "node_modules/leaflet/dist/leaflet-src.esm.js") }));
  },
};

const SCRIPT = {
  absWorkingDir: HERE,
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2019",
  charset: "ascii",
  sourcemap: false,
  logLevel: "warning",
};

/** The worker's program, which the page starts from its own text: the policy lets nothing else in. */
async function workerCode() {
  const define = { FAILURE_WORDS: "{}", WORKER_CODE: '""' };
  const { outputFiles } = await build({ ...SCRIPT, entryPoints: ["src/worker.ts"], write: false, legalComments: "none", define });
  return outputFiles[0].text;
}

async function bundle() {
  await build({
    ...SCRIPT,
    entryPoints: { app: "src/main.ts", boot: "src/boot.ts" },
    outdir: "dist",
    legalComments: "eof",
    loader: { ".png": "dataurl" },
    plugins: [leafletAsModule],
    define: { FAILURE_WORDS: JSON.stringify(failureWords()), WORKER_CODE: JSON.stringify(await workerCode()) },
  });
}

function licences() {
  const texts = BUNDLED.map((name) => {
    const folder = join(HERE, "node_modules", name);
    const version = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")).version;
    const file = LICENCE_FILES.map((each) => join(folder, each)).find(existsSync);
    return `${name} ${version}\n\n${readFileSync(file, "utf8").trim()}\n`;
  });
  writeFileSync(join(DIST, "LICENCES.txt"), texts.join(`\n${"-".repeat(80)}\n\n`));
}

function check(name) {
  const text = readFileSync(join(DIST, name), "utf8");
  const found = FORBIDDEN.filter((sequence) => text.toLowerCase().includes(sequence));
  if (found.length > 0) throw new Error(`dist/${name} holds ${found.join(", ")}: it cannot be inlined in a page.`);
  process.stdout.write(`dist/${name} ${text.length} bytes\n`);
}

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST);
await bundle();
licences();
["app.js", "app.css", "boot.js"].forEach(check);

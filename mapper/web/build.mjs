/**
 * Bundles the front end: `dist/app.js` with `dist/app.css`, `dist/boot.js`, `dist/tiles.js`, `dist/mount.js` for notebooks, and the licence texts of what is inside.
 *
 * The page carries `app.js` packed (and `tiles.js`, where it embeds a background map) and inlines the others, all under a content-security policy by hash, so each script must
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
const BUNDLED = [
  "leaflet", "fflate", "@noble/hashes", "geographiclib-geodesic", "proj4",
  // In tiles.js:
  "pmtiles", "protomaps-leaflet", "@protomaps/basemaps", "@mapbox/point-geometry", "@mapbox/vector-tile", "pbf", "potpack", "quickselect", "rbush", "color2k",
];
const LICENCE_FILES = ["LICENSE", "LICENSE.txt", "LICENSE.md"];
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
    entryPoints: { app: "src/main.ts", boot: "src/boot.ts", mount: "src/mount.ts", tiles: "src/basemap/tiles.ts" },
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
    const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    const file = LICENCE_FILES.map((each) => join(folder, each)).find(existsSync);
    const text = file === undefined ? "(the package holds no text of its licence)" : readFileSync(file, "utf8").trim();
    return `${name} ${version}, ${license}\n\n${text}\n`;
  });
  writeFileSync(join(DIST, "LICENCES.txt"), texts.join(`\n${"-".repeat(80)}\n\n`));
}

function check(name) {
  const text = readFileSync(join(DIST, name), "utf8");
  const found = FORBIDDEN.filter((sequence) => text.toLowerCase().includes(sequence));
  if (found.length > 0) throw new Error(`dist/${name} holds ${found.join(", ")}: it cannot be inlined in a page.`);
  // A stylesheet is read as UTF-8 wherever it is inlined; esbuild writes a script's text in ASCII, but not its patterns.
  const foreign = name.endsWith(".js") ? /[^\x00-\x7f]+/.exec(text) : null;
  if (foreign !== null) throw new Error(`dist/${name} holds "${foreign[0]}": write the pattern as text, \`new RegExp("…")\`.`);
  process.stdout.write(`dist/${name} ${text.length} bytes\n`);
}

rmSync(DIST, { recursive: true, force: true });
mkdirSync(DIST);
await bundle();
licences();
["app.js", "app.css", "boot.js", "mount.js", "tiles.js"].forEach(check);

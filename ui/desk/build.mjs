/**
 * `node build.mjs`: dist/ with index.html, assets/ (names with a hash of what is in them, each also compressed) and
 * LICENSES.txt (licences/: of packages that come without theirs). A page of the desk is a file of its own, loaded when it is opened.
 * `node build.mjs --tests`: the unit tests, in build/tests, for node.
 */

import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

const shared = {
  bundle: true,
  format: "esm",
  target: "es2022",
  charset: "utf8",
  logLevel: "warning",
  jsx: "automatic",
};

/**
 * `import { Button, type InputRef } from "antd"` as imports of the single components: esbuild puts what an index names
 * into the chunk that everybody loads, also what only one page uses.
 */
const singleComponents = {
  name: "single-components",
  setup({ onLoad }) {
    onLoad({ filter: /desk\/src\/.*\.tsx?$/ }, async ({ path }) => ({
      contents: (await readFile(path, "utf8")).replaceAll(/^import \{([^}]*)\} from "antd";$/gms, (_, names) =>
        names
          .split(",")
          .map((name) => name.trim())
          .filter((name) => name && !name.startsWith("type "))
          .map(importOf)
          .join(" "),
      ),
      loader: path.endsWith("x") ? "tsx" : "ts",
    }));
  },
};

/** On the same line as the others: places in error messages stay right. */
function importOf(name) {
  const [component, local = component] = name.split(" as ");
  const folder = component.replaceAll(/(?<=[a-z])[A-Z]/g, "-$&").toLowerCase();
  return `import ${local} from "antd/es/${folder}";`;
}

async function buildDesk() {
  await rm("build/dist", { recursive: true, force: true });
  const { metafile } = await build({
    ...shared,
    entryPoints: { desk: "src/main.tsx" },
    outdir: "build/dist/assets",
    entryNames: "[name]-[hash]",
    chunkNames: "[name]-[hash]",
    assetNames: "[name]-[hash]",
    splitting: true,
    minify: true,
    metafile: true,
    legalComments: "none",
    plugins: [singleComponents],
    define: { "process.env.NODE_ENV": '"production"' },
    banner: { js: "/*! quanyi-desk, Apache-2.0. What it contains is named with its licences in LICENSES.txt */" },
  });
  await writeFile("build/dist/LICENSES.txt", await licences(Object.keys(metafile.inputs)));
  await writeFile("build/dist/index.html", await page(metafile.outputs));
  const assets = (await readdir("build/dist/assets")).sort();
  for (const name of assets) {
    const path = join("build/dist/assets", name);
    await writeFile(`${path}.gz`, gzipSync(await readFile(path), { level: 9 }));
  }
  await mkdir("dist/assets", { recursive: true });
  // The page last: whoever loads it finds everything that it names. Files of the build before stay for a browser that
  // has its page open; those of older builds go.
  const before = await named();
  for (const name of await readdir("build/dist/assets")) {
    await rename(join("build/dist/assets", name), join("dist/assets", name));
  }
  await rename("build/dist/LICENSES.txt", "dist/LICENSES.txt");
  const keep = new Set([...assets, ...before].flatMap((name) => [name, `${name}.gz`]));
  for (const name of await readdir("dist/assets")) {
    if (!keep.has(name)) await rm(join("dist/assets", name));
  }
  await writeFile("dist/assets.json", JSON.stringify(assets));
  await rename("build/dist/index.html", "dist/index.html");
}

/** The assets of the build before. */
async function named() {
  try {
    return JSON.parse(await readFile("dist/assets.json", "utf8"));
  } catch {
    return [];
  }
}

/** src/index.html with the names of this build. */
async function page(outputs) {
  const [script, { cssBundle }] = Object.entries(outputs).find(([, each]) => each.entryPoint === "src/main.tsx");
  const html = await readFile("src/index.html", "utf8");
  return html.replace("{script}", basename(script)).replace("{style}", basename(cssBundle));
}

/** Name, version and licence of every package that has a file in the bundle. */
async function licences(inputs) {
  const folders = new Set();
  for (const input of inputs) {
    const found = /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(input);
    if (found) folders.add(found[0]);
  }
  const texts = [];
  for (const folder of [...folders].sort()) {
    const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, "utf8"));
    texts.push(`${name} ${version} (${license})\n\n${(await licence(folder, name)).trim()}\n`);
  }
  return texts.join(`\n${"-".repeat(80)}\n\n`);
}

/** What the package brings, or, where it brings none, what licences/ has from its repository. */
async function licence(folder, name) {
  const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
  const path = file ? `${folder}/${file}` : `licences/${name.replace("/", "+")}.txt`;
  return readFile(path, "utf8").catch(() => {
    throw new Error(`${name} comes without its licence: look it up before you ship it`);
  });
}

async function buildTests() {
  await rm("build/tests", { recursive: true, force: true });
  const files = (await readdir("tests")).filter((name) => name.endsWith(".test.ts"));
  await build({
    ...shared,
    entryPoints: files.map((name) => `tests/${name}`),
    outdir: "build/tests",
    outExtension: { ".js": ".mjs" },
    platform: "node",
    sourcemap: "inline",
  });
}

await (process.argv.includes("--tests") ? buildTests() : buildDesk());

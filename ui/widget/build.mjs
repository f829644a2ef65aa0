/**
 * `node build.mjs`: dist/quanyi-chat.js, one module with everything in it, the same compressed, and dist/LICENSES.txt.
 * `node build.mjs --tests`: the unit tests, in build/tests, for node.
 */

import { mkdir, readdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";

const shared = { bundle: true, format: "esm", target: "es2021", charset: "utf8", logLevel: "warning" };

async function buildWidget() {
  const { metafile } = await build({
    ...shared,
    entryPoints: ["src/main.ts"],
    outfile: "build/quanyi-chat.js",
    minify: true,
    metafile: true,
    legalComments: "none",
    banner: {
      js: "/*! quanyi-chat, Apache-2.0. What it contains is named with its licences in /widget/LICENSES.txt */",
    },
  });
  await mkdir("dist", { recursive: true });
  await writeFile("dist/LICENSES.txt", await licences(Object.keys(metafile.inputs)));
  await writeFile("build/quanyi-chat.js.gz", gzipSync(await readFile("build/quanyi-chat.js"), { level: 9 }));
  // A server that is running never sees half a file.
  await rename("build/quanyi-chat.js.gz", "dist/quanyi-chat.js.gz");
  await rename("build/quanyi-chat.js", "dist/quanyi-chat.js");
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
    const file = (await readdir(folder)).find((each) => /^licen[cs]e/i.test(each));
    if (!file) throw new Error(`${name} comes without its licence: look it up before you ship it`);
    texts.push(`${name} ${version} (${license})\n\n${(await readFile(`${folder}/${file}`, "utf8")).trim()}\n`);
  }
  return texts.join(`\n${"-".repeat(80)}\n\n`);
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

await (process.argv.includes("--tests") ? buildTests() : buildWidget());

// tests/web/house.mjs - a real server over the demonstration company, and a real browser in front of it.
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const require = createRequire(new URL("../../web/package.json", import.meta.url));
const { chromium } = require("playwright-core");
export const axeSource = require("axe-core").source;

export const USER = "jeanne"; // an analyst
export const AGENT = "paul";
export const SUPERVISOR = "nadia"; // reads what customers wrote
export const ADMINISTRATOR = "alix";
export const PRIVACY = "dominique"; // data-protection officer
export const PASSWORD = "le fil d'Ariane mène loin";

/** Waits for a line of the child's standard output that fits, without polling. */
export function lineOf(child, pattern) {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout.on("data", (bytes) => {
      text += bytes;
      const found = pattern.exec(text);
      if (found) resolve(found[0]);
    });
    child.on("exit", (code) => reject(new Error(`the server ended with ${code}: ${text}`)));
  });
}

function run(program, words, input) {
  const { status, stdout, stderr } = spawnSync(program, words, { encoding: "utf8", input });
  if (status !== 0) throw new Error(`${words.join(" ")}: ${stderr || stdout}`);
  return stdout;
}

export async function openHouse({ program, customers }) {
  const folder = mkdtempSync(join(tmpdir(), "ariane-web-"));
  const data = join(folder, "data");
  const ariane = (...words) => run(program, ["--data", data, "--quiet", ...words]);
  run(program, ["demo", "--customers", String(customers), "--out", join(folder, "company")]);
  const files = readdirSync(join(folder, "company")).filter((name) => name !== "truth");
  ariane("import", ...files.map((name) => join(folder, "company", name)));
  for (const [name, role] of [[USER, "analyst"], [AGENT, "agent"], [SUPERVISOR, "supervisor"], [ADMINISTRATOR, "administrator"], [PRIVACY, "privacy-officer"]])
    run(program, ["--data", data, "user", "create", name, "--role", role, "--stdin"], PASSWORD);
  const server = spawn(program, ["--data", data, "serve", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
  const url = await lineOf(server, /http:\/\/127\.0\.0\.1:\d+/);
  const close = async () => {
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.removeAllListeners("exit");
    server.once("exit", () => undefined);
    server.kill("SIGTERM");
    await Promise.race([ended, new Promise((resolve) => server.once("close", resolve))]);
    rmSync(folder, { recursive: true, force: true });
  };
  return { url, folder, ariane, close };
}

export function openBrowser() {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
      "--disable-component-update", "--disable-sync",
    ],
  });
}

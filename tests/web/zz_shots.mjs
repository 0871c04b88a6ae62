import { spawn } from "node:child_process";
import { lineOf, openBrowser, PASSWORD } from "./house.mjs";
const [data, user, out, lang, ...pages] = process.argv.slice(2);
const server = spawn("build/release/ariane", ["--data", data, "serve", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
const url = await lineOf(server, /http:\/\/127\.0\.0\.1:\d+/);
const browser = await openBrowser();
const page = await (await browser.newContext({ baseURL: url, locale: lang === "en" ? "en-GB" : "fr-FR", viewport: { width: 1440, height: 900 } })).newPage();
page.on("console", (m) => m.type() === "error" && console.log("console", m.text()));
await page.goto("/");
await page.fill("input[name=name]", user); await page.fill("input[name=password]", PASSWORD); await page.keyboard.press("Enter");
await page.waitForSelector("#main h1");
let n = 0;
for (const p of pages) {
  const t0 = Date.now();
  await page.goto(p);
  await page.waitForSelector("#main h1");
  try { await page.waitForFunction(() => !document.querySelector(".waiting, [aria-busy=true]"), undefined, { timeout: 40000 }); } catch { console.log("still waiting", p); }
  await page.waitForTimeout(500);
  console.log(p, Date.now() - t0, "ms");
  await page.screenshot({ path: `${out}/${String(n++).padStart(2, "0")}.png`, fullPage: true });
}
await browser.close(); server.kill("SIGTERM");

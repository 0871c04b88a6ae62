import { spawn, spawnSync } from "node:child_process";
import { lineOf, openBrowser, PASSWORD, USER } from "./house.mjs";
const A="/work/main/build/release/ariane", D="/var/tmp/q10/data";
const server = spawn(A, ["--data", D, "serve", "--listen", "127.0.0.1:0"], { stdio: ["ignore", "pipe", "inherit"] });
const url = await lineOf(server, /http:\/\/127\.0\.0\.1:\d+/);
const browser = await openBrowser();
const page = await (await browser.newContext({ baseURL: url, locale: "fr-FR", viewport: { width: 1440, height: 900 } })).newPage();
await page.goto("/");
await page.fill("input[name=name]", USER); await page.fill("input[name=password]", PASSWORD); await page.keyboard.press("Enter");
await page.waitForSelector("#main h1");
const client = await page.context().newCDPSession(page);
for (let i=0;i<6;i++){
  await page.goto(`/journeys/variants?view=all&since=2000-01-0${1 + (i % 9)}`);
  await page.waitForFunction(() => document.querySelector(".variants") && !document.querySelector(".waiting, [aria-busy=true]"));
  await page.evaluate(()=>performance.clearResourceTimings());
  if(i==5){await client.send("Profiler.enable");await client.send("Profiler.setSamplingInterval",{interval:500});await client.send("Profiler.start");}
  const r = await page.evaluate(() => new Promise((resolve) => {
    const link = document.querySelector('.tabs a[href^="/journeys/map"]');
    const begun = performance.now();
    link.click();
    const frames=[];
    const look = () => {frames.push(Math.round(performance.now()-begun)); (document.querySelector(".river .station") && !document.querySelector("[aria-busy=true]") ? resolve({begun,took:performance.now()-begun,res:performance.getEntriesByType("resource").map(e=>[e.name.slice(-60),Math.round(e.startTime-begun),Math.round(e.requestStart-begun),Math.round(e.responseStart-begun),Math.round(e.responseEnd-begun),e.transferSize])}) : requestAnimationFrame(look));};
    requestAnimationFrame(look);
  }));
  if(i==5){const {profile}=await client.send("Profiler.stop");const self={};const dt=profile.timeDeltas;const byId=new Map(profile.nodes.map(n=>[n.id,n]));profile.samples.forEach((s,k)=>{const n=byId.get(s);const key=n.callFrame.functionName+" "+n.callFrame.url.slice(-30)+":"+n.callFrame.lineNumber+":"+n.callFrame.columnNumber;self[key]=(self[key]||0)+dt[k];});
   console.log(Object.entries(self).sort((a,b)=>b[1]-a[1]).slice(0,25).map(([k,v])=>(v/1000).toFixed(1)+" ms "+k).join("\n"));}
  console.log(JSON.stringify(r));
}
await browser.close(); server.kill("SIGTERM");

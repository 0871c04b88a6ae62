// The server SDKs, as a company's back end uses them: servers.mjs URL KEY
import { Analytics } from "@segment/analytics-node";
import RudderAnalytics from "@rudderstack/rudder-sdk-node";
import { PostHog } from "posthog-node";

const [url, key] = process.argv.slice(2);
const fail = (what) => (error) => {
  console.error(what, error);
  process.exitCode = 1;
};

async function segment() {
  const analytics = new Analytics({ writeKey: key, host: url, flushAt: 4, maxRetries: 20 });
  analytics.on("error", fail("segment"));
  analytics.identify({ userId: "s-1", traits: { email: "segment@example.org" } });
  analytics.page({ userId: "s-1", name: "Offers" });
  analytics.screen({ userId: "s-1", name: "Cart" });
  analytics.group({ userId: "s-1", groupId: "g-1", traits: { plan: "pro" } });
  analytics.alias({ userId: "s-1", previousId: "s-0" });
  for (let i = 0; i < 50; i++) analytics.track({ userId: "s-1", event: "segment track", properties: { i } });
  await analytics.closeAndFlush();
}

async function rudder() {
  const client = new RudderAnalytics(key, { dataPlaneUrl: url, gzip: true, flushAt: 100 });
  client.identify({ userId: "r-1", traits: { email: "rudder@example.org" } });
  for (let i = 0; i < 50; i++) client.track({ userId: "r-1", event: "rudder track", properties: { i } });
  await new Promise((done) => client.flush((error) => (error ? fail("rudder")(error) : done())));
}

async function posthog() {
  const client = new PostHog(key, { host: url, flushAt: 9 });
  client.on("error", fail("posthog"));
  client.identify({ distinctId: "p-1", properties: { email: "posthog@example.org" } });
  client.alias({ distinctId: "p-1", alias: "p-0" });
  client.groupIdentify({ groupType: "company", groupKey: "c-1", properties: { size: 3 } });
  for (let i = 0; i < 50; i++) client.capture({ distinctId: "p-1", event: "posthog capture", properties: { i } });
  if (await client.getAllFlags("p-1").then((flags) => Object.keys(flags).length > 0)) fail("posthog")("has flags");
  await client.shutdown();
}

await Promise.all([segment(), rudder(), posthog()]);
process.exit(process.exitCode ?? 0);

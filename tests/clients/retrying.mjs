// Two server SDKs that go on while the server dies and comes back: retrying.mjs URL KEY EVENTS_A_SECOND
// Until standard input closes; then what is left is sent, and a line of JSON tells how many events there were.
import { Analytics } from "@segment/analytics-node";
import { PostHog } from "posthog-node";

const [url, key, rate] = process.argv.slice(2);
const lost = [];
const analytics = new Analytics({ writeKey: key, host: url, flushAt: 10, flushInterval: 500, maxRetries: 1e6 });
analytics.on("error", (error) => lost.push(`segment ${error.code}`));
const posthog = new PostHog(key, { host: url, flushAt: 10, flushInterval: 500, fetchRetryCount: 1e6, fetchRetryDelay: 200 });
posthog.on("error", (error) => lost.push(`posthog ${error}`));

let sent = 0;
const timer = setInterval(() => {
  const i = sent++;
  analytics.track({ userId: `sdk-${i % 50}`, event: "segment retried", properties: { i } });
  posthog.capture({ distinctId: `sdk-${i % 50}`, event: "posthog retried", properties: { i } });
}, 1000 / rate);

process.stdin.resume();
process.stdin.on("end", async () => {
  clearInterval(timer);
  await analytics.closeAndFlush({ timeout: 120000 }); // its own patience is less than a restart takes
  await posthog.shutdown(120000);
  console.log(JSON.stringify({ sent, lost }));
  process.exit(0);
});

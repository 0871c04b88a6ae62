// tests/oidc/provider.mjs - a certified OpenID provider (oidc-provider) for one test: any name and password sign in.
// Arguments: the redirect address of Ariane, "RS256" or "ES256".  Says {"issuer": ...} on a line when it listens.
import { createServer } from "node:http";
import { generateKeyPairSync } from "node:crypto";
import { Provider } from "oidc-provider";

const [redirect, algorithm] = process.argv.slice(2);
const server = createServer();
await new Promise((listening) => server.listen(0, "127.0.0.1", listening));
const issuer = `http://127.0.0.1:${server.address().port}`;
const pair = algorithm === "ES256" ? generateKeyPairSync("ec", { namedCurve: "P-256" }) : generateKeyPairSync("rsa", { modulusLength: 2048 });
const key = { ...pair.privateKey.export({ format: "jwk" }), use: "sig", alg: algorithm, kid: "signing" };
const provider = new Provider(issuer, {
  clients: [
    {
      client_id: "ariane",
      client_secret: "a secret: of two & more words",
      redirect_uris: [redirect],
      id_token_signed_response_alg: algorithm,
      grant_types: ["authorization_code"],
    },
  ],
  jwks: { keys: [key] },
  pkce: { required: () => true, methods: ["S256"] },
  claims: { openid: ["sub"], profile: ["preferred_username"] },
  conformIdTokenClaims: false,
  cookies: { keys: ["one"] },
  async findAccount(_, id) {
    return { accountId: id, claims: () => ({ sub: id, preferred_username: id }) };
  },
});
server.on("request", provider.callback());
console.log(JSON.stringify({ issuer }));

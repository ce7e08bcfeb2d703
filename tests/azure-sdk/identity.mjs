// @azure/identity: tokens of an application by OpenID's configuration of its tenant, tokens of a VM by
// its metadata service, and whose tenants and subscriptions they open.
import { SubscriptionClient } from "@azure/arm-resources-subscriptions";
import { ManagedIdentityCredential } from "@azure/identity";
import assert from "node:assert/strict";

import { all, application, credential, run, sim } from "./support.mjs";

const scope = "https://management.core.windows.net//.default";

await Promise.all([
  run("an application's token ends when it says", async () => {
    const token = await credential.getToken(scope);
    const left = (token.expiresOnTimestamp - Date.now()) / 1000;
    assert.ok(Math.abs(left - sim.tokenLife) < 10, `${left} s`);
  }),
  run("a wrong secret is refused in Entra's words", async () => {
    await assert.rejects(application("wrong").getToken(scope), /AADSTS7000215/);
  }),
  run("an unknown tenant has no configuration", async () => {
    const tenant = "00000000-0000-4000-8000-000000000000";
    await assert.rejects(application(sim.secret, tenant).getToken(scope));
    const place = `${sim.base}/${tenant}/v2.0/.well-known/openid-configuration`;
    const answer = await fetch(place);
    assert.equal(answer.status, 400);
    assert.match((await answer.json()).error_description, /AADSTS90002/);
  }),
  run("a VM's identity has a token whose end is known", async () => {
    const token = await new ManagedIdentityCredential().getToken(scope);
    const left = (token.expiresOnTimestamp - Date.now()) / 1000;
    assert.ok(Math.abs(left - sim.tokenLife) < 10, `expires_on: ${left} s`);
  }),
  run("an identity that the VM does not have is refused", async () => {
    const other = new ManagedIdentityCredential({ clientId: "c0000000-0000-4000-8000-000000000000" });
    await assert.rejects(other.getToken(scope), /Identity not found/);
  }),
  run("the tenant and its subscriptions", async () => {
    const client = new SubscriptionClient(credential, { endpoint: sim.base });
    const tenants = await all(client.tenants.list());
    assert.deepEqual(tenants.map((each) => each.tenantId), [sim.tenant]);
    assert.equal(tenants[0].tenantCategory, "Home");
    const listed = await all(client.subscriptions.list());
    assert.deepEqual(
      listed.map((each) => [each.subscriptionId, each.state, each.tenantId]),
      [...sim.subscriptions.map((id) => [id, "Enabled", sim.tenant]), [sim.disabled, "Disabled", sim.tenant]],
    );
    const one = await client.subscriptions.get(sim.subscriptions[0]);
    assert.equal(one.displayName, "Simulated 1");
  }),
]);

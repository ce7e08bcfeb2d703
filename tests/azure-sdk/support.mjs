// What the cases share: where the simulated control plane is, who we are to it, and how a failed
// expectation is told.
import { ClientSecretCredential } from "@azure/identity";
import assert from "node:assert/strict";

export const sim = JSON.parse(process.env.SIM);
export const credential = application(sim.secret);
export const failures = [];

// The login of an application. No other cloud's list of authorities is asked.
export function application(secret, tenant = sim.tenant) {
  return new ClientSecretCredential(tenant, sim.client, secret, {
    authorityHost: sim.base,
    disableInstanceDiscovery: true,
    retryOptions: { maxRetries: 0 },
  });
}

// Runs one case; the others go on if it fails.
export async function run(name, body) {
  try {
    await body();
  } catch (error) {
    failures.push(name);
    console.log(`FAILED: ${name}: ${error.stack ?? error}`);
  }
}

export async function all(pages) {
  const rows = [];
  for await (const row of pages) rows.push(row);
  return rows;
}

// Returns the sizes of the pages of a list.
export async function sizes(list) {
  const found = [];
  for await (const page of list.byPage()) found.push(page.length);
  return found;
}

// Expects an answer of Azure that is an error, by its status and code.
export async function refused(promise, status, code) {
  await assert.rejects(promise, (error) => {
    const told = error.code ?? error.body?.error?.code ?? error.body?.code;
    assert.equal(error.statusCode, status, error.message);
    assert.equal(told, code, error.message);
    return true;
  });
}

// How the clients wait for what takes time, where Azure does not say.
export const soon = { updateIntervalInMs: 50 };

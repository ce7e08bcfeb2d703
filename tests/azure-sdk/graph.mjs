// @azure/arm-resourcegraph: both formats of an answer, pages without an order, the table's name in any
// letter case, and what has no further pages.
import { ResourceGraphClient } from "@azure/arm-resourcegraph";
import assert from "node:assert/strict";

import { credential, run, sim } from "./support.mjs";

const client = new ResourceGraphClient(credential, { baseUri: sim.base });
const ask = (query, options, subscriptions = sim.subscriptions) => client.resources({ query, subscriptions, options });
const seen = sim.vms - 1; // the first VM is too new
const vms = "where type =~ 'Microsoft.Compute/virtualMachines' | where properties.storageProfile.osDisk.osType == 'Windows'";

// Follows the token to the end, and returns the rows.
async function pages(query, top) {
  const rows = [];
  let token;
  for (let number = 0; number < 100; ++number) {
    const page = await ask(query, { top, skipToken: token, resultFormat: "objectArray" });
    assert.ok(page.data.length <= top && page.count === page.data.length);
    assert.equal(page.totalRecords, seen);
    rows.push(...page.data);
    token = page.skipToken;
    if (!token) return rows;
    assert.equal(page.resultTruncated, "false");
  }
  throw new Error("the pages do not end");
}

await Promise.all([
  run("objects, and as a table the same", async () => {
    const query = `resources | ${vms} | project name, id, zones, env = tags.env, size = array_length(zones) | order by id asc`;
    const objects = (await ask(query, { top: 1000, resultFormat: "objectArray" })).data;
    assert.equal(objects.length, seen);
    const { data } = await ask(query, { top: 1000, resultFormat: "table" });
    assert.deepEqual(data.columns, [
      { name: "name", type: "string" }, { name: "id", type: "string" }, { name: "zones", type: "object" },
      { name: "env", type: "string" }, { name: "size", type: "integer" },
    ]);
    const rows = data.rows.map((row) => Object.fromEntries(data.columns.map(({ name }, at) => [name, row[at]])));
    assert.deepEqual(rows, objects);
    const ids = objects.map((row) => row.id);
    assert.deepEqual(ids, [...ids].sort(), "in order");
  }),
  run("whole resources as a table have the columns of the table Resources", async () => {
    const { data } = await ask("Resources | limit 1", { resultFormat: "table" });
    assert.deepEqual(data.columns.slice(0, 4).map((each) => each.name), ["id", "name", "type", "tenantId"]);
    assert.equal(data.rows[0][3], sim.tenant);
  }),
  run("a token leads through pages that have no order", async () => {
    const rows = await pages(`Resources | ${vms} | project id`, 9);
    assert.equal(rows.length, seen);
    assert.equal(new Set(rows.map((row) => row.id)).size, seen);
    const ordered = await pages(`Resources | ${vms} | project id | order by id asc`, 9);
    assert.deepEqual(rows.map((row) => row.id).sort(), ordered.map((row) => row.id).sort());
  }),
  run("without an id, and with a limit, there is one page", async () => {
    const named = await ask(`Resources | ${vms} | project name`, { top: 5 });
    assert.deepEqual([named.skipToken, named.resultTruncated, named.count], [undefined, "true", 5]);
    const limited = await ask(`Resources | ${vms} | project id | take 7`, { top: 5 });
    assert.deepEqual([limited.skipToken, limited.totalRecords, limited.count], [undefined, 7, 5]);
  }),
  run("the table's name in any letter case, and none at all", async () => {
    for (const table of ["resources | ", "Resources | ", "RESOURCES|", ""]) {
      const told = await ask(`${table}${vms} | project id`, { top: 1 });
      assert.equal(told.totalRecords, seen, table);
    }
    await assert.rejects(ask(`NoSuchTable | ${vms}`), /InvalidQuery|support/);
  }),
  run("what people ask: counts, groups, conditions, one subscription", async () => {
    const first = async (query, subscriptions) => (await ask(query, { resultFormat: "objectArray" }, subscriptions)).data;
    assert.deepEqual(await first(`Resources | ${vms} | count`), [{ Count: seen }]);
    const groups = await first(`Resources | ${vms} | summarize vms = count() by resourceGroup | order by resourceGroup asc`);
    assert.deepEqual(groups.map((row) => row.resourceGroup), ["rg-0", "rg-1", "rg-2"]);
    assert.equal(groups.reduce((sum, row) => sum + row.vms, 0), seen);
    const some = await first(`Resources | ${vms} and (resourceGroup in~ ('RG-0', 'rg-1') or name contains "none") | count`);
    assert.deepEqual(some, [{ Count: groups[0].vms + groups[1].vms }]);
    const linux = await first("Resources | where properties.storageProfile.osDisk.osType =~ 'linux' | project name, subscriptionId");
    assert.deepEqual(linux, sim.subscriptions.map((subscriptionId) => ({ name: "build-agent", subscriptionId })));
    const half = await first(`Resources | ${vms} | count`, [sim.subscriptions[1]]);
    assert.deepEqual(half, [{ Count: sim.vms / 2 }]);
    const disks = await first("Resources | where type == 'microsoft.compute/disks' | count");
    assert.deepEqual(disks, [{ Count: sim.vms }]);
    const places = await first("ResourceContainers | where type =~ 'microsoft.resources/subscriptions/resourcegroups' | distinct name");
    assert.ok(places.some((row) => row.name === "rg-0"));
  }),
  run("rows are a table where a client of 2019 does not say", async () => {
    const { token } = await credential.getToken("https://management.azure.com/.default");
    for (const [version, table] of [["2019-04-01", true], ["2021-03-01", false], ["2022-10-01", false]]) {
      const answer = await fetch(`${sim.base}/providers/Microsoft.ResourceGraph/resources?api-version=${version}`, {
        method: "POST", headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
        body: JSON.stringify({ query: "Resources | project id | take 1", subscriptions: sim.subscriptions }),
      });
      const { data } = await answer.json();
      assert.equal(Array.isArray(data), !table, version);
    }
  }),
]);

// @azure/arm-network and @azure/arm-locks: what fixes read before they change a VM, and the one thing
// they write beside it, a rule of a network security group.
import { ManagementLockClient } from "@azure/arm-locks";
import { NetworkManagementClient } from "@azure/arm-network";
import assert from "node:assert/strict";

import { all, credential, refused, run, sim, soon } from "./support.mjs";

const subscription = sim.subscriptions[1]; // the one with public addresses
const client = new NetworkManagementClient(credential, subscription, { endpoint: sim.base });
const interfaces = await all(client.networkInterfaces.listAll());
const group = (resource) => resource.id.split("/")[4].toLowerCase();

await Promise.all([
  run("interfaces and public addresses, by subscription, group and id", async () => {
    assert.equal(interfaces.length, sim.vms / 2);
    const own = interfaces.filter((each) => group(each) === "rg-1");
    assert.deepEqual((await all(client.networkInterfaces.list("RG-1"))).map((each) => each.id), own.map((each) => each.id));
    const one = await client.networkInterfaces.get("rg-1", own[0].name);
    assert.ok(one.networkSecurityGroup.id && one.ipConfigurations[0].subnet.id);
    const addresses = await all(client.publicIPAddresses.listAll());
    const address = await client.publicIPAddresses.get(group(addresses[0]), addresses[0].name);
    assert.equal(address.ipAddress, addresses[0].ipAddress);
    await refused(client.publicIPAddresses.get("rg-1", "no-such-ip"), 404, "ResourceNotFound");
  }),
  run("a rule of a security group: made, read, removed", async () => {
    const own = interfaces.find((each) => group(each) === "rg-2");
    const nic = await client.networkInterfaces.get("rg-2", own.name);
    const name = nic.networkSecurityGroup.id.split("/").at(-1);
    const rule = {
      protocol: "Tcp", access: "Allow", direction: "Inbound", priority: 310, sourcePortRange: "*",
      sourceAddressPrefix: "198.51.100.0/24", destinationPortRange: "3390",
      destinationAddressPrefix: nic.ipConfigurations[0].privateIPAddress,
    };
    const made = await client.securityRules.beginCreateOrUpdateAndWait("rg-2", name, "by-sdk", rule, soon);
    assert.equal(made.provisioningState, "Succeeded");
    const whole = await client.networkSecurityGroups.get("rg-2", name);
    assert.deepEqual(whole.securityRules.map((each) => each.name), ["allow-rdp", "by-sdk"]);
    assert.deepEqual((await all(client.securityRules.list("rg-2", name))).map((each) => each.priority), [1000, 310]);
    await client.securityRules.beginDeleteAndWait("rg-2", name, "by-sdk", soon);
    assert.deepEqual((await all(client.securityRules.list("rg-2", name))).map((each) => each.name), ["allow-rdp"]);
    await client.securityRules.beginDeleteAndWait("rg-2", name, "by-sdk", soon); // what is gone is not an error
    const groups = (await all(client.networkSecurityGroups.list("rg-2"))).map((each) => each.name);
    assert.ok(groups.includes(name) && groups.includes("subnet-nsg"));
    assert.ok((await all(client.networkSecurityGroups.listAll())).length > groups.length);
  }),
  run("locks of a subscription, a group and a VM", async () => {
    const locks = new ManagementLockClient(credential, subscription, { endpoint: sim.base }).managementLocks;
    const everything = await all(locks.listAtSubscriptionLevel());
    assert.ok(everything.length > sim.page, "more than one page");
    const kept = everything.filter((each) => each.name === "keep");
    assert.equal(everything.length, kept.length + 1, "and one on a network");
    const place = kept[0].id.split("/");
    const on = await all(locks.listAtResourceLevel(place[4], "Microsoft.Compute", "", "virtualMachines", place[8]));
    assert.deepEqual(on.map((each) => [each.name, each.level]), [["keep", kept[0].level]]);
    const inGroup = await all(locks.listAtResourceGroupLevel(place[4]));
    assert.ok(inGroup.length > 0 && inGroup.every((each) => each.id.toLowerCase().includes(`/${place[4].toLowerCase()}/`)));
  }),
]);

// @azure/arm-compute: VMs by subscription, group and id, Run Command in both its forms, disks and
// snapshots. The clients' own rules say when something that takes time has ended.
import { ComputeManagementClient } from "@azure/arm-compute";
import assert from "node:assert/strict";

import { all, credential, refused, run, sim, sizes, soon } from "./support.mjs";

const client = new ComputeManagementClient(credential, sim.subscriptions[0], { endpoint: sim.base });
const machines = client.virtualMachines;
const everything = await all(machines.listAll());
const windows = everything.filter((vm) => vm.storageProfile.osDisk.osType === "Windows");
const group = (vm) => vm.id.split("/")[4];
const [first, second] = windows;
const output = (ran) => ran.value.map((part) => part.message);

await Promise.all([
  run("the VMs of a subscription, page by page", async () => {
    assert.equal(everything.length, sim.vms / 2 + 1, "half of them, and one with Linux");
    const pages = await sizes(machines.listAll());
    assert.equal(Math.max(...pages), sim.page);
    assert.ok(pages.length > 2);
  }),
  run("the VMs of a resource group, in any letter case", async () => {
    const groups = new Set(windows.map((vm) => group(vm).toLowerCase()));
    assert.deepEqual([...groups].sort(), ["rg-0", "rg-1", "rg-2"]);
    const found = [];
    for (const each of groups) {
      const listed = await all(machines.list(each));
      assert.ok(listed.length > sim.page, "more than one page");
      assert.ok(listed.every((vm) => group(vm).toLowerCase() === each));
      found.push(...listed.map((vm) => vm.id));
    }
    assert.deepEqual(found.sort(), windows.map((vm) => vm.id).sort());
    assert.equal((await all(machines.list("Rg-0"))).length, (await all(machines.list("RG-0"))).length);
    assert.deepEqual((await all(machines.list("rg-ci"))).map((vm) => vm.name), ["build-agent"]);
    await refused(all(machines.list("rg-9")), 404, "ResourceGroupNotFound");
  }),
  run("a VM by its id, with its view", async () => {
    const vm = await machines.get(group(first).toLowerCase(), first.name, { expand: "instanceView" });
    assert.equal(vm.id, first.id);
    assert.ok(vm.instanceView.statuses.some((each) => each.code === "PowerState/running"));
    await refused(machines.get(group(first), "no-such-vm"), 404, "ResourceNotFound");
  }),
  run("a VM with Linux by its id, with its view, and its shell", async () => {
    const vm = await machines.get("rg-ci", "build-agent", { expand: "instanceView" });
    assert.equal(vm.storageProfile.osDisk.osType, "Linux");
    assert.equal(vm.instanceView.osName, "debian");
    assert.equal((await machines.instanceView("RG-CI", "build-agent")).osVersion, "12");
    const ran = await machines.runCommand("RG-CI", "build-agent", {
      commandId: "RunShellScript", script: ["echo hello $who"], parameters: [{ name: "who", value: "you" }],
    }, soon);
    assert.deepEqual(output(ran), ["Enable succeeded: \n[stdout]\nhello you\n\n[stderr]\n"]);
  }),
  run("a script without param() is run, and has its parameters as $args", async () => {
    const ran = await machines.runCommand(group(first), first.name, {
      commandId: "RunPowerShellScript", script: ["Write-Output 'it runs'", "hostname", "Get-Nothing"],
    }, soon);
    assert.deepEqual(ran.value.map((part) => part.code),
      ["ComponentStatus/StdOut/succeeded", "ComponentStatus/StdErr/succeeded"]);
    assert.equal(output(ran)[0], `it runs\r\n${first.name}\r\n`);
    assert.match(output(ran)[1], /'Get-Nothing' is not recognized/);
    const given = await machines.runCommand(group(first), first.name, {
      commandId: "RunPowerShellScript", script: ["$args"], parameters: [{ name: "who", value: "you" }],
    }, soon);
    assert.equal(output(given)[0], "-who\r\nyou\r\n");
  }),
  run("parameters reach a script that declares them; a strict one has no others", async () => {
    const ask = async (script) => output(await machines.runCommand(group(second), second.name, {
      commandId: "RunPowerShellScript", script, parameters: [{ name: "who", value: "you" }],
    }, soon));
    const declared = ["# greets", "param(", "  [string] $Who", ")", 'Write-Output "hello $who"'];
    assert.deepEqual(await ask(declared), ["hello you\r\n", ""]);
    const strict = ["[CmdletBinding()]", "param([string]$name)", "'not run'"];
    const [out, err] = await ask(strict);
    assert.equal(out, "");
    assert.match(err, /A parameter cannot be found that matches parameter name 'who'/);
  }),
  run("the commands that a region has by name, and one of them", async () => {
    const listed = await all(client.virtualMachineRunCommands.list("westeurope"));
    const names = listed.map((each) => each.id);
    assert.ok(names.includes("RunPowerShellScript") && names.includes("RunShellScript"), names);
    assert.ok(names.length > sim.page, "more than one page");
    const one = await client.virtualMachineRunCommands.get("westeurope", "RunPowerShellScript");
    assert.equal(one.osType, "Windows");
  }),
  run("the commands of a VM: made, listed page by page, read, removed", async () => {
    const commands = client.virtualMachineRunCommands;
    const place = [group(windows[2]), windows[2].name];
    const body = (script) => ({ location: "westeurope", source: { script } });
    const wanted = Array.from({ length: sim.page + 2 }, (_, number) => `by-sdk-${number}`);
    const made = await Promise.all(wanted.map((name) =>
      commands.createOrUpdate(...place, name, body(`'${name}'\nexit 3`), soon)));
    assert.ok(made.every((each) => each.provisioningState === "Succeeded"));
    assert.deepEqual(await sizes(commands.listByVirtualMachine(...place)), [sim.page, 2]);
    const listed = await all(commands.listByVirtualMachine(...place));
    assert.deepEqual(listed.map((each) => each.name), wanted);
    const one = await commands.getByVirtualMachine(...place, wanted[1], { expand: "instanceView" });
    const { executionState, exitCode, output: out } = one.instanceView;
    assert.deepEqual([executionState, exitCode, out], ["Failed", 3, "by-sdk-1\r\n"]);
    await commands.delete(...place, wanted[0], soon);
    assert.equal((await all(commands.listByVirtualMachine(...place))).length, wanted.length - 1);
    assert.deepEqual(await all(commands.listByVirtualMachine("rg-ci", "build-agent")), []);
  }),
  run("disks, and a snapshot made, listed, read and removed", async () => {
    const id = first.storageProfile.osDisk.managedDisk.id;
    const disk = await client.disks.get(group(first), id.split("/").at(-1));
    assert.equal(disk.managedBy.toLowerCase(), first.id.toLowerCase());
    assert.equal(disk.osType, "Windows");
    assert.equal((await all(client.disks.list())).length, windows.length);
    const own = windows.filter((vm) => group(vm) === group(first));
    assert.equal((await all(client.disks.listByResourceGroup(group(first)))).length, own.length);
    await refused(client.disks.get(group(first), "no-such-disk"), 404, "ResourceNotFound");

    const made = await client.snapshots.createOrUpdate(group(first), "by-sdk", {
      location: disk.location, incremental: true, tags: { rdpsweep: "scan by-sdk" },
      networkAccessPolicy: "AllowAll",
      creationData: { createOption: "Copy", sourceResourceId: disk.id },
    }, soon);
    assert.equal(made.provisioningState, "Succeeded");
    assert.equal(made.creationData.sourceUniqueId, disk.uniqueId);
    assert.deepEqual(made.tags, { rdpsweep: "scan by-sdk" });
    assert.equal(disk.networkAccessPolicy, "AllowAll");
    assert.equal(disk.lastOwnershipUpdateTime.toISOString(), "2024-03-04T05:06:07.089Z");
    const listed = async () => (await all(client.snapshots.listByResourceGroup(group(first)))).map((each) => each.name);
    assert.deepEqual(await listed(), ["by-sdk"]);
    assert.equal((await all(client.snapshots.list())).length, 1);
    // Its bytes: by a SAS, as long as there is access, and by nobody else.
    const given = await client.snapshots.grantAccess(group(first), "by-sdk",
      { access: "Read", durationInSeconds: 600 }, soon);
    const range = async (url) => (await fetch(url, { headers: { range: "bytes=0-511" } })).status;
    assert.equal(await range(given.accessSAS), 206);
    assert.equal(await range(given.accessSAS.slice(0, -1)), 403);
    assert.equal((await client.snapshots.get(group(first), "by-sdk")).diskState, "ActiveSAS");
    await refused(client.snapshots.grantAccess(group(first), "by-sdk",
      { access: "Read", durationInSeconds: 5 }, soon), 400, "InvalidParameter");
    await client.snapshots.revokeAccess(group(first), "by-sdk", soon);
    assert.equal(await range(given.accessSAS), 403);
    assert.equal((await client.snapshots.get(group(first), "by-sdk")).diskState, "Unattached");
    await client.snapshots.delete(group(first), "by-sdk", soon);
    assert.deepEqual(await listed(), []);
    await refused(client.snapshots.get(group(first), "by-sdk"), 404, "ResourceNotFound");
    await client.snapshots.delete(group(first), "by-sdk", soon); // what is gone is not an error
  }),
]);

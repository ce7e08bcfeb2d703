// Fills a storage account with disks and signs URLs of them, as its owner does.
// usage: main.mjs, with an order in JSON on its input: { endpoint, account, key, disks: [{ file, name }],
// signatures: [{ name, seconds, permissions }] }. Prints the signed URLs, as a JSON list; of negative
// seconds one that has ended.
import { open } from "node:fs/promises";
import {
  BlobSASPermissions, BlobServiceClient, StorageSharedKeyCredential, generateBlobSASQueryParameters,
} from "@azure/storage-blob";

const container = "disks";
const piece = 4 * 1024 * 1024; // what one call may write

async function upload(blob, file) {
  const source = await open(file);
  try {
    const { size } = await source.stat();
    await blob.create(size);
    const bytes = Buffer.alloc(piece);
    for (let at = 0; at < size; at += piece) {
      const { bytesRead } = await source.read(bytes, 0, piece, at);
      const part = bytes.subarray(0, bytesRead);
      if (part.some((byte) => byte !== 0)) await blob.uploadPages(part, at, bytesRead);
    }
  } finally {
    await source.close();
  }
}

let text = "";
for await (const part of process.stdin) text += part;
const order = JSON.parse(text);
const owner = new StorageSharedKeyCredential(order.account, order.key);
const disks = new BlobServiceClient(order.endpoint, owner).getContainerClient(container);
await disks.createIfNotExists();
for (const { file, name } of order.disks) await upload(disks.getPageBlobClient(name), file);
const signed = order.signatures.map(({ name, seconds, permissions }) => {
  const query = generateBlobSASQueryParameters({
    containerName: container, blobName: name, permissions: BlobSASPermissions.parse(permissions ?? "r"),
    startsOn: new Date(Date.now() - 3_600_000), expiresOn: new Date(Date.now() + seconds * 1000),
  }, owner);
  return `${disks.getPageBlobClient(name).url}?${query}`;
});
console.log(JSON.stringify(signed));

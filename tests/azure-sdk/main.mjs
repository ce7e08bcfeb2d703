// Runs every case against the simulated control plane that the environment names; exit 1 if one fails.
import { failures } from "./support.mjs";

await Promise.all(["./identity.mjs", "./compute.mjs", "./graph.mjs", "./network.mjs"].map((file) => import(file)));
console.log(failures.length ? `${failures.length} cases failed` : "ok");
process.exitCode = failures.length ? 1 : 0;

// Runs a command and a script on a VM, and shows that a wrong password is refused.
// usage: main.mjs ADDRESS PORT USER PASSWORD
import { createRequire } from 'node:module';

const { runCommand, runPowershell } = createRequire(import.meta.url)('winrm-client');
const [address, port, user, password] = process.argv.slice(2);

const command = (secret) => runCommand('hostname', address, user, secret, Number(port), false, true);
const said = {
  name: await command(password),
  script: await runPowershell('Write-Output "x"', address, user, password, Number(port), true),
  refused: await command('wrong').catch((error) => error.message),
};
console.log(JSON.stringify(said));

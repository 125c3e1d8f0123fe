import type { Command } from 'commander';
import { encodeBase64 } from '../../base/base64.ts';
import { writeJsonLine } from '../../cli/io.ts';
import { KEY_OVERLAP_MS, listCertificateKeys, rotateCertificateKey } from '../../config/certificate-keys.ts';
import { readConfig } from '../../config/config.ts';
import type { CertificateKey } from '../../core/certificate/signer.ts';
import { systemClock, systemRandom } from '../system.ts';
import type { OperatorContext } from './context.ts';

export function registerKeys(program: Command, { io, env }: OperatorContext): void {
  const keys = program
    .command('keys')
    .description('look after the keys that certificates are signed with')
    .addHelpText('after', '\nExample:\n  touchmark keys list');

  keys
    .command('list')
    .description('every key, the oldest first, and when it was valid')
    .option('--json', 'one line of JSON a key')
    .addHelpText('after', '\nExample:\n  touchmark keys list')
    .action(async ({ json }: { json?: true }) => {
      for (const key of await listCertificateKeys(readConfig(env).dataFolder)) {
        if (json) writeJsonLine(io, presentKey(key));
        else io.out(`${describeKey(key)}\n`);
      }
    });

  keys
    .command('rotate')
    .description('sign with a new key from the next start of the server on')
    .option('--json', 'print both keys as JSON')
    .addHelpText(
      'after',
      `
The key before is forgotten; what it signed stays valid, and its public half stays published. Copy secrets.json to every
machine and start each server again within ${KEY_OVERLAP_MS / 3_600_000} hours: until then they sign with the key before.

Example:
  touchmark keys rotate`,
    )
    .action(async ({ json }: { json?: true }) => {
      const { dataFolder } = readConfig(env);
      const { retired, current } = await rotateCertificateKey(dataFolder, systemRandom, systemClock);
      if (json) return writeJsonLine(io, { retired: presentKey(retired), current: presentKey(current) });
      io.out(`retired  ${describeKey(retired)}\ncurrent  ${describeKey(current)}\n`);
      io.out(`Start every server again before ${new Date(retired.validUntil!).toISOString()}.\n`);
    });
}

function presentKey({ id, publicKey, validFrom, validUntil }: CertificateKey) {
  return {
    key_id: id,
    public_key: encodeBase64(publicKey),
    valid_from: new Date(validFrom).toISOString(),
    valid_until: validUntil === null ? null : new Date(validUntil).toISOString(),
  };
}

function describeKey(key: CertificateKey): string {
  const { key_id, public_key, valid_from, valid_until } = presentKey(key);
  return `${key_id}  ${public_key}  from ${valid_from} ${valid_until === null ? 'on' : `until ${valid_until}`}`;
}

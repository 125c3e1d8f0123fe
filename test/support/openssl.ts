import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';

/** Why tests that need OpenSSL cannot run; false when they can. */
export const NO_OPENSSL: string | false = spawnSync('openssl', ['version']).error
  ? 'OpenSSL is missing: nothing was compared with it'
  : false;

/** A folder in which OpenSSL is run. */
export function openFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'touchmark-openssl-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  return {
    write(name: string, content: string | Uint8Array): string {
      writeFileSync(join(folder, name), content);
      return name;
    },
    /** Standard output. Throws when it fails. */
    run: (...args: string[]) => new Uint8Array(execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })),
    /** Whether it says yes. */
    accepts: (...args: string[]) => spawnSync('openssl', args, { cwd: folder, stdio: 'pipe' }).status === 0,
  };
}

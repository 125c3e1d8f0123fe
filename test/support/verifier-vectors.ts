import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BitcoinNetwork } from '../../src/proof/bitcoin/network.ts';

const ROOT = join(import.meta.dirname, '../../vectors');

export interface Expected {
  readonly why: string;
  readonly outcome: string;
  readonly failedStep: string | null;
  /** Of a receipt or proof. */
  readonly trust?: string | null;
  readonly attestedTime?: number | null;
}

/** A case of `vectors/` that a verifier decides from its command line. */
export interface VectorCase {
  readonly title: string;
  readonly cwd: string;
  readonly expected: Expected;
  /** Null for a certificate, which needs no blocks. */
  readonly headers: { readonly file: string; readonly network: BitcoinNetwork } | null;
  /** Without where headers come from. */
  readonly args: readonly string[];
}

/** Every case of the kind; vectors/README.md says what is in its folder. */
export function listVectorCases(kind: 'bundle' | 'certificate' | 'proof-bundle'): readonly VectorCase[] {
  return ['valid', 'invalid'].flatMap((side) =>
    readdirSync(join(ROOT, kind, side)).map((name) => {
      const cwd = join(ROOT, kind, side, name);
      const expected = JSON.parse(readFileSync(join(cwd, 'expected.json'), 'utf8'));
      const { logKey = null, network = 'regtest', headers = 'headers.txt', work = 'work.bin' } = expected;
      const { input = kind === 'certificate' ? 'certificate.json' : 'bundle.zip' } = expected;
      const ifThere = (option: string, file: string) => (existsSync(join(cwd, file)) ? [option, file] : []);
      return {
        title: `${kind}/${side}/${name}`,
        ...{ cwd, expected },
        headers: kind === 'certificate' ? null : { file: headers, network },
        args: [
          ...[input, '--file', work, '--json'],
          ...(kind === 'certificate' ? [] : ['--network', network]),
          ...ifThere('--trusted-key', 'keys.json'),
          ...ifThere('--tsa-root', 'tsa-root.pem'),
          ...(logKey === null ? [] : ['--log-key', logKey]),
        ],
      };
    }),
  );
}

import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { before, describe, test } from 'node:test';
import { decodeHex } from '../../src/base/hex.ts';
import { checkTspSignature } from '../../src/config/tsp-signatures.ts';
import type { TimestampAuthority } from '../../src/core/tsa/authority.ts';
import { readCertificate } from '../../src/proof/tsp/certificate.ts';
import { TspError } from '../../src/proof/tsp/error.ts';
import { formatPem, readPem } from '../../src/proof/tsp/pem.ts';
import { readResponse } from '../../src/proof/tsp/response.ts';
import { readToken } from '../../src/proof/tsp/token.ts';
import { expectData, verifyToken } from '../../src/proof/tsp/verify.ts';
import { NO_OPENSSL, openFolder } from '../support/openssl.ts';
import { makeAuthority } from '../support/tsa-certificates.ts';

const WORK = Buffer.from('A work.\n');

describe('openssl accepts the tokens of our authority', { skip: NO_OPENSSL }, () => {
  let authority: TimestampAuthority;
  const folder = openFolder();

  before(() => {
    authority = makeAuthority();
    const [signer, root] = authority.chain.map(({ der }) => formatPem(der));
    folder.write('work', WORK);
    folder.write('root.pem', root!);
    folder.write('signer.pem', signer!);
    folder.write('chain.pem', authority.chainPem);
  });

  for (const digest of ['sha256', 'sha384', 'sha512']) {
    test(`of a ${digest} imprint, checked by its query, by the work and by its digest`, () => {
      const query = folder.run('ts', '-query', '-data', 'work', `-${digest}`, '-cert');
      folder.write('query', query);
      folder.write('response', authority.answer(query));
      const hex = Buffer.from(folder.run('dgst', `-${digest}`, '-r', 'work'))
        .toString()
        .split(' ')[0]!;
      for (const what of [
        ['-queryfile', 'query'],
        ['-data', 'work'],
        ['-digest', hex],
      ]) {
        for (const trust of [
          ['-CAfile', 'root.pem'],
          ['-CAfile', 'chain.pem'],
        ]) {
          assert.ok(folder.accepts('ts', '-verify', '-in', 'response', ...what, ...trust), `${what} ${trust}`);
        }
      }
      assert.ok(!folder.accepts('ts', '-verify', '-in', 'response', '-data', 'root.pem', '-CAfile', 'root.pem'));
      folder.write('token', readResponse(authority.answer(query)));
      assert.ok(folder.accepts('ts', '-verify', '-token_in', '-in', 'token', '-data', 'work', '-CAfile', 'root.pem'));
    });
  }

  test('without its certificate, when the certificate is given beside', () => {
    const query = folder.run('ts', '-query', '-data', 'work', '-sha256', '-no_nonce');
    folder.write('response', authority.answer(query));
    const verify = ['ts', '-verify', '-in', 'response', '-data', 'work', '-CAfile', 'root.pem'];
    assert.ok(folder.accepts(...verify, '-untrusted', 'signer.pem'));
    assert.ok(!folder.accepts(...verify), 'it is not in the token');
  });

  test('of a query that names the policy, and not one of another', () => {
    const query = folder.run('ts', '-query', '-data', 'work', '-sha256', '-cert', '-tspolicy', authority.policy);
    folder.write('query', query);
    folder.write('response', authority.answer(query));
    assert.ok(folder.accepts('ts', '-verify', '-in', 'response', '-queryfile', 'query', '-CAfile', 'root.pem'));
    const other = authority.answer(folder.run('ts', '-query', '-data', 'work', '-sha256', '-tspolicy', '1.2.3'));
    folder.write('other', other);
    const text = Buffer.from(folder.run('ts', '-reply', '-in', 'other', '-text')).toString();
    assert.match(text, /Status: Rejected/);
    assert.match(text, /unaccepted policy|requested TSA policy/i);
    assert.throws(() => readResponse(other), { code: 'rejected', message: /policy-not-accepted/ });
  });
});

/** Keys of the authority that OpenSSL plays, and digests of its signatures. */
const KINDS = {
  'P-256': { key: ['ecparam', '-name', 'prime256v1', '-genkey', '-noout'], digest: 'sha256' },
  'P-384': { key: ['ecparam', '-name', 'secp384r1', '-genkey', '-noout'], digest: 'sha384' },
  RSA: { key: ['genrsa', '2048'], digest: 'sha512' },
};
const MUTANTS = 60;

for (const [kind, { key, digest }] of Object.entries(KINDS)) {
  describe(`our verifier and openssl agree on tokens by a ${kind} key`, { skip: NO_OPENSSL }, () => {
    const folder = openFolder();
    let token: Uint8Array;
    let root: string;

    before(() => {
      folder.write(
        'ca.cnf',
        `[req]\ndistinguished_name=dn\n[dn]\n
[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\nsubjectKeyIdentifier=hash\n
[signer]\nextendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\nauthorityKeyIdentifier=keyid\n`,
      );
      folder.write(
        'tsa.cnf',
        `[tsa]\nserial=serial\nsigner_cert=signer.pem\nsigner_key=signer.key\nsigner_digest=${digest}\n
default_policy=1.2.3\ndigests=sha256,sha512\naccuracy=secs:1\nclock_precision_digits=3\ntsa_name=yes\ness_cert_id_alg=sha256\n`,
      );
      folder.write('serial', '01\n');
      for (const name of ['root.key', 'signer.key']) folder.write(name, folder.run(...key));
      const request = ['req', '-new', '-config', 'ca.cnf', '-key'];
      root = Buffer.from(
        folder.run(...request, 'root.key', '-x509', '-subj', '/CN=Root', '-days', '9', '-extensions', 'ca'),
      ).toString();
      folder.write('root.pem', root);
      folder.write('signer.csr', folder.run(...request, 'signer.key', '-subj', '/CN=Signer'));
      const sign = ['x509', '-req', '-in', 'signer.csr', '-CA', 'root.pem', '-CAkey', 'root.key', '-set_serial', '7'];
      folder.write('signer.pem', folder.run(...sign, '-days', '8', '-extfile', 'ca.cnf', '-extensions', 'signer'));
      folder.write('work', WORK);
      folder.write('query', folder.run('ts', '-query', '-data', 'work', '-sha256', '-cert'));
      token = folder.run(
        ...['ts', '-reply', '-config', 'tsa.cnf', '-section', 'tsa', '-queryfile', 'query', '-token_out'],
      );
    });

    const opensslAccepts = (bytes: Uint8Array): boolean => {
      folder.write('token', bytes);
      return folder.accepts('ts', '-verify', '-token_in', '-in', 'token', '-data', 'work', '-CAfile', 'root.pem');
    };
    const weAccept = async (bytes: Uint8Array): Promise<true | TspError> => {
      const expected = { digestOf: expectData(WORK), roots: readPem(root), now: Date.now() };
      try {
        await verifyToken(bytes, expected, checkTspSignature);
        return true;
      } catch (error) {
        assert.ok(error instanceof TspError, String(error));
        return error;
      }
    };

    test('both accept it', async () => {
      assert.ok(opensslAccepts(token));
      assert.equal(await weAccept(token), true);
    });

    test('what openssl refuses of altered tokens, we refuse', async (t) => {
      for (let i = 0; i < MUTANTS; i++) {
        const mutant = Uint8Array.from(token);
        const at = randomInt(mutant.length);
        mutant[at]! ^= 1 << randomInt(8);
        if ((await weAccept(mutant)) === true) assert.ok(opensslAccepts(mutant), `byte ${at} of ${toHex(mutant)}`);
      }
      t.diagnostic(`${MUTANTS} altered tokens`);
    });
  });
}

/** Where openssl does not find the way, or knows only one way to name a signer. */
const FOUND_BY_US_ALONE = ['cross-signed-root', 'root-with-the-same-name-beside', 'signer-named-by-its-key'];
/** Where we are stricter than some version of openssl; docs/formats/timestamp-token.md has the reasons. */
const REFUSED_BY_US_ALONE = [
  'attributes-out-of-order',
  'chain-too-long',
  'constraints-on-names',
  'critical-extension-in-the-token',
  'curve-that-is-not-taken',
  'from-the-future',
  'indefinite-length',
  'issuer-as-signer',
  'issuer-for-other-purposes',
  'length-in-more-bytes-than-needed',
  'message-digest-twice',
  'message-digest-with-two-values',
  'no-content-type',
  'rsa-key-of-1024-bits',
  'rsa-signature-by-an-elliptic-key',
  'sha-1-imprint',
  'sha-1-signature',
  'signature-by-another-digest',
  'signed-data-of-version-1',
  'time-in-another-zone',
  'time-that-does-not-exist',
  'time-with-a-trailing-zero',
  'time-without-seconds',
  'too-many-certificates',
  'trailing-byte',
  'wrong-content-type',
];
const NOT_ASKED = new Set([...FOUND_BY_US_ALONE, ...REFUSED_BY_US_ALONE]);

describe('openssl says the same about the committed tokens', { skip: NO_OPENSSL }, () => {
  const folder = openFolder();
  for (const verdict of ['valid', 'invalid']) {
    const url = new URL(`../../vectors/tsp/${verdict}/`, import.meta.url);
    for (const file of readdirSync(url)) {
      const vector = JSON.parse(readFileSync(new URL(file, url), 'utf8'));
      // What openssl is not asked here, or knows nothing of.
      if (vector.nonce !== undefined || vector.policies !== undefined || vector.roots.length === 0) continue;
      if (NOT_ASKED.has(file.replace('.json', ''))) continue;
      test(`${verdict}: ${vector.name}`, () => {
        const pem = (items: string[]) => items.map((hex) => formatPem(decodeHex(hex)!)).join('');
        folder.write('token', decodeHex(vector.token)!);
        folder.write('data', decodeHex(vector.data)!);
        folder.write('roots.pem', pem(vector.roots));
        folder.write('more.pem', pem(vector.certificates));
        const more = vector.certificates.length > 0 ? ['-untrusted', 'more.pem'] : [];
        const time = timeOf(decodeHex(vector.token)!) ?? Date.parse(vector.now);
        const accepted = folder.accepts(
          ...['ts', '-verify', '-token_in', '-in', 'token', '-data', 'data', '-CAfile', 'roots.pem', ...more],
          ...['-attime', String(Math.floor(time / 1000))],
        );
        assert.equal(accepted, verdict === 'valid');
      });
    }
  }
});

test('certificates are read as openssl reads them', { skip: NO_OPENSSL }, () => {
  const folder = openFolder();
  for (const { der, notBefore, notAfter } of makeAuthority().chain) {
    folder.write('certificate.pem', formatPem(der));
    const text = Buffer.from(folder.run('x509', '-in', 'certificate.pem', '-noout', '-dates')).toString();
    const [from, to] = [...text.matchAll(/=(.*)/g)].map(([, date]) => Date.parse(date!));
    assert.deepEqual([from, to], [Math.floor(notBefore / 1000) * 1000, Math.floor(notAfter / 1000) * 1000]);
    assert.deepEqual(readCertificate(der).der, der);
  }
});

/** What a token says, if that can be read. */
function timeOf(token: Uint8Array): number | null {
  try {
    return readToken(token).info.time;
  } catch {
    return null;
  }
}

function toHex(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}

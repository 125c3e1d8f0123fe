import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { decodeHex, encodeHex } from '../../src/base/hex.ts';
import { decodeDetached } from '../../src/proof/ots/codec.ts';
import { OtsError } from '../../src/proof/ots/error.ts';
import { walkAttestations } from '../../src/proof/ots/timestamp.ts';
import { askPython, PYTHON_MISSING, runPython } from '../support/python-verifier.ts';

const ROOT = join(import.meta.dirname, '../../vectors');
if (PYTHON_MISSING) console.warn(PYTHON_MISSING);

/** Of the standard library of Python 3.9, what a verifier can be in need of. */
const IN_PYTHON_39 = [
  ...['argparse', 'base64', 'binascii', 'collections', 'datetime', 'functools', 'hashlib', 'hmac', 'io', 'itertools'],
  ...['json', 'math', 'os', 're', 'ssl', 'stat', 'string', 'struct', 'sys', 'time'],
  ...['urllib.error', 'urllib.parse', 'urllib.request', 'zlib'],
];

test('verify_cli.py is written for Python 3.9 and needs nothing but its standard library', {
  skip: PYTHON_MISSING,
}, async () => {
  // Types joined by a bar are parsed by 3.9 and fail when it runs them.
  const script = `
import ast, json, sys
json.load(sys.stdin)
tree = ast.parse(open(sys.argv[1], encoding="utf-8").read(), feature_version=(3, 9))
imported, hints = set(), []
for node in ast.walk(tree):
    if isinstance(node, ast.Import):
        imported.update(alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        imported.add("." * node.level + (node.module or ""))
    elif isinstance(node, (ast.arg, ast.AnnAssign)):
        hints.append(node.annotation)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        hints.append(node.returns)
bars = [part.lineno for hint in hints if hint for part in ast.walk(hint) if isinstance(part, ast.BinOp)]
print(json.dumps({"imported": sorted(imported), "bars": bars}))
`;
  const { imported, bars } = (await runPython(script, null)) as Record<'imported' | 'bars', string[]>;
  assert.deepEqual(
    imported.filter((name) => !IN_PYTHON_39.includes(name)),
    [],
  );
  assert.ok(imported.length > 0);
  assert.deepEqual(bars, []);
});

describe('verify_cli.py decides every token as the other verifier', { skip: PYTHON_MISSING }, () => {
  const script = `
def answer(case):
    read = lambda items: [v.read_certificate(bytes.fromhex(item)) for item in items]
    try:
        now = v.parse_iso_time(case["now"])
        at = v.verify_token(bytes.fromhex(case["token"]), bytes.fromhex(case["data"]), read(case["roots"]), read(case["certificates"]), now)
        return v.format_iso_time(at)
    except v.Refused as error:
        return error.code
`;
  const cases = readVectors('tsp');
  let answers: unknown[];
  before(async () => {
    answers = await askPython(script, cases);
  });

  for (const [i, vector] of cases.entries()) {
    const isAsked = vector.error === 'nonce' || vector.error === 'policy';
    const skip = isAsked && 'nobody asks a bundle for a nonce or a policy';
    test(vector.name, { skip }, () => assert.equal(answers[i], vector.error ?? vector.time));
  }
});

describe('verify_cli.py reads every proof as the other verifier', { skip: PYTHON_MISSING }, () => {
  const script = `
def answer(case):
    try:
        name, node = v.decode_proof(bytes.fromhex(case))
        found = [[message.hex(), kind, value.hex() if isinstance(value, bytes) else value] for message, (_, kind, value) in v.walk_attestations(node)]
        return {"name": name, "attestations": found}
    except v.Refused as error:
        return error.code
`;
  const { decode } = JSON.parse(readFileSync(join(ROOT, 'ots/reference.json'), 'utf8'));
  // Bare timestamps are what calendars say, and they say it to servers.
  const cases = [...readVectors('ots'), ...decode].filter(({ message }) => message === undefined);
  let answers: unknown[];
  before(async () => {
    const proofs = cases.map(({ hex }) => hex);
    answers = await askPython(script, proofs);
  });

  for (const [i, { name, hex }] of cases.entries()) {
    test(name, () => assert.deepEqual(answers[i], readProof(hex)));
  }
});

/** What the library makes of a proof, or the code of its refusal. */
function readProof(hex: string): unknown {
  try {
    const { fileHashOp, timestamp } = decodeDetached(decodeHex(hex)!);
    const attestations = [...walkAttestations(timestamp)].map(({ message, attestation: one }) => {
      const value = one.type === 'pending' ? one.uri : one.type === 'unknown' ? encodeHex(one.payload) : one.height;
      return [encodeHex(message), one.type, value];
    });
    return { name: fileHashOp.name, attestations };
  } catch (error) {
    if (error instanceof OtsError) return error.code;
    throw error;
  }
}

describe('verify_cli.py reads notes, keys and proofs of the log as the other verifier', {
  skip: PYTHON_MISSING,
}, () => {
  const script = `

def open_note(note, key):
    text, signatures = note
    v.verify_note(text, signatures, v.parse_verifier_key(key))
    return text

def open_checkpoint(note, trust):
    origin, size, root = v.parse_checkpoint(open_note(note, trust["logKeys"][0]))
    if origin != trust["origin"]:
        raise v.note_error("another log")
    return origin, size, root

def read(case):
    kind = case["kind"]
    if kind == "verifier-key":
        kind, name, key_id, public_key = v.parse_verifier_key(case["vkey"])
        return [name, key_id.hex(), public_key.hex()]
    if kind == "inclusion":
        proof = [bytes.fromhex(one) for one in case["proof"]]
        if not v.verify_inclusion(bytes.fromhex(case["leafHash"]), case["index"], case["size"], bytes.fromhex(case["root"]), proof):
            raise v.note_error("not included")
        return []
    data = bytes.fromhex(case["hex"])
    if kind == "note":
        return [open_note(v.parse_note(data), case["keys"][0]).encode().hex()]
    if kind == "checkpoint":
        origin, size, root = open_checkpoint(v.parse_note(data), case["trust"])
        return [origin, size, root.hex()]
    index, hashes, note = v.parse_log_proof(data)
    _, size, root = open_checkpoint(note, case["trust"])
    if not v.verify_inclusion(v.sha256(b"\\0" + bytes.fromhex(case["entry"])), index, size, root, hashes):
        raise v.note_error("not included")
    return [index, size]

def answer(case):
    try:
        return read(case)
    except v.Refused as error:
        return error.code
`;
  // It asks no witness: what only logs and witnesses read is not for it.
  const kinds = ['note', 'verifier-key', 'checkpoint', 'tlog-proof', 'inclusion'];
  const cases = [...readVectors('note'), ...readVectors('tlog')].filter(
    ({ kind, name }) => kinds.includes(kind) && name !== 'witness signature wrong',
  );
  let answers: unknown[];
  before(async () => {
    answers = await askPython(script, cases);
  });

  for (const [i, vector] of cases.entries()) {
    test(vector.name, () => {
      if (vector.error !== undefined) return assert.equal(answers[i], 'note');
      const { keyName, keyId, publicKey, text, origin, size, root, index } = vector;
      const read: Readonly<Record<string, unknown[]>> = {
        'verifier-key': [keyName, keyId, publicKey],
        inclusion: [],
        note: [text],
        checkpoint: [origin, size, root],
        'tlog-proof': [index, size],
      };
      assert.deepEqual(answers[i], read[vector.kind]);
    });
  }
});

describe('verify_cli.py reads canonical JSON and entries of the log as the other verifier', {
  skip: PYTHON_MISSING,
}, () => {
  const script = `
def answer(case):
    try:
        value = v.parse_canonical(bytes.fromhex(case))
        event = v.read_log_event(value) if isinstance(value, dict) else None
        return [v.encode_canonical(value).hex(), event is not None]
    except ValueError:
        return None
`;
  const json = readVectors('canonical-json');
  const events = readVectors('log-event');
  let answers: (readonly [canonical: string, isEvent: boolean] | null)[];
  before(async () => {
    const bytes = [...json.map(({ hex, canonical }) => hex ?? canonical), ...events.map(({ leaf }) => leaf)];
    answers = (await askPython(script, bytes)) as typeof answers;
  });

  for (const [i, { name, canonical }] of json.entries()) {
    test(`JSON: ${name}`, () => assert.equal(answers[i]?.[0] ?? null, canonical ?? null));
  }
  for (const [i, { name, error }] of events.entries()) {
    test(`entry: ${name}`, () => assert.equal(answers[json.length + i]?.[1] ?? false, error === undefined));
  }
});

/** The cases of a folder with a file for each. */
function readVectors(area: string) {
  return ['valid', 'invalid'].flatMap((side) =>
    readdirSync(join(ROOT, area, side)).map((file) => JSON.parse(readFileSync(join(ROOT, area, side, file), 'utf8'))),
  );
}

import type { Command } from 'commander';
import { encodeHex } from '../base/hex.ts';
import { PROOF_MAX_BYTES } from '../proof/bundle/receipt.ts';
import type { Attestation } from '../proof/ots/attestation.ts';
import { type DetachedTimestamp, decodeDetached, encodeDetached } from '../proof/ots/codec.ts';
import { OP_TAGS, type Op } from '../proof/ots/op.ts';
import { type Timestamp, walkAttestations } from '../proof/ots/timestamp.ts';
import { type CliIo, EXIT, type ExitCode, reportFailure, showName, worstExitCode, writeJsonLine } from './io.ts';
import { readRegularFile } from './regular-file.ts';

export function registerInfo(program: Command, io: CliIo): void {
  program
    .command('info')
    .description('show what OpenTimestamps proofs say, without checking it against Bitcoin')
    .argument('<file...>', '.ots files')
    .option('--json', 'one line of JSON a file')
    .addHelpText(
      'after',
      '\nExample:\n  touchmark info photo.jpg.*.ots\n\nExit codes: 0 all read, 1 a file is not a proof, 3 wrong usage.',
    )
    .action(async (files: string[], options: { json?: true }) => {
      io.exitCode = await info(files, options.json === true, io);
    });
}

async function info(files: readonly string[], isJson: boolean, io: CliIo): Promise<ExitCode> {
  const codes: ExitCode[] = [];
  for (const file of files) {
    try {
      const detached = decodeDetached(await readRegularFile(file, PROOF_MAX_BYTES));
      if (isJson) writeJsonLine(io, presentProof(file, detached));
      else io.out(describeProof(file, detached));
    } catch (failure) {
      reportFailure(io, file, failure, isJson);
      codes.push(EXIT.failure);
    }
  }
  return worstExitCode(codes);
}

function presentProof(file: string, detached: DetachedTimestamp) {
  return {
    file,
    ok: true,
    fileHashOp: OP_TAGS[detached.fileHashOp.name].toString(16).padStart(2, '0'),
    fileDigest: encodeHex(detached.timestamp.message),
    canonical: encodeHex(encodeDetached(detached)),
    attestations: Array.from(walkAttestations(detached.timestamp), ({ message, attestation }) => ({
      msg: encodeHex(message),
      ...presentAttestation(attestation),
    })),
  };
}

/** Heights are texts, so that no reader's number type can bend them. */
function presentAttestation(attestation: Attestation) {
  switch (attestation.type) {
    case 'pending':
      return { type: attestation.type, uri: attestation.uri };
    case 'unknown':
      return { type: attestation.type, tag: encodeHex(attestation.tag), payload: encodeHex(attestation.payload) };
    default:
      return { type: attestation.type, height: String(attestation.height) };
  }
}

function describeProof(file: string, { fileHashOp, timestamp }: DetachedTimestamp): string {
  const lines = [showName(file), `  ${fileHashOp.name} of the file: ${encodeHex(timestamp.message)}`];
  describeNode(timestamp, '  ', lines);
  return `${lines.join('\n')}\n`;
}

function describeNode(node: Timestamp, indent: string, lines: string[]): void {
  for (const attestation of node.attestations) {
    lines.push(`${indent}${describeAttestation(attestation)}`);
    if (attestation.type !== 'pending') lines.push(`${indent}  of ${encodeHex(node.message)}`);
  }
  // Only a fork moves to the right, so that a long straight path stays readable.
  const isFork = node.branches.length + node.attestations.length > 1;
  for (const { op, stamp } of node.branches) {
    lines.push(`${indent}${isFork ? '-> ' : ''}${describeOp(op)}`);
    describeNode(stamp, isFork ? `${indent}   ` : indent, lines);
  }
}

function describeOp(op: Op): string {
  return 'argument' in op ? `${op.name} ${encodeHex(op.argument)}` : op.name;
}

function describeAttestation(attestation: Attestation): string {
  switch (attestation.type) {
    case 'pending':
      return `pending at ${attestation.uri || '(no address)'}`;
    case 'unknown':
      return `attestation of unknown kind ${encodeHex(attestation.tag)}, ${attestation.payload.length} bytes`;
    default:
      return `Merkle root of ${attestation.type} block ${attestation.height}`;
  }
}

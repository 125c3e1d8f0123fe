import type { Command } from 'commander';
import { parseBlockHeader } from '../proof/bitcoin/block-header.ts';
import { BitcoinError } from '../proof/bitcoin/error.ts';
import { checkProofOfWork } from '../proof/bitcoin/proof-of-work.ts';
import { formatHeaders } from '../proof/bundle/headers-file.ts';
import type { ProofFile } from '../proof/bundle/receipt.ts';
import { decodeDetached } from '../proof/ots/codec.ts';
import { walkAttestations } from '../proof/ots/timestamp.ts';
import {
  readArchiveEvidence,
  readEvidenceBeside,
  readProof,
  readReceiptEvidence,
  recognisePath,
} from './find-evidence.ts';
import { addHeaderOptions, chooseHeaders, type HeaderOptions } from './header-options.ts';
import {
  type CliIo,
  EXIT,
  type ExitCode,
  reportFailure,
  showName,
  UsageError,
  worstExitCode,
  writeJsonLine,
} from './io.ts';
import { Neighbours } from './neighbours.ts';
import { readBundleFile } from './verify-bundle.ts';
import { writeFileAtomically } from './write-file.ts';

interface Options extends HeaderOptions {
  readonly output?: string;
  readonly json?: true;
}

export function registerHeaders(program: Command, io: CliIo): void {
  addHeaderOptions(program.command('headers'))
    .description('save the block headers that proofs need, so that they can be verified without a network')
    .argument('<path...>', 'works with receipts beside them, receipts, ZIPs of them, .ots files, or bundles')
    .option('-o, --output <file>', 'write them to this file instead of printing them')
    .option('--json', 'one line of JSON a path, instead of text; needs -o')
    .addHelpText(
      'after',
      `
Example:
  touchmark headers photo.jpg -o headers.txt
  touchmark verify photo.jpg --headers headers.txt

Exit codes: 0 all saved, 1 a file failed, 2 nothing is in Bitcoin yet, 3 wrong usage, 4 a header is not to be had.`,
    )
    .action(async (paths: string[], options: Options) => {
      io.exitCode = await saveHeaders(paths, options, io);
    });
}

async function saveHeaders(paths: readonly string[], options: Options, io: CliIo): Promise<ExitCode> {
  if (options.json && options.output === undefined) throw new UsageError('--json needs -o: the headers go to a file');
  const source = await chooseHeaders(options, io);
  const neighbours = new Neighbours();
  const saved = new Map<number, Uint8Array>();
  const codes: ExitCode[] = [];
  for (const path of paths) {
    try {
      const heights = listHeights(await readProofs(path, neighbours));
      if (heights.size === 0) codes.push(EXIT.pending);
      for (const height of heights) {
        const header = saved.get(height) ?? (await source.headerAt(height));
        if (header === null) {
          io.err(`touchmark: ${showName(path)}: no block ${height} is known on ${source.network}\n`);
          codes.push(EXIT.cannotCheck);
          continue;
        }
        checkProofOfWork(parseBlockHeader(header), height, source.network);
        saved.set(height, header);
      }
      if (options.json) writeJsonLine(io, { file: path, ok: true, heights: [...heights] });
    } catch (failure) {
      const error = reportFailure(io, path, failure, options.json === true);
      codes.push(error.startsWith('chain-') || failure instanceof BitcoinError ? EXIT.cannotCheck : EXIT.failure);
    }
  }
  const text = formatHeaders(saved);
  if (options.output !== undefined) await writeFileAtomically(options.output, text, io.random);
  else if (!options.json) io.out(text);
  return worstExitCode(codes);
}

async function readProofs(path: string, neighbours: Neighbours): Promise<readonly ProofFile[]> {
  const { kind } = await recognisePath(path, false, neighbours);
  if (kind === 'work') return (await readEvidenceBeside(path, neighbours)).proofs;
  if (kind === 'receipt') return (await readReceiptEvidence(path)).proofs;
  if (kind === 'proof') return [await readProof(path)];
  const bundle = await readBundleFile(path);
  if (bundle === null) return (await readArchiveEvidence(path)).flatMap(({ proofs }) => proofs);
  return [...bundle].filter(([name]) => name.endsWith('.ots')).map(([name, bytes]) => ({ name, bytes }));
}

function listHeights(proofs: readonly ProofFile[]): Set<number> {
  const heights = new Set<number>();
  for (const { bytes } of proofs) {
    for (const { attestation } of walkAttestations(decodeDetached(bytes).timestamp)) {
      if (attestation.type === 'bitcoin') heights.add(attestation.height);
    }
  }
  return heights;
}

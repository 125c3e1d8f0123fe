import { once } from 'node:events';
import { join } from 'node:path';
import type { Command } from 'commander';
import { UsageError } from '../../cli/io.ts';
import { parsePort } from '../../cli/option-values.ts';
import { NoteError } from '../../proof/note/error.ts';
import { parseVerifierKey, type VerifierKey } from '../../proof/note/verifier-key.ts';
import type { OperatorContext } from './context.ts';

interface WitnessOptions {
  readonly folder: string;
  readonly name: string;
  readonly log: readonly string[];
  readonly host: string;
  readonly port: number;
}

export function registerWitness(program: Command, { io }: OperatorContext): void {
  program
    .command('witness')
    .description('cosign the checkpoints of public logs, as long as they only grow (C2SP tlog-witness)')
    .requiredOption('--name <name>', 'the name it signs under, an address without its scheme: witness.example.com/w1')
    .requiredOption('--log <key...>', "the logs' verifier keys: name+id+key")
    .option(
      '--folder <path>',
      'its key, and what it has cosigned: never run it with an older copy',
      'touchmark-witness',
    )
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <number>', 'port to listen on', parsePort, 8099)
    .addHelpText(
      'after',
      `
The key is made at the first start; its public half, which logs are given, is printed and is at the root of the server.

Example:
  touchmark witness --name witness.example.com/w1 --log example.org/log+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k`,
    )
    .action(async (options: WitnessOptions) => {
      const { startWitness } = await import('../witness.ts');
      await using witness = await startWitness({
        folder: options.folder,
        stateFolder: join(options.folder, 'logs'),
        name: options.name,
        logs: options.log.map(parseKey),
        host: options.host,
        port: options.port,
      });
      io.out(`The witness listens on ${witness.url}\nIts key is ${witness.verifierKey}\n`);
      if (!io.signal.aborted) await once(io.signal, 'abort');
    });
}

function parseKey(text: string): VerifierKey {
  try {
    const key = parseVerifierKey(text);
    if (key.type === 'ed25519') return key;
    throw new UsageError(`the key of ${key.name} is a witness's, not a log's`);
  } catch (error) {
    if (!(error instanceof NoteError)) throw error;
    throw new UsageError(`--log ${text}: ${error.message}`);
  }
}

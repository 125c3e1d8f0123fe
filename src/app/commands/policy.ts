import { readFile } from 'node:fs/promises';
import type { Command } from 'commander';
import type { JsonValue } from '../../base/canonical-json.ts';
import { type CliIo, UsageError, writeJsonLine } from '../../cli/io.ts';
import { readDatabaseLocation } from '../../config/config.ts';
import { verifyEd25519 } from '../../config/ed25519.ts';
import type { Env } from '../../config/env.ts';
import { PolicyRefusal } from '../../core/audio/error.ts';
import { createPolicies, type Policies, type PolicyView } from '../../core/audio/policies.ts';
import { systemClock, systemRandom } from '../system.ts';
import { COMMAND_LINE, type OperatorContext } from './context.ts';

/** What `touchmark calibrate` wrote, in force or not. */
export function registerPolicy(program: Command, { io, env }: OperatorContext): void {
  const policy = program
    .command('policy')
    .description('decide which measurements of audio the server believes')
    .addHelpText('after', '\nExample:\n  touchmark policy list');

  policy
    .command('accept')
    .description('accept a signed policy: it decides from now on what matches a live certificate')
    .argument('<file>', 'the policy that touchmark calibrate wrote')
    .option('--cohort <file>', 'the frozen cohort that the policy names')
    .option('--reason <text>', 'for the audit log', 'accepted on the command line')
    .option('--json', 'print the policy as JSON')
    .addHelpText(
      'after',
      `
Running servers follow within a second. With the embedded engine, stop the server before.

Example:
  DATABASE_URL=postgres://touchmark@db/touchmark touchmark policy accept policy.json --cohort cohort.json`,
    )
    .action(async (file: string, options: { cohort?: string; reason: string; json?: true }) => {
      const document = await readJson(file);
      const cohort = options.cohort === undefined ? null : await readJson(options.cohort);
      const order = { operatorId: COMMAND_LINE, reason: options.reason };
      const view = await withPolicies(env, (policies) => policies.accept(document, cohort, order));
      show(io, view, options.json);
    });

  policy
    .command('list')
    .description('every policy that was accepted, newest first')
    .option('--json', 'one line of JSON a policy')
    .addHelpText('after', '\nExample:\n  touchmark policy list')
    .action(async ({ json }: { json?: true }) => {
      for (const view of await withPolicies(env, (policies) => policies.list())) show(io, view, json);
    });

  policy
    .command('withdraw')
    .description('take a policy back: if it is in force, none is until another one is accepted')
    .argument('<id>', 'fpp_…')
    .option('--reason <text>', 'for the audit log', 'withdrawn on the command line')
    .addHelpText('after', '\nExample:\n  touchmark policy withdraw fpp_0123456789abcdef0123456789abcdef')
    .action(async (id: string, { reason }: { reason: string }) => {
      await withPolicies(env, (policies) => policies.withdraw(id, { operatorId: COMMAND_LINE, reason }));
      io.out(`${id} is withdrawn.\n`);
    });
}

/** A file that cannot be used is a mistake of the one who named it. Errors: UsageError. */
async function withPolicies<T>(env: Env, work: (policies: Policies) => Promise<T>): Promise<T> {
  const { openDatabase } = await import('../../store/database.ts');
  const { assertMigrated } = await import('../../store/migrate.ts');
  const { createStore } = await import('../../store/store.ts');
  await using database = await openDatabase(readDatabaseLocation(env));
  await assertMigrated(database);
  const parts = { store: createStore(database), verify: verifyEd25519, clock: systemClock, random: systemRandom };
  try {
    return await work(createPolicies(parts));
  } catch (error) {
    if (error instanceof PolicyRefusal) throw new UsageError(error.message);
    throw error;
  }
}

async function readJson(file: string): Promise<JsonValue> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) throw new UsageError(`${file} cannot be read`);
  try {
    return JSON.parse(text) as JsonValue;
  } catch {
    throw new UsageError(`${file} is not JSON`);
  }
}

function show(io: CliIo, { id, isInForce, acceptedAt, withdrawnAt, signed }: PolicyView, json?: true): void {
  const state = withdrawnAt !== null ? 'withdrawn' : isInForce ? 'in force' : 'accepted';
  const at = new Date(acceptedAt).toISOString();
  const corpus = signed.policy.corpus.description;
  if (json) writeJsonLine(io, { id, state, accepted_at: at, corpus });
  else io.out(`${id}  ${state}  since ${at}  ${corpus}\n`);
}

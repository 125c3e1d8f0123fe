import type { RegisterCommand } from '../../cli/run.ts';
import { readEnv } from '../../config/env.ts';
import { registerArtist } from './artist.ts';
import { registerCalendar } from './calendar.ts';
import { registerFsck } from './fsck.ts';
import { registerInit } from './init.ts';
import { registerKeys } from './keys.ts';
import { registerLog } from './log.ts';
import { registerMigrate } from './migrate.ts';
import { registerOperator } from './operator.ts';
import { registerPolicy } from './policy.ts';
import { registerSandbox } from './sandbox.ts';
import { registerServe } from './serve.ts';
import { registerWitness } from './witness.ts';
import { registerWork } from './work.ts';

/** The commands that run and look after a server. What they need is loaded when one runs: clients start fast without it. */
export const OPERATOR_COMMANDS: readonly RegisterCommand[] = [
  registerSandbox,
  registerInit,
  registerServe,
  registerWork,
  registerCalendar,
  registerMigrate,
  registerFsck,
  registerOperator,
  registerArtist,
  registerPolicy,
  registerKeys,
  registerWitness,
  registerLog,
].map((register) => (program, io) => register(program, { io, env: readEnv() }));

import { registerAnchor } from './anchor.ts';
import { registerCalibrate } from './calibrate.ts';
import { registerFingerprint } from './fingerprint.ts';
import { registerHash } from './hash.ts';
import { registerHeaders } from './headers.ts';
import { registerInfo } from './info.ts';
import { registerMonitor } from './monitor.ts';
import type { RegisterCommand } from './run.ts';
import { registerUpgrade } from './upgrade.ts';
import { registerVerify } from './verify.ts';
import { registerWatch } from './watch.ts';

/** Every command of `touchmark`, in the order of its help. */
export const COMMANDS: readonly RegisterCommand[] = [
  registerAnchor,
  registerVerify,
  registerUpgrade,
  registerInfo,
  registerHash,
  registerFingerprint,
  registerCalibrate,
  registerHeaders,
  registerWatch,
  registerMonitor,
];

import type { Command } from 'commander';
import { EXIT, writeJsonLine } from '../../cli/io.ts';
import { readDatabaseLocation } from '../../config/config.ts';
import type { OperatorContext } from './context.ts';

export function registerFsck(program: Command, context: OperatorContext): void {
  const { io } = context;
  program
    .command('fsck')
    .description('check the whole public log, every certificate, and every stored receipt from its digest to Bitcoin')
    .option('--json', 'one line of JSON a finding, and one with the totals')
    .addHelpText(
      'after',
      `
The tree of the log is built again from its events, and compared with what is stored and was signed. Every version of a
certificate is verified as anybody does who has its document, by the keys of the data folder. Both come first and need no
Bitcoin. It reads only, and may run beside a server on PostgreSQL. Exit codes: 0 nothing found, 1 something found, 4
Bitcoin could not be asked.

Example:
  DATABASE_URL=postgres://touchmark@db/touchmark touchmark fsck`,
    )
    .action(async ({ json }: { json?: true }) => {
      const { Registry } = await import('prom-client');
      const { loadCertificateKeys } = await import('../../config/certificate-keys.ts');
      const { verifyEd25519 } = await import('../../config/ed25519.ts');
      const { checkpointFileOf } = await import('../../config/log.ts');
      const { checkAnchors } = await import('../../core/anchor/fsck.ts');
      const { checkCertificates } = await import('../../core/certificate/check-certificates.ts');
      const { createCertificateDocuments } = await import('../../core/certificate/documents.ts');
      const { createKeyDirectory } = await import('../../core/certificate/key-directory.ts');
      const { checkLog } = await import('../../core/log/check-log.ts');
      const { createCheckpointFile } = await import('../../store/checkpoint-file.ts');
      const { openDatabase } = await import('../../store/database.ts');
      const { assertMigrated } = await import('../../store/migrate.ts');
      const { createStore } = await import('../../store/store.ts');
      const { startLog } = await import('../log.ts');
      const { systemClock } = await import('../system.ts');
      const { readWorkSettings } = await import('./context.ts');
      await using cleanup = new AsyncDisposableStack();
      const database = cleanup.use(await openDatabase(readDatabaseLocation(context.env)));
      await assertMigrated(database);
      // What it prints is its findings: the log goes beside them.
      const settings = await readWorkSettings(context, { write: io.err });
      const { dataFolder } = settings.config;
      const { keys } = await loadCertificateKeys(dataFolder);
      const logKey = settings.logKeys.log.key;
      const store = createStore(database);
      let findings = 0;

      /** Tells what is found, and resolves with how much was checked. */
      async function report<Finding extends { readonly problem: string }>(
        what: string,
        check: (onProgress: (checked: number) => void) => AsyncIterable<Finding>,
        describe: (finding: Finding) => string,
      ): Promise<number> {
        let total = 0;
        const found = check((checked) => {
          total = checked;
          if (io.isTerminal) io.err(`\r${checked} ${what} checked`);
        });
        for await (const finding of found) {
          findings++;
          if (json) writeJsonLine(io, finding);
          else io.out(`${describe(finding)}: ${finding.problem}\n`);
        }
        if (io.isTerminal) io.err('\n');
        return total;
      }

      const memory = createCheckpointFile(checkpointFileOf(dataFolder));
      const events = await report(
        'events of the log',
        async function* (onProgress) {
          const found = checkLog({ reader: store.log, logKey, verify: verifyEd25519, memory, onProgress });
          for await (const { problem } of found) yield { log: logKey.name, problem };
        },
        () => 'public log',
      );
      const publicLog = await startLog(settings, { store, registry: new Registry() }, false, cleanup);
      const common = { clock: systemClock, certificates: store.certificate };
      const documents = createCertificateDocuments({ ...common, publicLog, keys: createKeyDirectory(common) });
      const trust = { keys, log: { origin: logKey.name, logKeys: [logKey], witnessKeys: [] } };
      const certificates = await report(
        'certificates',
        (onProgress) =>
          checkCertificates({ reader: store.certificate, documents, trust, verify: verifyEd25519, onProgress }),
        ({ certificateId, version }) => `${certificateId}, version ${version}`,
      );
      const receipts = await report(
        'receipts',
        (onProgress) => checkAnchors(store.anchor, settings.chain.reader, onProgress),
        ({ receiptId }) => receiptId,
      );
      if (json) writeJsonLine(io, { events, certificates, receipts, findings });
      else {
        const totals = `${events} events of the log, ${certificates} certificates and ${receipts} receipts`;
        io.out(`${totals} checked, ${findings} findings.\n`);
      }
      io.exitCode = findings === 0 ? EXIT.success : EXIT.failure;
    });
}

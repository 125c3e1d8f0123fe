import type { Generated } from 'kysely';

interface TsaEvidenceTable {
  id: Uint8Array;
  chain: Uint8Array[];
  revocations: Uint8Array[];
}

interface TsaTokenTable {
  digest: Uint8Array;
  authority: string;
  token: Uint8Array;
  gen_time: Date;
  evidence_id: Uint8Array;
}

interface TsaPendingTable {
  digest: Uint8Array;
  attempts: Generated<number>;
  due_at: Date;
}

interface TsaCursorTable {
  id: number;
  sequence: number;
}

export interface TsaTables {
  tsa_evidence: TsaEvidenceTable;
  tsa_token: TsaTokenTable;
  tsa_pending: TsaPendingTable;
  tsa_cursor: TsaCursorTable;
}

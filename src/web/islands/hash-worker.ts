import { type DigestName, type Digests, hashBlob } from './hash-blob.ts';

export interface HashRequest {
  readonly id: number;
  readonly blob: Blob;
  readonly names: readonly DigestName[];
}

export type HashReply =
  | { readonly id: number; readonly done: number }
  | { readonly id: number; readonly digests: Digests }
  | { readonly id: number; readonly error: string };

/** So that a page is not told of every chunk. */
const PROGRESS_BYTES = 16 * 1024 * 1024;

const scope = self as unknown as {
  onmessage: (event: MessageEvent<HashRequest>) => void;
  postMessage: (reply: HashReply) => void;
};

scope.onmessage = async ({ data: { id, blob, names } }) => {
  let told = 0;
  try {
    const digests = await hashBlob(blob, names, (done) => {
      if (done - told < PROGRESS_BYTES) return;
      told = done;
      scope.postMessage({ id, done });
    });
    scope.postMessage({ id, digests });
  } catch (error) {
    scope.postMessage({ id, error: error instanceof Error ? error.message : String(error) });
  }
};

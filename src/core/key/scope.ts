import type { Credential } from './credential.ts';

/** What a key may be confined to: to ask, or to change something as well. */
export const SCOPES = ['read', 'write'] as const;
export type Scope = (typeof SCOPES)[number];

/** A key without scopes may do everything that its kind may. */
export function permits({ scopes }: Credential, scope: Scope): boolean {
  return scopes === null || scopes.includes(scope);
}

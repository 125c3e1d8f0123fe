/** What a calendar says of a commitment. `reason` is its own text, cleaned for display. */
export type LookupAnswer =
  | { readonly found: true; readonly proof: Uint8Array }
  | { readonly found: false; readonly reason: string };

/** The OpenTimestamps calendar protocol, as core needs it. Implementations cap sizes, follow no redirect and time out. */
export interface CalendarClient {
  /** Sends a digest; answers with the serialised timestamp that starts at it. Errors: CalendarClientError. */
  submit(url: string, digest: Uint8Array, signal: AbortSignal): Promise<Uint8Array>;
  /** Asks for a commitment's path to Bitcoin. Errors: CalendarClientError. */
  lookup(uri: string, commitment: Uint8Array, signal: AbortSignal): Promise<LookupAnswer>;
}

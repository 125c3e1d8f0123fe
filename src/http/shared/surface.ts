import type { App } from './app.ts';
import type { ApiDescription } from './openapi/api-description.ts';

/** How an error looks on a surface's wire. */
export interface ErrorAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** An object is sent as JSON, a string as plain text. */
  readonly body: object | string;
}

/** A part of the server with its own wire format: its routes, and how every error below its paths looks. */
export interface Surface {
  /** Paths that start so are this surface's, whether a route exists or not; the longest match decides. */
  readonly pathPrefixes: readonly string[];
  readonly register: (app: App) => void;
  /** For the OpenAPI document; without it, errors are not described, being no JSON. */
  readonly api?: ApiDescription;
  /**
   * Total: an error it has no case for gets status 500 and tells nothing about itself. `accept` is the request's header,
   * for surfaces that answer people and programs differently.
   */
  readonly presentError: (error: unknown, requestId: string, accept?: string) => ErrorAnswer;
}

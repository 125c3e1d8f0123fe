import type { TSchema } from 'typebox';

/** Alternatives, each a set of schemes by name; an empty set: nothing is needed. */
export type Security = readonly Readonly<Record<string, readonly []>>[];

/** A security scheme of OpenAPI 3.1, as far as they are used here. */
export type SecurityScheme =
  | {
      readonly type: 'http';
      readonly scheme: 'bearer';
      readonly bearerFormat?: string;
      readonly description: string;
    }
  | {
      readonly type: 'apiKey';
      readonly in: 'header' | 'cookie';
      readonly name: string;
      readonly description: string;
    };

/** What the OpenAPI document says of a surface beside what its routes say of themselves. */
export interface ApiDescription {
  /** Begins the names of its components: letters only, the first one large. */
  readonly name: string;
  /** Descriptions of the tags that its routes bear. */
  readonly tags: Readonly<Record<string, string>>;
  readonly securitySchemes: Readonly<Record<string, SecurityScheme>>;
  /** Of routes that neither their schema nor their hooks say it of; none: anyone. */
  readonly security?: Security;
  /** How all its errors look; it has a `title`. */
  readonly errorBody: TSchema;
  /** Codes of every error that the surface's table has. */
  readonly errorCodes: readonly string[];
}

/** Of every route for the pages of an account. */
export const ACCOUNT_TAG = { account: 'What an account of this server has, for its own pages.' };

export const ANYONE: Security = [];

/** An account's session, by cookie from pages of this server or as a bearer. */
export const SESSION: Security = [{ session: [] }, { sessionBearer: [] }];

export const SESSION_SCHEMES: Readonly<Record<string, SecurityScheme>> = {
  session: {
    type: 'apiKey',
    in: 'cookie',
    name: 'touchmark.session_token',
    description: 'The cookie that signing in sets. Over HTTPS its name begins with `__Secure-`.',
  },
  sessionBearer: {
    type: 'http',
    scheme: 'bearer',
    description: 'The same session: the header `set-auth-token` of the answer to signing in.',
  },
};

const demands = new WeakMap<object, Security>();

/** Says what a hook asks for, so that every route with this hook is described so. */
export function demanding<Hook extends object>(security: Security, hook: Hook): Hook {
  demands.set(hook, security);
  return hook;
}

/** What the first of the hooks that was said anything of asks for. */
export function securityOfHooks(hooks: unknown): Security | undefined {
  return [hooks]
    .flat()
    .map((hook) => (typeof hook === 'function' ? demands.get(hook) : undefined))
    .find((security) => security !== undefined);
}

import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type {
  FastifyBaseLogger,
  FastifyInstance,
  RawReplyDefaultExpression,
  RawRequestDefaultExpression,
  RawServerDefault,
} from 'fastify';
import type { ApiDescription } from './openapi/api-description.ts';

/** The one Fastify instance, or a scope of it. */
export type App = FastifyInstance<
  RawServerDefault,
  RawRequestDefaultExpression,
  RawReplyDefaultExpression,
  FastifyBaseLogger,
  TypeBoxTypeProvider
>;

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Browsers of any origin may call this route; it must not depend on cookies. */
    cors?: true;
    /** What the OpenAPI document says of the route's surface. */
    describedBy?: ApiDescription;
    /** The address in the OpenAPI document, where the router's own has a wildcard. */
    describedAs?: string;
  }
}

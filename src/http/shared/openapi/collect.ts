import swagger from '@fastify/swagger';
import { Type } from 'typebox';
import type { App } from '../app.ts';
import type { Surface } from '../surface.ts';
import { type Security, securityOfHooks } from './api-description.ts';
import type { OpenApiDocument } from './document.ts';
import { type DescribedSurface, finishDocument } from './finish.ts';

const DESCRIPTION = `Digests in, proofs out: a self-hosted provenance server.

One server for four contracts; each has its own credentials and its own form of errors. Every answer has a request id in
\`X-Request-Id\`. A 429 says in \`Retry-After\` when to come again. Guides are at [/docs](/docs).`;

/** Collects the routes that have a schema; must be called before they are registered. */
export function collectOpenApi(app: App, version: string, surfaces: readonly Surface[]): void {
  const described = surfaces.filter((surface): surface is DescribedSurface => surface.api !== undefined);
  const securitySchemes = Object.assign({}, ...described.map(({ api }) => api.securitySchemes));
  app.register(swagger, {
    convertConstToEnum: false,
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Touchmark',
        version,
        description: DESCRIPTION,
        license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
      },
      components: { securitySchemes },
      servers: [{ url: '/', description: 'This server' }],
    },
    transform({ schema, url, route }) {
      if (schema === undefined) return { schema: { hide: true }, url };
      const { describedBy: api, describedAs = url } = route.config ?? {};
      const known = schema as { security?: Security };
      const security = known.security ?? securityOfHooks(route.onRequest) ?? api?.security ?? [];
      return { schema: { ...schema, security, ...(api && { 'x-api': api.name }) } as object, url: describedAs };
    },
    transformObject: (collected) =>
      finishDocument((collected as unknown as { openapiObject: OpenApiDocument }).openapiObject, described) as never,
  });
}

/** Lets the routes of a surface's scope know what describes them. */
export function describeRoutes(scope: App, { api }: Surface): void {
  if (api === undefined) return;
  scope.addHook('onRoute', (route) => {
    route.config = { ...route.config, describedBy: api };
  });
}

const schema = {
  summary: 'This document',
  tags: ['server'],
  response: {
    200: Type.Unsafe<object>({ type: 'object', additionalProperties: true, examples: [{ openapi: '3.1.0' }] }),
  },
};

/** Serves what was collected. It cannot change while the server runs, so it is written once. */
export function registerOpenApi(app: App): void {
  let json: string | undefined;
  app.get('/api/v1/openapi.json', { schema, config: { cors: true } }, (_request, reply) => {
    json ??= JSON.stringify(app.swagger());
    reply
      .header('cache-control', 'public, max-age=300')
      .header('content-type', 'application/json; charset=utf-8')
      .send(json as never);
  });
}
